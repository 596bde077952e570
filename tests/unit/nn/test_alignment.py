"""The search finds the best path there is, the same way in numba and in torch."""

from __future__ import annotations

import itertools
import logging
import sys
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from glowvox.errors import InputError
from glowvox.nn import alignment
from glowvox.nn.alignment import diagonal, require_room, search, search_reference


def all_durations(tokens: int, frames: int) -> Iterator[tuple[int, ...]]:
    """Every way to give each token at least one frame."""
    for cuts in itertools.combinations(range(1, frames), tokens - 1):
        yield tuple(np.diff([0, *cuts, frames]).tolist())


def best_by_trying_all(score: Tensor) -> tuple[int, ...]:
    """score (T, N) → the best durations; of equal ones, those that stay longest with later tokens."""
    ends = torch.cat([torch.zeros(1, score.shape[1]), score.cumsum(0)]).tolist()

    def rank(durations: tuple[int, ...]) -> tuple[float, tuple[int, ...]]:
        start, total = 0, 0.0
        for token, duration in enumerate(durations):
            total += ends[start + duration][token] - ends[start][token]
            start += duration
        return total, durations[::-1]

    return max(all_durations(score.shape[1], len(score)), key=rank)


@st.composite
def padded_batches(draw: st.DrawFn) -> tuple[Tensor, Tensor, Tensor]:
    """Scores of small whole numbers (so that sums are exact and ties are common), with lengths."""
    batch = draw(st.integers(1, 3))
    tokens = [draw(st.integers(1, 5)) for _ in range(batch)]
    frames = [count + draw(st.integers(0, 5)) for count in tokens]
    seed, width = draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 4))
    scores = np.random.default_rng(seed).integers(-width, width, (batch, max(frames), max(tokens)))
    return torch.tensor(scores, dtype=torch.float32), torch.tensor(tokens), torch.tensor(frames)


@settings(max_examples=150, deadline=None)
@given(padded_batches())
def test_no_path_is_better_and_ties_stay_with_the_later_token(case: tuple[Tensor, Tensor, Tensor]) -> None:
    score, tokens, frames = case
    found = search(score, tokens, frames)
    assert torch.equal(found, search_reference(score, tokens, frames))
    for row, (count, length) in enumerate(zip(tokens.tolist(), frames.tolist(), strict=True)):
        assert tuple(found[row, :count].tolist()) == best_by_trying_all(score[row, :length, :count])
        assert (found[row, count:] == 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_both_ways_agree_on_large_padded_batches(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tokens = torch.tensor(rng.integers(1, 41, 8))
    frames = torch.minimum(tokens + torch.tensor(rng.integers(0, 120, 8)), torch.tensor(150))
    score = torch.tensor(rng.normal(-100, 30, (8, 150, 41)), dtype=torch.float32)
    if seed % 2:
        score = score.round(decimals=-1)  # ties
    found = search(score, tokens, frames)
    assert torch.equal(found, search_reference(score, tokens, frames))
    assert torch.equal(found.sum(1), frames)
    assert ((found > 0).sum(1) == tokens).all()


@pytest.mark.parametrize("way", [search, search_reference])
def test_padding_may_hold_anything_and_order_of_memory_has_no_say(way: object) -> None:
    assert callable(way)
    torch.manual_seed(0)
    tokens, frames = torch.tensor([3, 5]), torch.tensor([9, 6])
    score = torch.randn(2, 9, 5)
    clean = way(score, tokens, frames)
    score[0, :, 3:] = torch.nan
    score[1, 6:] = torch.inf
    assert torch.equal(way(score, tokens, frames), clean)
    across = score.transpose(1, 2).contiguous().transpose(1, 2)
    assert torch.equal(way(across, tokens, frames), clean)


@pytest.mark.parametrize(("count", "length"), [(4, 3), (0, 3), (1, 0)])
def test_an_item_without_room_is_refused_by_name(count: int, length: int) -> None:
    tokens, frames = torch.tensor([2, count]), torch.tensor([3, length])
    with pytest.raises(InputError, match=rf"clip 'b' has {count} tokens for {length} frames") as caught:
        require_room(tokens, frames, ("a", "b"))
    assert "leave the clip out" in str(caught.value)
    with pytest.raises(InputError, match="item 1 of the batch"):
        search(torch.zeros(2, 3, 4), tokens, frames)


@pytest.fixture
def without_numba(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    alignment._compiled.cache_clear()
    yield monkeypatch
    alignment._compiled.cache_clear()


@pytest.mark.parametrize("breakage", ["missing", "does not compile"])
def test_without_numba_the_reference_takes_over_and_says_so_once(
    breakage: str, without_numba: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    score, tokens, frames = torch.randn(2, 9, 4), torch.tensor([4, 2]), torch.tensor([9, 5])
    expected = search(score, tokens, frames)
    alignment._compiled.cache_clear()
    if breakage == "missing":
        without_numba.setitem(sys.modules, "numba", None)
    else:
        without_numba.setattr(alignment, "_compile", lambda: lambda *_: 1 / 0)
    with caplog.at_level(logging.WARNING):
        assert torch.equal(search(score, tokens, frames), expected)
        assert torch.equal(search(score, tokens, frames), expected)
    assert len(caplog.records) == 1
    assert "runs in torch, several times slower: numba is not usable here" in caplog.text


def test_where_nothing_is_known_an_even_reading_is_the_best() -> None:
    tokens, frames = torch.tensor([4, 3]), torch.tensor([20, 9])
    scores = diagonal(tokens, frames, (20, 4))
    assert search(scores, tokens, frames).tolist() == [[5, 5, 5, 5], [3, 3, 3, 0]]
    torch.testing.assert_close(diagonal(tokens[1:], frames[1:], (9, 3)), scores[1:, :9, :3])
    assert float(scores.max()) <= 0


def test_its_slack_is_some_frames_and_a_share_of_the_whole() -> None:
    scores = diagonal(torch.tensor([500]), torch.tensor([1000]), (1000, 500))
    away = 1000 * (alignment.SLACK_SHARE + alignment.SLACK_FRAMES / 1000)  # frames
    assert scores[0, 500, 250 + int(away / 2)] == pytest.approx(-0.5, abs=0.03)
