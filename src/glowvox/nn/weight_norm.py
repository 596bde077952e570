"""Weights that are a direction times a gain, for convolutions of every kind."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class WeightNorm(nn.Module):
    """weight = gain · direction / ‖direction‖, the norm over all axes but the first (Salimans & Kingma 2016, eq. 2).

    It starts as the plain convolution it is made from.
    """

    bias: nn.Parameter | None

    def __init__(self, plain: nn.Conv1d | nn.Conv2d | nn.ConvTranspose1d) -> None:
        super().__init__()
        weight = plain.weight.detach()
        others = tuple(range(1, weight.dim()))
        self.direction = nn.Parameter(weight.clone())
        self.gain = nn.Parameter(torch.linalg.vector_norm(weight, dim=others, keepdim=True))
        self.bias = None if plain.bias is None else nn.Parameter(plain.bias.detach().clone())

    def weight(self) -> Tensor:
        """The weight as it is applied, in the shape of the direction."""
        return torch._weight_norm(self.direction, self.gain, 0)


class WeightNormConvolution(WeightNorm):
    """A convolution over time or over an image, with the sizes, stride, padding and groups of a plain one."""

    def __init__(self, plain: nn.Conv1d | nn.Conv2d) -> None:
        super().__init__(plain)
        assert not isinstance(plain.padding, str)
        self.convolve = F.conv1d if isinstance(plain, nn.Conv1d) else F.conv2d
        self.stride, self.padding = plain.stride, plain.padding
        self.dilation, self.groups = plain.dilation, plain.groups

    def forward(self, x: Tensor) -> Tensor:
        """x (B, C, T) or (B, C, H, W) → (B, O, T') or (B, O, H', W')."""
        return self.convolve(x, self.weight(), self.bias, self.stride, self.padding, self.dilation, self.groups)


class WeightNormUpsampling(WeightNorm):
    """A transposed convolution over time that makes exactly `rate` frames of one; a gain for each input channel.

    kernel  at least the rate, and as even or odd as it is
    """

    def __init__(self, channels_in: int, channels_out: int, kernel: int, *, rate: int) -> None:
        super().__init__(nn.ConvTranspose1d(channels_in, channels_out, kernel))
        self.rate, self.padding = rate, (kernel - rate) // 2

    def forward(self, x: Tensor) -> Tensor:
        """x (B, C, T) → (B, O, T·rate)."""
        return F.conv_transpose1d(x, self.weight(), self.bias, stride=self.rate, padding=self.padding)
