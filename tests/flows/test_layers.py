"""What single flows promise beyond the table."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from glowvox.flows.actnorm import ActNorm
from glowvox.flows.base import Chain, Inverse, walk
from glowvox.flows.mixing import GroupMixing
from glowvox.flows.squeeze import squeeze, unsqueeze
from glowvox.nn.masks import length_mask
from tests.flows.table import CHANNELS, coupling, make


@settings(max_examples=60, deadline=None)
@given(
    factor=st.integers(1, 4),
    columns=st.integers(1, 6),
    channels=st.integers(1, 5),
    lengths=st.lists(st.integers(0, 24), min_size=1, max_size=4),
)
def test_squeeze_moves_every_whole_column_and_unsqueeze_brings_it_back(
    factor: int, columns: int, channels: int, lengths: list[int]
) -> None:
    time = factor * columns
    mask = length_mask(torch.tensor(lengths), time)
    x = torch.arange(1.0, len(lengths) * channels * time + 1).view(len(lengths), channels, time)
    folded, inside = squeeze(x, mask, factor)
    assert folded.shape == (len(lengths), factor * channels, columns)
    whole = [min(length, time) // factor for length in lengths]
    assert inside.sum((1, 2)).tolist() == whole
    for row, count in enumerate(whole):
        for column in range(columns):
            for frame in range(factor):
                expected = x[row, :, column * factor + frame] * (column < count)
                assert torch.equal(folded[row, frame * channels : (frame + 1) * channels, column], expected)
    back, wide = unsqueeze(folded, inside, factor)
    assert torch.equal(wide, length_mask(torch.tensor(whole) * factor, time))
    assert torch.equal(back, x * wide)


def test_squeeze_refuses_a_length_that_does_not_divide() -> None:
    with pytest.raises(ValueError, match=r"squeeze: 7 frames are no multiple of 2"):
        squeeze(torch.zeros(1, 2, 7), torch.ones(1, 1, 7), 2)


def test_squeeze_of_one_changes_nothing() -> None:
    x, mask = torch.randn(2, 3, 4), torch.ones(2, 1, 4)
    assert torch.equal(squeeze(x, mask, 1)[0], x)


@pytest.mark.parametrize("splits", [3, 6])
def test_mixing_refuses_groups_that_do_not_fit(splits: int) -> None:
    with pytest.raises(ValueError, match=f"splits = {splits} must be even and divide the 8 channels"):
        GroupMixing(8, splits=splits)


def test_mixing_starts_as_a_rotation_and_mixes_the_channels_it_names() -> None:
    mixing = GroupMixing(8, splits=4)
    torch.testing.assert_close(mixing.weight @ mixing.weight.T, torch.eye(4))
    torch.testing.assert_close(torch.linalg.det(mixing.weight), torch.tensor(1.0))
    mask = torch.ones(1, 1, 1)
    for channel in range(8):
        y, _ = mixing(torch.nn.functional.one_hot(torch.tensor(channel), 8).float().view(1, 8, 1), mask)
        reached = {index for index in range(8) if y[0, index, 0] != 0}
        assert reached == ({0, 1, 4, 5} if channel in (0, 1, 4, 5) else {2, 3, 6, 7})


def test_a_coupling_starts_as_the_identity_and_keeps_its_first_half() -> None:
    x, mask = torch.randn(2, CHANNELS, 6), torch.ones(2, 1, 6)
    y, log_det = coupling()(x, mask)
    assert torch.equal(y, x)
    assert torch.equal(log_det, torch.zeros(2))
    flow, (x64, mask64, cond) = make("coupling")
    y64, _ = flow(x64, mask64, cond)
    assert torch.equal(y64[:, : CHANNELS // 2], x64[:, : CHANNELS // 2])


def test_actnorm_normalises_what_it_was_set_from_in_any_number_of_parts() -> None:
    torch.manual_seed(0)
    x = 3 * torch.randn(6, 4, 10) + torch.arange(4.0)[:, None]
    mask = length_mask(torch.tensor([10, 7, 3, 10, 1, 5]), 10)
    whole, parts = ActNorm(4), ActNorm(4)
    whole.initialize(whole.moments(x, mask))
    parts.initialize(parts.moments(x[:2], mask[:2]) + parts.moments(x[2:], mask[2:]))
    assert torch.equal(whole.log_scale, parts.log_scale)
    assert torch.equal(whole.bias, parts.bias)
    y = whole(x, mask)[0]
    inside = torch.cat([y[row, :, : int(mask[row].sum())] for row in range(len(y))], dim=1)
    torch.testing.assert_close(inside.mean(1), torch.zeros(4), rtol=0, atol=1e-6)
    torch.testing.assert_close(inside.var(1, correction=0), torch.ones(4), rtol=1e-5, atol=0)


def test_a_constant_channel_does_not_explode() -> None:
    norm = ActNorm(2)
    norm.initialize(norm.moments(torch.full((1, 2, 5), 7.0), torch.ones(1, 1, 5)))
    torch.testing.assert_close(norm.log_scale.flatten(), torch.full((2,), 6.907755))  # -ln(1e-6) / 2


def test_walk_meets_the_layers_in_order() -> None:
    layers = [ActNorm(2), GroupMixing(2, splits=2), ActNorm(2)]
    inside = Inverse(ActNorm(2))
    assert list(walk(Chain([Chain(layers[:2]), layers[2], inside]))) == [*layers, inside]
