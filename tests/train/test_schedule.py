"""Learning rates, step by step."""

from __future__ import annotations

import math

import pytest

from glowvox.train.config import OptimizerConfig
from glowvox.train.schedule import learning_rate


def test_noam_is_the_authors_curve_and_peaks_at_the_end_of_the_warm_up() -> None:
    peak = 192**-0.5 * 4000**-0.5
    config = OptimizerConfig(schedule="noam", lr=peak, warmup=4000)
    for step, expected in ((1, 2.85e-7), (4000, 1.141e-3), (100_000, 2.28e-4)):
        assert learning_rate(config, step, 10**6) == pytest.approx(expected, rel=2e-3)
        written = 192**-0.5 * min(step**-0.5, step * 4000**-1.5)
        assert learning_rate(config, step, 10**6) == pytest.approx(written, rel=1e-12)
    rates = [learning_rate(config, step, 10**6) for step in range(1, 8001)]
    assert max(rates) == rates[3999] == peak


def test_cosine_rises_falls_and_ends_at_its_share() -> None:
    config = OptimizerConfig(schedule="cosine", lr=2e-3, warmup=10, final=0.05)
    assert learning_rate(config, 1, 110) == pytest.approx(2e-4)
    assert learning_rate(config, 10, 110) == 2e-3
    assert learning_rate(config, 60, 110) == pytest.approx(2e-3 * (0.05 + 0.95 / 2))
    assert learning_rate(config, 35, 110) == pytest.approx(2e-3 * (0.05 + 0.95 * (1 + math.cos(math.pi / 4)) / 2))
    assert learning_rate(config, 110, 110) == pytest.approx(1e-4)
    assert learning_rate(config, 500, 110) == pytest.approx(1e-4)
    rates = [learning_rate(config, step, 110) for step in range(10, 111)]
    assert rates == sorted(rates, reverse=True)


def test_constant_stays_after_the_warm_up() -> None:
    config = OptimizerConfig(schedule="constant", lr=1e-3, warmup=4)
    assert [learning_rate(config, step, 9) for step in (1, 2, 4, 5, 9)] == [2.5e-4, 5e-4, 1e-3, 1e-3, 1e-3]


@pytest.mark.parametrize("schedule", ["noam", "cosine", "constant"])
def test_a_run_shorter_than_its_warm_up_only_rises(schedule: str) -> None:
    config = OptimizerConfig(schedule=schedule, lr=1.0, warmup=100)  # type: ignore[arg-type]
    assert [learning_rate(config, step, 3) for step in (1, 2, 3)] == pytest.approx([0.01, 0.02, 0.03])
