"""A layer of the time-depth-separable text encoder."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from glowvox.nn.batch_norm import MaskedBatchNorm
from glowvox.nn.masks import masked


class SeparableConvolution(nn.Module):
    """Gated 1×1 convolution, depthwise convolution over time, 1×1 convolution, added to the input.

    Each is followed by batch normalisation, the second also by x · sigmoid(x) (after Hannun et al. 2019).
    """

    def __init__(self, channels: int, *, kernel: int, bias: bool) -> None:
        super().__init__()
        self.widen = nn.Conv1d(channels, 2 * channels, 1, bias=bias)
        self.widen_norm = MaskedBatchNorm(2 * channels)
        self.depthwise = nn.Conv1d(channels, channels, kernel, padding=kernel // 2, groups=channels, bias=bias)
        self.depthwise_norm = MaskedBatchNorm(channels)
        self.narrow = nn.Conv1d(channels, channels, 1, bias=bias)
        self.narrow_norm = MaskedBatchNorm(channels)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, C, N) and mask (B, 1, N) → (B, C, N), meaningless in the padding."""
        x = masked(x, mask)
        hidden = F.glu(self.widen_norm(self.widen(x), mask), dim=1)
        hidden = F.silu(self.depthwise_norm(self.depthwise(masked(hidden, mask)), mask))
        return x + self.narrow_norm(self.narrow(hidden), mask)  # type: ignore[no-any-return]
