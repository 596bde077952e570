"""Length-preserving convolutions over time, plain and with weight normalisation, and channel normalisation."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from glowvox.nn.weight_norm import WeightNorm


def time_major(x: Tensor) -> Tensor:
    """The same values with the channels of a time step side by side in memory.

    On a CPU, convolutions of such tensors take a quarter to a half less time, and they give such tensors again.

    x        (B, C, T)
    returns  (B, C, T)
    """
    return x.transpose(1, 2).contiguous().transpose(1, 2)


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None, *, dilation: int = 1) -> Tensor:
    """Convolve over time with zeros around the ends.

    Computed as an image of height one: torch's one-dimensional convolution would undo a time-major order in memory.

    x        (B, C, T)
    weight   (O, C, K)
    bias     (O,) or None
    returns  (B, O, T)  in the memory order of x; a kernel that has no middle sees one more to its right
    """
    span = dilation * (weight.shape[2] - 1)
    if span % 2:
        x = F.pad(x, (0, 1))
    image = F.conv2d(x.unsqueeze(2), weight.unsqueeze(2), bias, padding=(0, span // 2), dilation=(1, dilation))
    return image.squeeze(2)


class Convolution(nn.Conv1d):
    """Length-preserving convolution that keeps the memory order of its input."""

    def __init__(self, channels_in: int, channels_out: int, kernel: int = 1) -> None:
        super().__init__(channels_in, channels_out, kernel)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, C, T) → (B, O, T)."""
        return convolve(x, self.weight, self.bias)


class WeightNormConv1d(WeightNorm):
    """Length-preserving convolution with weight normalisation."""

    bias: nn.Parameter

    def __init__(self, channels_in: int, channels_out: int, kernel: int = 1, *, dilation: int = 1) -> None:
        super().__init__(nn.Conv1d(channels_in, channels_out, kernel))
        self.dilation = dilation

    def forward(self, x: Tensor) -> Tensor:
        """Convolve with zeros around the ends.

        x        (B, C, T)
        returns  (B, O, T)
        """
        return convolve(x, self.weight(), self.bias, dilation=self.dilation)

    def halves(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """`forward`, cut in two by channels: two convolutions, because a cut result costs more than it saves.

        x        (B, C, T)
        returns  (B, O/2, T), (B, O/2, T)
        """
        # brought to the precision of x before they are cut, not after, once each
        first, second = zip(self.weight().to(x.dtype).chunk(2), self.bias.to(x.dtype).chunk(2), strict=True)
        return convolve(x, *first, dilation=self.dilation), convolve(x, *second, dilation=self.dilation)


class ChannelNorm(nn.Module):
    """Layer normalisation over the channels of each time step (Ba et al. 2016), ε inside the root."""

    def __init__(self, channels: int, *, eps: float = 1e-4) -> None:
        super().__init__()
        self.eps = eps
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise every column of x.

        x        (B, C, T)
        returns  (B, C, T)
        """
        rows = F.layer_norm(x.transpose(1, 2), self.scale.shape, self.scale, self.shift, self.eps)
        return rows.transpose(1, 2)
