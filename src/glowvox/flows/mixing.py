"""Invertible 1×1 convolution over small groups of channels."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from glowvox.flows.base import Flow
from glowvox.nn.precision import full_precision


class GroupMixing(Flow):
    """One S×S matrix shared by all groups of S channels (Glow-TTS §3.3, after Glow's 1×1 convolution).

    Half of a group comes from the first half of the channels and half from the second, so that the two halves a
    coupling keeps apart are mixed: with S = 4, group k holds channels 2k, 2k+1, C/2+2k and C/2+2k+1. With S = C there
    is one group of all channels in their order, which is Glow's convolution itself. The inverse matrix is computed when
    it is wanted and never kept: it cannot be that of other weights.
    """

    def __init__(self, channels: int, *, splits: int = 4) -> None:
        super().__init__()
        if splits % 2 or channels % splits:
            raise ValueError(f"splits = {splits} must be even and divide the {channels} channels")
        self.splits = splits
        rotation, _ = torch.linalg.qr(torch.randn(splits, splits))
        if torch.linalg.det(rotation) < 0:
            rotation[:, 0] *= -1
        self.weight = nn.Parameter(rotation.contiguous())

    def forward(self, x: Tensor, mask: Tensor, cond: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (B, C, T), mask (B, 1, T), cond (any) unused → (B, C, T), (B,)."""
        with full_precision(x):
            return self._mix(x, self.weight), self._log_det(x.shape[1], mask)

    def inverse(self, y: Tensor, mask: Tensor, cond: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """y (B, C, T), mask (B, 1, T), cond (any) unused → (B, C, T), (B,)."""
        with full_precision(y):
            return self._mix(y, torch.linalg.inv(self.weight)), -self._log_det(y.shape[1], mask)

    def _mix(self, x: Tensor, weight: Tensor) -> Tensor:
        batch, channels, time = x.shape
        half = self.splits // 2
        groups = x.view(batch, 2, channels // self.splits, half, time)
        square = weight.view(2, half, 2, half)
        return torch.einsum("isju,bjkut->bikst", square, groups).reshape(batch, channels, time)

    def _log_det(self, channels: int, mask: Tensor) -> Tensor:
        each: Tensor = torch.linalg.slogdet(self.weight).logabsdet
        return each * (channels // self.splits) * mask.sum(dim=(1, 2))
