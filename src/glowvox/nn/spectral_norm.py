"""Weights divided by their largest singular value."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

TINY = 1e-12  # added to nothing: the least norm a vector is divided by


class SpectralNormConvolution(nn.Module):
    """A convolution over time whose weight, as a matrix of output channels, has norm 1 (Miyato et al. 2018, alg. 1).

    The singular vectors follow the weight by one round of power iteration for each forward in training mode, so that
    two forwards of one step see weights that differ a little.
    """

    left: Tensor
    right: Tensor

    def __init__(self, plain: nn.Conv1d) -> None:
        super().__init__()
        assert plain.bias is not None
        assert not isinstance(plain.padding, str)
        self.stride, self.padding, self.groups = plain.stride, plain.padding, plain.groups
        self.unscaled = nn.Parameter(plain.weight.detach().clone())
        self.bias = nn.Parameter(plain.bias.detach().clone())
        matrix = self.unscaled.detach().flatten(1)
        self.register_buffer("left", F.normalize(torch.randn(matrix.shape[0]), dim=0, eps=TINY))
        self.register_buffer("right", F.normalize(torch.randn(matrix.shape[1]), dim=0, eps=TINY))

    def weight(self) -> Tensor:
        """The weight as it is applied (O, C, K)."""
        matrix = self.unscaled.flatten(1)
        if self.training:
            with torch.no_grad():
                self.right = F.normalize(matrix.t() @ self.left, dim=0, eps=TINY)
                self.left = F.normalize(matrix @ self.right, dim=0, eps=TINY)
        return self.unscaled / torch.dot(self.left, matrix @ self.right)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, C, T) → (B, O, T')."""
        return F.conv1d(x, self.weight(), self.bias, self.stride, self.padding, groups=self.groups)
