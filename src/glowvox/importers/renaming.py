"""Tensors under somebody else's names, under ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

Naming = Callable[[str], str | None]
Shaping = Callable[[str, Tensor], Tensor]


def renamed(
    theirs: Mapping[str, Tensor], naming: Naming, shaping: Shaping = lambda _, tensor: tensor
) -> tuple[dict[str, Tensor], list[str]]:
    """A state dict under our names in single precision, and the names that found no place.

    naming   our name of one of theirs, None where there is none
    shaping  from our name and their tensor, the tensor in our shape
    """
    ours: dict[str, Tensor] = {}
    left = []
    for name, tensor in theirs.items():
        found = naming(name)
        if found is None:
            left.append(name)
        else:
            ours[found] = shaping(found, tensor).to(torch.float32)
    return ours, left
