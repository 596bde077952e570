"""One line of a golden check."""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from torch import Tensor


class Result(NamedTuple):
    """What became of one stored tensor."""

    tensor: str
    status: Literal["ok", "departed", "skipped", "failed"]
    detail: str


def path_of(durations: Tensor, frames: int) -> Tensor:
    """Durations (B, N) → the 0/1 path (B, N, T)."""
    ends = durations.cumsum(1)[:, :, None]
    time = torch.arange(frames)
    return ((time < ends) & (time >= ends - durations[:, :, None])).float()
