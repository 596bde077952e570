"""Noise from a seed."""

from __future__ import annotations

import numpy as np
import pytest

from glowvox.audio.noise import draw


def test_a_seed_gives_the_same_numbers_and_longer_draws_begin_alike() -> None:
    assert np.array_equal(draw(3, (50, 4)), draw(3, (50, 4)))
    assert np.array_equal(draw(3, (50, 4))[:20], draw(3, (20, 4)))
    assert not np.array_equal(draw(3, (50, 4)), draw(4, (50, 4)))
    assert draw(0, (2, 3)).dtype == np.float32


def test_they_are_standard_normal() -> None:
    drawn = draw(1, (100_000,))
    assert drawn.mean() == pytest.approx(0, abs=0.01)
    assert drawn.std() == pytest.approx(1, abs=0.01)
    assert float(draw(0, (1,))[0]) == pytest.approx(float(draw(0, (5,))[0]))
