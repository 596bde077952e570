"""Weights whose weight normalisation was removed, split into direction and gain again."""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor


def split_weights(ours: dict[str, Tensor], expected: Collection[str]) -> int:
    """Put direction and gain in the place of each plain weight that our model has normalised; gives their number.

    A weight is the direction itself, and its norms over everything but the output channels are the gains, so that the
    convolution is what it was.
    """
    count = 0
    for name in expected:
        stem, _, leaf = name.rpartition(".")
        if leaf == "direction" and name not in ours and f"{stem}.weight" in ours:
            weight = ours.pop(f"{stem}.weight")
            ours[name] = weight
            ours[f"{stem}.gain"] = torch.linalg.vector_norm(weight, dim=(1, 2), keepdim=True)
            count += 1
    return count
