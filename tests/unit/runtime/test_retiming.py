"""A reading in another time."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from glowvox.runtime.reading_order import frames_read
from glowvox.runtime.retiming import at_speed, even_places, places_between, stretched

counts = st.lists(st.integers(0, 9), min_size=1, max_size=8).filter(any)


@given(counts, st.floats(0.25, 4.0))
def test_counts_at_a_speed_keep_their_ends(frames: list[int], speed: float) -> None:
    found = at_speed(np.array(frames), speed)
    assert (found >= 0).all()
    ends = np.cumsum(frames) / speed
    assert np.abs(np.cumsum(found)[:-1] - ends[:-1]).max(initial=0.0) <= 0.5
    assert found.sum() == max(1, round(ends[-1]))


@given(counts)
def test_the_same_time_is_the_same_reading(frames: list[int]) -> None:
    before = np.array(frames)
    attention = np.random.default_rng(sum(frames)).random((before.sum(), len(frames))).astype(np.float32)
    for places in (even_places(len(attention), len(attention)), places_between(before, before)):
        np.testing.assert_allclose(stretched(attention, places), attention, atol=1e-5)


@given(st.lists(st.tuples(st.integers(2, 9), st.integers(2, 9)), min_size=1, max_size=6))
def test_each_symbol_is_read_for_as_long_as_is_wanted(pairs: list[tuple[int, int]]) -> None:
    before, after = np.array(pairs).T
    attention = np.eye(len(pairs), dtype=np.float32)[np.repeat(np.arange(len(pairs)), before)]
    found = stretched(attention, places_between(before, after))
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
    assert np.abs(np.cumsum(frames_read(found)) - np.cumsum(after)).max() <= 1


def test_between_two_frames_lies_their_mean() -> None:
    attention = np.array([[1, 0], [0, 1]], np.float32)
    found = stretched(attention, even_places(2, 4))
    np.testing.assert_allclose(found[:, 1], [0, 0.25, 0.75, 1], atol=1e-6)
    np.testing.assert_allclose(stretched(attention, even_places(2, 1)), [[0.5, 0.5]], atol=1e-6)
