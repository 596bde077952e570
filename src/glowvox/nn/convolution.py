"""One-dimensional convolution with weight normalisation."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


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
        return self.direction * (self.gain / self._norm(self.direction))

    def forward(self, x: Tensor) -> Tensor:
        """Convolve with zeros around the ends.

        x        (B, C, T)
        returns  (B, O, T)
        """
        reach = self.dilation * (self.direction.shape[2] - 1) // 2
        return F.conv1d(x, self.weight(), self.bias, padding=reach, dilation=self.dilation)


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
