"""Metrics as columns."""

from __future__ import annotations

import pytest

from glowvox.train.metrics import Metrics, Series, slope, spread

RECORDS = [
    {"step": 20, "seconds": 10.0, "nll": 1.0, "skipped": 0.0, "step_seconds": 0.5},
    {"step": 40, "seconds": 20.0, "nll": float("nan"), "skipped": 2.0, "step_seconds": 0.3},
    {"step": 40, "seconds": 20.0, "val_nll": 0.9},
    {"step": 60, "seconds": 30.0, "nll": 0.8, "skipped": 2.0, "step_seconds": 0.4},
    {"note": "a line without a step"},
]


def test_columns_leave_out_what_is_not_finite() -> None:
    metrics = Metrics(RECORDS)
    assert metrics.series("nll") == Series((20, 60), (1.0, 0.8))
    assert metrics.series("val_nll") == Series((40,), (0.9,))
    assert metrics.series("unknown") == Series((), ())


def test_the_state_of_a_run() -> None:
    metrics = Metrics(RECORDS)
    assert (metrics.step, metrics.seconds, metrics.pace()) == (60, 30.0, 0.4)
    assert metrics.skips() == [(20, 40, 2)]
    assert (Metrics([]).step, Metrics([]).seconds, Metrics([]).pace(), Metrics([]).skips()) == (0, 0.0, None, [])


def test_the_last_part_has_three_values_at_least() -> None:
    series = Series(tuple(range(0, 100, 10)), tuple(map(float, range(10))))
    assert series.last(0.5).steps == (50, 60, 70, 80, 90)
    assert series.last(0.01).steps == (70, 80, 90)
    assert Series((5,), (1.0,)).last(0.5).steps == (5,)


def test_smoothing_passes_over_a_single_leap() -> None:
    assert Series((1, 2, 3, 4, 5), (1.0, 1.0, 50.0, 1.0, 1.0)).smoothed(3).values == (1.0, 1.0, 1.0, 1.0, 1.0)


def test_slope_and_spread() -> None:
    assert slope(Series((0, 10, 20), (3.0, 2.0, 1.0))) == pytest.approx(-0.1)
    assert slope(Series((0,), (3.0,))) == 0.0
    assert spread([1.0, 2.0, 3.0, 1000.0]) == pytest.approx(1.4826)
    assert spread([]) == 0.0
