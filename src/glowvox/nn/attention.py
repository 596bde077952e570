"""Multi-head self-attention with learned relative positions inside a window."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from glowvox.nn.convolution import Convolution
from glowvox.nn.dropout import Dropout
from glowvox.nn.precision import upcast


class RelativeAttention(nn.Module):
    """Self-attention whose scores and values know the distance between tokens (Shaw et al. 2018, eqs. 3 and 4).

    Distances up to `window` have a learned key and value, shared by the heads; beyond the window the relative term is
    zero. `window=None` leaves the relative terms out. With `reach`, tokens further apart do not see each other.
    """

    def __init__(self, channels: int, heads: int, *, window: int | None, reach: int | None, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.window = window
        self.reach = reach
        width = channels // heads
        self.query = Convolution(channels, channels)
        self.key = Convolution(channels, channels)
        self.value = Convolution(channels, channels)
        self.output = Convolution(channels, channels)
        self.dropout = Dropout(dropout)
        for projection in (self.query, self.key, self.value):
            nn.init.xavier_uniform_(projection.weight)
        if window is not None:
            self.relative_key = nn.Parameter(torch.randn(2 * window + 1, width) * width**-0.5)
            self.relative_value = nn.Parameter(torch.randn(2 * window + 1, width) * width**-0.5)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Let every token look at every other of its own item, or at those within reach.

        x        (B, C, N)
        mask     (B, 1, N)
        returns  (B, C, N)  meaningless in the padding
        """
        query, key, value = (self._split(project(x)) for project in (self.query, self.key, self.value))
        query = query / math.sqrt(query.shape[-1])
        score = query @ key.transpose(2, 3)  # (B, H, N, N)
        band = None if self.window is None else _Band(x.shape[2], self.window, x.device)
        if band is not None:
            score = score + band.spread(query @ self.relative_key.transpose(0, 1))
        # a finite floor, so that a row of padding stays finite too
        weight = self.dropout(upcast(score).masked_fill(self._unseen(mask), -1e4).softmax(dim=-1).to(score.dtype))
        out = weight @ value
        if band is not None:
            out = out + band.collect(weight) @ self.relative_value
        return self.output(out.transpose(2, 3).flatten(1, 2))  # type: ignore[no-any-return]

    def _unseen(self, mask: Tensor) -> Tensor:
        """mask (B, 1, N) → (B, 1, N, N): true where a token may not look."""
        inside = mask * mask.transpose(1, 2)
        if self.reach is not None:
            positions = torch.arange(mask.shape[2], device=mask.device)
            inside = inside * ((positions[None, :] - positions[:, None]).abs() <= self.reach)
        return (inside == 0)[:, None]

    def _split(self, x: Tensor) -> Tensor:
        batch, _, size = x.shape
        return x.view(batch, self.heads, -1, size).transpose(2, 3)  # (B, H, N, D)


class _Band:
    """Moves between the 2w+1 diagonals of a square matrix and its columns."""

    def __init__(self, size: int, window: int, device: torch.device) -> None:
        positions = torch.arange(size, device=device)
        distance = positions[None, :] - positions[:, None]  # key minus query
        self.near = distance.abs() <= window
        self.slot = distance.clamp(-window, window) + window  # (N, N) into the 2w+1 slots
        column = positions[:, None] + torch.arange(-window, window + 1, device=device)  # (N, 2w+1)
        self.exists = (column >= 0) & (column < size)
        self.column = column.clamp(0, size - 1)

    def spread(self, slots: Tensor) -> Tensor:
        """(B, H, N, 2w+1) values by distance → (B, H, N, N), zero beyond the window."""
        return slots.gather(3, self.slot.expand(*slots.shape[:2], -1, -1)) * self.near

    def collect(self, matrix: Tensor) -> Tensor:
        """(B, H, N, N) → the (B, H, N, 2w+1) diagonals of the window, zero where they leave the matrix."""
        return matrix.gather(3, self.column.expand(*matrix.shape[:2], -1, -1)) * self.exists
