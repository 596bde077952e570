"""Recurrent layers over padded sequences."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from glowvox.nn.instance_norm import MaskedInstanceNorm
from glowvox.nn.masks import length_mask
from glowvox.nn.recurrent import BidirectionalLSTM, reverse, start, step
from glowvox.nn.recurrent_encoder import RecurrentEncoder

LENGTHS = torch.tensor([6, 3, 0, 1])


def test_time_is_reversed_within_the_length() -> None:
    x = torch.arange(24.0).view(4, 6, 1)
    found = reverse(x, LENGTHS)[:, :, 0] - 6 * torch.arange(4)[:, None]
    expected = [[5, 4, 3, 2, 1, 0], [2, 1, 0, 3, 4, 5], [0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5]]
    assert found.tolist() == expected
    assert torch.equal(reverse(reverse(x, LENGTHS), LENGTHS), x)


def test_both_directions_are_those_of_a_packed_lstm() -> None:
    torch.manual_seed(0)
    ours = BidirectionalLSTM(5, 8).double()
    theirs = nn.LSTM(5, 4, bidirectional=True, batch_first=True).double()
    theirs.load_state_dict(
        dict(ours.onward.named_parameters())
        | {f"{name}_reverse": value for name, value in ours.backward_in_time.named_parameters()}
    )
    x = torch.randn(4, 5, 6, dtype=torch.float64)
    mask = length_mask(LENGTHS, 6, dtype=torch.float64)
    found = ours(x, mask)
    assert (found * (1 - mask) == 0).all()
    for row, length in enumerate(LENGTHS.tolist()):
        if length:
            expected, _ = theirs(x[row : row + 1, :, :length].transpose(1, 2))
            torch.testing.assert_close(found[row : row + 1, :, :length], expected.transpose(1, 2), rtol=0, atol=1e-14)


def test_an_odd_width_is_refused() -> None:
    with pytest.raises(ValueError, match="7 channels cannot be shared between two directions"):
        BidirectionalLSTM(5, 7)


def test_frame_by_frame_is_the_whole_sequence() -> None:
    torch.manual_seed(0)
    lstm = nn.LSTM(3, 4, num_layers=2, batch_first=True).double()
    x = torch.randn(2, 5, 3, dtype=torch.float64)
    expected, (last, cell) = lstm(x)
    state, found = start(lstm, x), []
    for t in range(5):
        out, state = step(lstm, x[:, t], state)
        found.append(out)
    torch.testing.assert_close(torch.stack(found, dim=1), expected, rtol=0, atol=1e-14)
    torch.testing.assert_close(state[0], last, rtol=0, atol=1e-14)
    torch.testing.assert_close(state[1], cell, rtol=0, atol=1e-14)


def test_instance_norm_counts_an_items_own_frames() -> None:
    torch.manual_seed(0)
    norm = MaskedInstanceNorm(3).double()
    with torch.no_grad():
        norm.scale.copy_(torch.tensor([1.0, 2, 3]))
        norm.shift.copy_(torch.tensor([0.5, 0, -1]))
    x = torch.randn(4, 3, 6, dtype=torch.float64)
    mask = length_mask(LENGTHS, 6, dtype=torch.float64)
    found = norm(x, mask)
    for row, length in enumerate(LENGTHS.tolist()):
        if length > 1:
            item = x[row : row + 1, :, :length]
            expected = nn.functional.instance_norm(item, weight=norm.scale, bias=norm.shift)
            torch.testing.assert_close(found[row : row + 1, :, :length], expected, rtol=0, atol=1e-13)
    torch.testing.assert_close(found[3, :, 0], norm.shift)  # one frame is its own mean


def test_an_encoder_gives_a_padded_item_what_it_gives_it_alone() -> None:
    torch.manual_seed(0)
    encoder = RecurrentEncoder(5, 6, blocks=2, kernel=3, dropout=0.5).double().eval()
    x = torch.randn(4, 5, 6, dtype=torch.float64)
    mask = length_mask(LENGTHS, 6, dtype=torch.float64)
    together = encoder(x, mask)
    assert torch.isfinite(together).all()
    for row, length in enumerate(LENGTHS.tolist()):
        if length:
            alone = encoder(x[row : row + 1, :, :length], mask[row : row + 1, :, :length])
            torch.testing.assert_close(together[row : row + 1, :, :length], alone, rtol=0, atol=1e-14)
