"""Estimates and their intervals."""

from __future__ import annotations

import numpy as np
import pytest

from glowvox.evaluate.bootstrap import difference, estimate


def means(values: list[float]) -> dict[str, tuple[float, float]]:
    return {f"clip{i:03}": (value, 1.0) for i, value in enumerate(values)}


def test_errors_are_summed_before_they_are_divided() -> None:
    found = estimate({"a": (1.0, 1.0), "b": (0.0, 9.0)})
    assert found is not None
    assert found.value == pytest.approx(0.1)
    assert found.clips == 2


def test_interval_of_a_mean_is_near_the_normal_one() -> None:
    values = np.random.default_rng(3).normal(4.0, 0.5, 200)
    found = estimate(means(values.tolist()))
    assert found is not None
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert found.low == pytest.approx(values.mean() - half, abs=0.1 * half)
    assert found.high == pytest.approx(values.mean() + half, abs=0.1 * half)


def test_the_same_scores_give_the_same_interval_in_any_order() -> None:
    parts = means([3.0, 4.0, 2.5, 4.5])
    assert estimate(parts) == estimate(dict(reversed(parts.items())))


def test_paired_difference_cancels_what_clips_have_in_common() -> None:
    hard = np.random.default_rng(4).normal(3.0, 1.0, 50)
    found = difference(means((hard + 0.25).tolist()), means(hard.tolist()))
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.25, 0.25, 0.25))


def test_only_shared_clips_are_compared() -> None:
    found = difference({"a": (4.0, 1.0), "b": (1.0, 1.0)}, {"a": (3.0, 1.0), "c": (9.0, 1.0)})
    assert found is not None
    assert found.value == pytest.approx(1.0)
    assert found.clips == 1


def test_nothing_to_divide_by_gives_nothing() -> None:
    assert estimate({}) is None
    assert estimate({"a": (2.0, 0.0)}) is None
    assert difference({"a": (1.0, 1.0)}, {"b": (1.0, 1.0)}) is None
