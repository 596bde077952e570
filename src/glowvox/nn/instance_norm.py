"""Instance normalisation that does not count padding."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from glowvox.nn.precision import full_precision, upcast


class MaskedInstanceNorm(nn.Module):
    """Channels at mean 0 and variance 1 over an item's own frames, then scaled and shifted (Ulyanov et al. 2016)."""

    def __init__(self, channels: int, *, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Normalise.

        x        (B, C, T)
        mask     (B, 1, T)
        returns  (B, C, T)  meaningless in the padding
        """
        with full_precision(x):
            wide = upcast(x)
            count = mask.sum(dim=2, keepdim=True).clamp(min=1)
            mean = (wide * mask).sum(dim=2, keepdim=True) / count
            centred = (wide - mean) * mask
            variance = centred.square().sum(dim=2, keepdim=True) / count
            normal = centred * torch.rsqrt(variance + self.epsilon)
            return (normal * self.scale[:, None] + self.shift[:, None]).to(x.dtype)
