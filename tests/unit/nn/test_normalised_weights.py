"""Weight and spectral normalisation against torch's own."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from glowvox.nn.spectral_norm import SpectralNormConvolution
from glowvox.nn.weight_norm import WeightNormConvolution, WeightNormUpsampling


@pytest.mark.parametrize(
    ("plain", "shape"),
    [
        (nn.Conv2d(3, 4, (5, 1), stride=(3, 1), padding=(2, 0)), (2, 3, 11, 4)),
        (nn.Conv2d(2, 4, (3, 9), stride=(1, 2), padding=(1, 4), bias=False), (1, 2, 5, 13)),
        (nn.Conv1d(4, 6, 5, stride=2, padding=2, groups=2), (2, 4, 15)),
        (nn.Conv1d(2, 3, 3, dilation=2), (1, 2, 9)),
    ],
)
def test_weight_normalisation_is_torchs(plain: nn.Conv1d | nn.Conv2d, shape: tuple[int, ...]) -> None:
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    ours = WeightNormConvolution(plain)
    torch.testing.assert_close(ours(x), plain(x))
    theirs = parametrizations.weight_norm(plain)
    with torch.no_grad():
        ours.gain.mul_(1.7)
        theirs.parametrizations.weight.original0.copy_(ours.gain)
        theirs.parametrizations.weight.original1.copy_(ours.direction)
    torch.testing.assert_close(ours(x), theirs(x))


@pytest.mark.parametrize(("kernel", "rate"), [(16, 8), (4, 2), (5, 5), (9, 3)])
def test_upsampling_is_torchs_and_makes_exactly_its_rate(kernel: int, rate: int) -> None:
    torch.manual_seed(0)
    ours = WeightNormUpsampling(6, 4, kernel, rate=rate)
    theirs = parametrizations.weight_norm(nn.ConvTranspose1d(6, 4, kernel, rate, padding=(kernel - rate) // 2))
    with torch.no_grad():
        ours.gain.mul_(torch.rand(6, 1, 1) + 0.5)  # one a channel of the input
        theirs.parametrizations.weight.original0.copy_(ours.gain)
        theirs.parametrizations.weight.original1.copy_(ours.direction)
        theirs.bias.copy_(ours.bias)
    x = torch.randn(2, 6, 7)
    torch.testing.assert_close(ours(x), theirs(x))
    assert ours(x).shape == (2, 4, 7 * rate)


def test_spectral_normalisation_iterates_as_torchs_does() -> None:
    torch.manual_seed(0)
    plain = nn.Conv1d(4, 6, 5, stride=2, padding=2, groups=2)
    ours = SpectralNormConvolution(plain)
    theirs = nn.utils.spectral_norm(plain)
    theirs.weight_u.copy_(ours.left)
    theirs.weight_v.copy_(ours.right)
    x = torch.randn(2, 4, 15)
    for _ in range(3):
        torch.testing.assert_close(ours(x), theirs(x))
    torch.testing.assert_close(ours.left, theirs.weight_u)
    ours.eval(), theirs.eval()
    before = ours.left.clone()
    torch.testing.assert_close(ours(x), theirs(x))
    assert torch.equal(ours.left, before)


def test_spectral_normalisation_comes_to_norm_one_and_teaches_its_weight() -> None:
    torch.manual_seed(0)
    layer = SpectralNormConvolution(nn.Conv1d(3, 8, 5))
    for _ in range(200):
        layer.weight()
    assert float(torch.linalg.matrix_norm(layer.weight().detach().flatten(1), 2)) == pytest.approx(1, abs=1e-4)
    layer.weight().square().sum().backward()
    # a weight scaled up is the same after normalisation: the gradient has no part along it
    gradient, weight = layer.unscaled.grad, layer.unscaled.detach()
    assert gradient is not None
    along = (gradient * weight).sum() / weight.norm() / gradient.norm()
    assert abs(along.item()) < 1e-3
