"""A layer of the gated convolutional text encoder."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from glowvox.nn.convolution import ChannelNorm, Convolution
from glowvox.nn.dropout import Dropout
from glowvox.nn.masks import masked


class GatedConvolution(nn.Module):
    """Convolution, normalisation over channels and a gated linear unit, added to the input (Dauphin et al. 2017)."""

    def __init__(self, channels: int, *, kernel: int, dropout: float) -> None:
        super().__init__()
        self.dropout = Dropout(dropout)
        self.convolution = Convolution(channels, 2 * channels, kernel)
        self.norm = ChannelNorm(2 * channels)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, C, N) and mask (B, 1, N) → (B, C, N), meaningless in the padding."""
        return x + F.glu(self.norm(self.convolution(masked(self.dropout(x), mask))), dim=1)
