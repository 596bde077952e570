"""Length-preserving convolutions over time, plain and with weight normalisation, and channel normalisation."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None, *, dilation: int = 1) -> Tensor:
    """Convolve over time with zeros around the ends.

    Computed as an image of height one: torch's one-dimensional convolution would bring x into another order first.

    x        (B, T, C)  channels side by side in memory, which takes a CPU a quarter to a half less time
    weight   (O, C, K)  K odd
    bias     (O,) or None
    returns  (B, T, O)
    """
    reach = dilation * (weight.shape[2] - 1) // 2
    image = x.transpose(1, 2).unsqueeze(2)
    out = F.conv2d(image, weight.unsqueeze(2), bias, padding=(0, reach), dilation=(1, dilation))
    return out.squeeze(2).transpose(1, 2)


class Convolution(nn.Conv1d):
    """Length-preserving convolution that keeps the memory order of its input."""

    def __init__(self, channels_in: int, channels_out: int, kernel: int = 1) -> None:
        super().__init__(channels_in, channels_out, kernel)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, C, T) → (B, O, T)."""
        return convolve(x.transpose(1, 2), self.weight, self.bias).transpose(1, 2)


class WeightNormConv1d(nn.Module):
    """Length-preserving convolution whose weight is a direction times a gain (Salimans & Kingma 2016, eq. 2).

    weight = gain · direction / ‖direction‖, the norm taken over everything but the output channels.
    """

    def __init__(self, channels_in: int, channels_out: int, kernel: int = 1, *, dilation: int = 1) -> None:
        super().__init__()
        plain = nn.Conv1d(channels_in, channels_out, kernel, dilation=dilation)
        self.dilation = dilation
        self.direction = nn.Parameter(plain.weight.detach().clone())
        self.gain = nn.Parameter(self._norm(plain.weight.detach()).clone())
        assert plain.bias is not None
        self.bias = nn.Parameter(plain.bias.detach().clone())

    @staticmethod
    def _norm(weight: Tensor) -> Tensor:
        norm: Tensor = torch.linalg.vector_norm(weight, dim=(1, 2), keepdim=True)  # (O, 1, 1)
        return norm

    def weight(self) -> Tensor:
        """The weight as it is applied (O, I, K)."""
        return torch._weight_norm(self.direction, self.gain, 0)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve with zeros around the ends.

        x        (B, T, C)
        returns  (B, T, O)
        """
        return convolve(x, self.weight(), self.bias, dilation=self.dilation)

    def halves(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """`forward`, cut in two by channels: two convolutions, because a cut result costs more than it saves.

        x        (B, T, C)
        returns  (B, T, O/2), (B, T, O/2)
        """
        first, second = zip(self.weight().chunk(2), self.bias.chunk(2), strict=True)
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
