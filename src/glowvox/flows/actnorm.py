"""Activation normalisation: a scale and a shift a channel, first set from data."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from glowvox.flows.base import Flow
from glowvox.nn.precision import full_precision, upcast


class ActNorm(Flow):
    """Affine map per channel, y = exp(s) x + b (Glow, table 1)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.log_scale = nn.Parameter(torch.zeros(channels, 1))
        self.bias = nn.Parameter(torch.zeros(channels, 1))

    def forward(self, x: Tensor, mask: Tensor, cond: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (B, C, T), mask (B, 1, T), cond (any) unused → (B, C, T), (B,)."""
        with full_precision(x):
            return (self.log_scale.exp() * x + self.bias) * mask, self._log_det(mask)

    def inverse(self, y: Tensor, mask: Tensor, cond: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """y (B, C, T), mask (B, 1, T), cond (any) unused → (B, C, T), (B,)."""
        with full_precision(y):
            return (y - self.bias) * torch.exp(-self.log_scale) * mask, -self._log_det(mask)

    def _log_det(self, mask: Tensor) -> Tensor:
        return self.log_scale.sum() * mask.sum(dim=(1, 2))  # padding adds no volume

    def moments(self, x: Tensor, mask: Tensor) -> Tensor:
        """Sums from which the normalisation is set; sums of several batches or processes add up.

        x        (B, C, T)
        mask     (B, 1, T)
        returns  (2C + 1,)  Σx and Σx² of each channel and the count, in float64
        """
        inside = upcast(x).double() * mask
        count = mask.double().sum().reshape(1)
        return torch.cat([inside.sum(dim=(0, 2)), inside.square().sum(dim=(0, 2)), count])

    @torch.no_grad()
    def initialize(self, moments: Tensor) -> None:
        """Set scale and shift so that the data behind `moments` leave with mean 0 and variance 1 (Glow, §3.1).

        moments  (2C + 1,)  from `moments`
        """
        channels = len(self.bias)
        total, squares, count = moments[:channels], moments[channels:-1], moments[-1]
        mean = total / count
        variance = (squares / count - mean**2).clamp(min=1e-6)
        log_scale = -0.5 * variance.log()
        self.log_scale.copy_(log_scale[:, None])
        self.bias.copy_((-mean * log_scale.exp())[:, None])
