"""Convolution, normalisation, dropout, masks and precision against their formulas."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from glowvox.nn.convolution import ChannelNorm, Convolution, WeightNormConv1d, time_major
from glowvox.nn.dropout import Dropout
from glowvox.nn.masks import expand, length_mask, token_of_frame
from glowvox.nn.precision import full_precision, upcast
from glowvox.nn.wavenet import WaveNet


@pytest.mark.parametrize(("kernel", "dilation"), [(1, 1), (3, 1), (5, 4)])
def test_weight_normalisation_is_torchs(kernel: int, dilation: int) -> None:
    torch.manual_seed(0)
    ours = WeightNormConv1d(6, 4, kernel, dilation=dilation)
    plain = torch.nn.Conv1d(6, 4, kernel, dilation=dilation, padding=dilation * (kernel // 2))
    theirs = torch.nn.utils.parametrizations.weight_norm(plain)
    with torch.no_grad():
        ours.gain.mul_(1.7)
        theirs.parametrizations.weight.original0.copy_(ours.gain)
        theirs.parametrizations.weight.original1.copy_(ours.direction)
        theirs.bias.copy_(ours.bias)
    x = torch.randn(2, 6, 11)
    torch.testing.assert_close(ours(x), theirs(x))
    assert ours(x).shape == (2, 4, 11)
    first, second = ours.halves(x)
    torch.testing.assert_close(torch.cat([first, second], dim=1), ours(x))


def test_weight_normalisation_starts_as_the_plain_convolution() -> None:
    torch.manual_seed(0)
    ours = WeightNormConv1d(3, 5, 3)
    torch.testing.assert_close(ours.weight(), ours.direction)
    torch.testing.assert_close(ours.gain, ours.direction.flatten(1).norm(dim=1)[:, None, None])


@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_a_convolution_is_torchs_and_keeps_the_order_in_memory(kernel: int) -> None:
    torch.manual_seed(0)
    ours = Convolution(6, 4, kernel)
    theirs = torch.nn.Conv1d(6, 4, kernel, padding=kernel // 2)
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(2, 6, 11)
    assert torch.equal(time_major(x), x)
    assert time_major(x).transpose(1, 2).is_contiguous()
    torch.testing.assert_close(ours(x), theirs(x))
    torch.testing.assert_close(ours(time_major(x)), theirs(x))
    assert ours(x).is_contiguous()
    assert ours(time_major(x)).transpose(1, 2).is_contiguous()


def test_channel_norm_normalises_columns() -> None:
    torch.manual_seed(0)
    norm = ChannelNorm(5)
    with torch.no_grad():
        norm.scale.normal_()
        norm.shift.normal_()
    x = torch.randn(2, 5, 4)
    mean, variance = x.mean(1, keepdim=True), x.var(1, correction=0, keepdim=True)
    expected = (x - mean) / torch.sqrt(variance + 1e-4) * norm.scale[:, None] + norm.shift[:, None]
    torch.testing.assert_close(norm(x), expected)


@pytest.mark.parametrize("p", [0.05, 0.1, 0.5, 0.9])
def test_dropout_zeroes_the_share_it_says_and_keeps_the_mean(p: float) -> None:
    torch.manual_seed(0)
    layer, x = Dropout(p), torch.ones(400, 1001)
    y = layer(x)
    share = round(p * 256) / 256
    assert abs(float((y == 0).float().mean()) - share) < 0.003
    kept = y[y != 0]
    torch.testing.assert_close(kept, torch.full_like(kept, 1 / (1 - share)))
    across = layer(torch.ones(1001, 400).T)  # another order in memory
    assert across.stride() == (1, 400)
    assert abs(float((across == 0).float().mean()) - share) < 0.003
    columns = (y == 0).float().mean(0)
    assert float((columns - share).abs().max()) < 0.15  # no column is favoured


def test_dropout_repeats_after_a_seed_and_differs_between_calls() -> None:
    layer, x = Dropout(0.5), torch.ones(3, 7)
    torch.manual_seed(3)
    first, second = layer(x), layer(x)
    torch.manual_seed(3)
    assert torch.equal(layer(x), first)
    assert not torch.equal(first, second)


def test_dropout_is_nothing_in_evaluation_or_at_zero() -> None:
    x = torch.randn(4)
    assert Dropout(0.5).eval()(x) is x
    assert Dropout(0.0)(x) is x
    with pytest.raises(ValueError, match=r"dropout = 1 must lie in \[0, 1\)"):
        Dropout(1)


def test_dropout_passes_gradients_where_it_passes_values() -> None:
    torch.manual_seed(0)
    x = torch.ones(100, requires_grad=True)
    y = Dropout(0.5)(x)
    y.sum().backward()
    assert x.grad is not None
    assert torch.equal(x.grad, y.detach())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 5), min_size=3, max_size=3), min_size=1, max_size=4))
def test_expanding_repeats_each_column_for_its_duration(rows: list[list[int]]) -> None:
    durations = torch.tensor(rows)
    frames = durations.sum(1)
    size = int(frames.max())
    x = torch.arange(len(rows) * 2 * 3.0).view(len(rows), 2, 3)
    out = expand(x, token_of_frame(durations, size))
    assert out.shape == (len(rows), 2, size)
    mask = length_mask(frames, size)
    for row, count in enumerate(frames.tolist()):
        assert torch.equal(out[row, :, :count], x[row].repeat_interleave(durations[row], dim=1))
        assert mask[row, 0].tolist() == [1.0] * count + [0.0] * (size - count)


def test_frames_past_the_last_token_repeat_it() -> None:
    assert token_of_frame(torch.tensor([[1, 0, 2]]), 5).tolist() == [[0, 2, 2, 2, 2]]


def test_upcasting_spares_what_is_precise_already() -> None:
    assert upcast(torch.zeros(1, dtype=torch.bfloat16)).dtype == torch.float32
    assert upcast(torch.zeros(1, dtype=torch.float64)).dtype == torch.float64
    with torch.autocast("cpu", torch.bfloat16):
        a = torch.randn(4, 4)
        assert (a @ a).dtype == torch.bfloat16
        with full_precision(a):
            assert (a @ a).dtype == torch.float32


def test_the_wavenet_reaches_as_far_as_its_dilations() -> None:
    torch.manual_seed(0)
    net = WaveNet(2, width=4, layers=3, kernel=3, dilation_rate=2).double()
    torch.nn.init.normal_(net.end.weight)
    x = torch.randn(1, 2, 31, dtype=torch.float64, requires_grad=True)
    net(x, torch.ones(1, 1, 31, dtype=torch.float64))[0, :, 15].sum().backward()
    assert x.grad is not None
    reached = x.grad.abs().sum((0, 1)).nonzero().flatten().tolist()
    assert reached == list(range(15 - 7, 15 + 8))  # 1 + 2 + 4 to either side
