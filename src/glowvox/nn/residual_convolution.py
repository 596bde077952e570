"""The layers of the residual convolutional text encoder."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from glowvox.nn.batch_norm import MaskedBatchNorm
from glowvox.nn.convolution import Convolution, convolve
from glowvox.nn.masks import masked


class ResidualConvolution(nn.Module):
    """Rounds of dilated convolution, ReLU and batch normalisation, added to the input (as in SpeedySpeech, §3.1).

    Where a convolution would look past an end of the text, its output is zero: it convolves without padding, and what
    is missing at the ends is filled with zeros before the ReLU.
    """

    def __init__(self, channels: int, *, kernel: int, dilation: int, rounds: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.convolutions = nn.ModuleList(nn.Conv1d(channels, channels, kernel) for _ in range(rounds))
        self.norms = nn.ModuleList(MaskedBatchNorm(channels) for _ in range(rounds))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, C, N) and mask (B, 1, N) → (B, C, N)."""
        x = hidden = masked(x, mask)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            assert isinstance(convolution, nn.Conv1d)
            hidden = convolve(masked(hidden, mask), convolution.weight, convolution.bias, dilation=self.dilation)
            span = self.dilation * (convolution.kernel_size[0] - 1)
            hidden = norm(masked(hidden, _whole(mask, span)).relu(), mask)
        return masked(x + hidden, mask)


class NormalisedProjection(nn.Module):
    """A 1×1 convolution and batch normalisation: what ends the residual encoder."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.projection = Convolution(channels, channels)
        self.norm = MaskedBatchNorm(channels)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, C, N) and mask (B, 1, N) → (B, C, N)."""
        return masked(self.norm(self.projection(masked(x, mask)), mask), mask)


def _whole(mask: Tensor, span: int) -> Tensor:
    """Positions (B, 1, N) from which a convolution sees `span` neighbours, ⌊span/2⌋ of them to the left, all inside."""
    size, left = mask.shape[2], span // 2
    before = F.pad(mask, (left, 0))[:, :, :size]
    after = F.pad(mask, (0, span - left))[:, :, span - left :]
    return before * after
