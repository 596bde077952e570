"""Noise from a seed."""

from __future__ import annotations

import numpy as np
import pytest

from glowvox.audio.noise import normal


def test_a_seed_gives_the_same_numbers_and_longer_draws_begin_alike() -> None:
    assert np.array_equal(normal(3, 50, 4), normal(3, 50, 4))
    assert np.array_equal(normal(3, 50, 4)[:20], normal(3, 20, 4))
    assert not np.array_equal(normal(3, 50, 4), normal(4, 50, 4))
    assert normal(0, 2, 3).dtype == np.float32


def test_they_are_standard_normal() -> None:
    drawn = normal(1, 100_000)
    assert drawn.mean() == pytest.approx(0, abs=0.01)
    assert drawn.std() == pytest.approx(1, abs=0.01)
    assert float(normal(0, 1)[0]) == pytest.approx(float(normal(0, 5)[0]))
