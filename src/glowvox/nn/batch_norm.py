"""Batch normalisation that does not see padding."""

from __future__ import annotations

import torch
import torch.distributed
from torch import Tensor, nn
from torch.distributed.nn.functional import all_reduce

from glowvox.nn.precision import full_precision, upcast


class MaskedBatchNorm(nn.Module):
    """Normalises channels by the statistics of the batch (Ioffe & Szegedy 2015), taken over what is inside the mask.

    In training the statistics are of the whole batch, over all processes where there are several, so that neither
    padding nor the number of processes changes them; in evaluation they are the running averages.
    """

    mean: Tensor
    variance: Tensor

    def __init__(self, channels: int, *, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.ones(channels))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Normalise x.

        x        (B, C, T)
        mask     (B, 1, T)
        returns  (B, C, T)  meaningless in the padding
        """
        with full_precision(x):
            wide = upcast(x)
            mean, variance = (
                self._statistics(wide, mask.to(wide.dtype)) if self.training else (self.mean, self.variance)
            )
            gain = self.scale * torch.rsqrt(variance + self.eps)
            return ((wide - mean[:, None]) * gain[:, None] + self.shift[:, None]).to(x.dtype)

    def _statistics(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance (C,) of each channel inside the mask; moves the running averages towards them."""
        count = _total(mask.sum()).clamp(min=1)
        mean = _total((x * mask).sum(dim=(0, 2))) / count
        variance = _total(((x - mean[:, None]).square() * mask).sum(dim=(0, 2))) / count
        with torch.no_grad():
            self.mean.lerp_(mean.to(self.mean.dtype), self.momentum)
            unbiased = variance * count / (count - 1).clamp(min=1)
            self.variance.lerp_(unbiased.to(self.variance.dtype), self.momentum)
        return mean, variance


def _total(value: Tensor) -> Tensor:
    """The sum over all processes; its gradient too."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        total: Tensor = all_reduce(value)  # type: ignore[no-untyped-call]
        return total
    return value
