"""The grouped upsampling is a transposed convolution with its samples stacked."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from glowvox.nn.upsample import GroupedUpsample


def by_the_book(layer: GroupedUpsample, mel: Tensor, columns: int) -> Tensor:
    """torch's transposed convolution, cut, and each run of samples a column."""
    wave = nn.functional.conv_transpose1d(mel, layer.weight, layer.bias, stride=layer.stride)
    stacked = wave[:, :, : columns * layer.group].unfold(2, layer.group, layer.group)  # (B, M, T', group)
    return stacked.permute(0, 1, 3, 2).reshape(len(mel), -1, columns)


@pytest.mark.parametrize(("kernel", "stride", "group"), [(16, 4, 2), (8, 8, 4), (24, 8, 8), (6, 3, 1)])
@pytest.mark.parametrize("frames", [1, 2, 7])
def test_it_equals_a_transposed_convolution_and_so_do_its_gradients(
    kernel: int, stride: int, group: int, frames: int
) -> None:
    torch.manual_seed(0)
    layer = GroupedUpsample(3, kernel=kernel, stride=stride, group=group).double()
    mel = torch.randn(2, 3, frames, dtype=torch.float64, requires_grad=True)
    reach = ((frames - 1) * stride + kernel) // group
    for columns in {1, frames * stride // group, reach}:
        ours, plain = layer(mel, columns), by_the_book(layer, mel, columns)
        torch.testing.assert_close(ours, plain, rtol=0, atol=1e-12)
        weight = torch.randn_like(plain)
        wanted = torch.autograd.grad((plain * weight).sum(), [mel, layer.weight, layer.bias])
        found = torch.autograd.grad((ours * weight).sum(), [mel, layer.weight, layer.bias])
        for one, other in zip(found, wanted, strict=True):
            torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


def test_the_channels_of_a_column_lie_side_by_side() -> None:
    assert GroupedUpsample(3, kernel=8, stride=4, group=2)(torch.randn(1, 3, 5), 8).stride(1) == 1


@pytest.mark.parametrize(("kernel", "stride", "group"), [(16, 4, 3), (10, 4, 2)])
def test_sizes_that_do_not_fit_are_refused(kernel: int, stride: int, group: int) -> None:
    with pytest.raises(ValueError, match=f"a frame of {stride} samples must be whole columns of {group}"):
        GroupedUpsample(3, kernel=kernel, stride=stride, group=group)
