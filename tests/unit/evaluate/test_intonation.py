"""Pitch errors of curves and of tones whose pitch is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from glowvox.audio.pitch import pitch
from glowvox.evaluate.intonation import pitch_error, pitch_spread

RATE, HOP = 22050, 256


def buzz(f0: np.ndarray) -> np.ndarray:
    """A sound of ten harmonics whose pitch is `f0` (Hz) at every sample."""
    phase = 2 * np.pi * np.cumsum(f0) / RATE
    return sum(np.sin(k * phase) / k for k in range(1, 11)).astype(np.float32) * 0.1


def straight(frames: int) -> np.ndarray:
    return np.stack((np.arange(frames), np.arange(frames)), axis=1)


def test_a_semitone_apart_is_a_hundred_cents() -> None:
    curve = np.array([100.0, 120.0, 0.0, 90.0])
    error = pitch_error(curve * 2 ** (1 / 12), curve, straight(4))
    assert error.rmse_cents == pytest.approx(100.0)
    assert error.voicing_error == 0.0


def test_error_is_the_root_mean_square_over_frames_voiced_in_both() -> None:
    one, other = np.array([200.0, 200.0, 0.0, 150.0]), np.array([100.0, 200.0, 80.0, 0.0])
    error = pitch_error(one, other, straight(4))
    assert error.rmse_cents == pytest.approx(1200 / math.sqrt(2))
    assert error.voicing_error == 0.5


def test_nothing_voiced_in_both_has_no_error() -> None:
    error = pitch_error(np.array([100.0, 0.0]), np.array([0.0, 0.0]), straight(2))
    assert math.isnan(error.rmse_cents)
    assert error.voicing_error == 0.5


def test_pairs_follow_the_path() -> None:
    error = pitch_error(np.array([100.0, 200.0]), np.array([100.0, 100.0, 200.0]), np.array([[0, 0], [0, 1], [1, 2]]))
    assert error.rmse_cents == pytest.approx(0.0)


def test_tones_a_semitone_apart_are_heard_so() -> None:
    low = pitch(buzz(np.full(RATE, 150.0)), RATE, hop=HOP).f0
    high = pitch(buzz(np.full(RATE, 150.0 * 2 ** (1 / 12))), RATE, hop=HOP).f0
    error = pitch_error(high, low, straight(min(len(low), len(high))))
    assert error.rmse_cents == pytest.approx(100.0, abs=3.0)  # of the pitch tracker, not of the sum
    assert error.voicing_error <= 0.05


def test_spread_of_a_sine_shaped_melody() -> None:
    # swinging by ±3 semitones: standard deviation 3/√2
    semitones = 3 * np.sin(2 * np.pi * 2 * np.arange(2 * RATE) / RATE)
    f0 = pitch(buzz(160.0 * 2 ** (semitones / 12)), RATE, hop=HOP).f0
    assert pitch_spread(f0) == pytest.approx(3 / math.sqrt(2), abs=0.1)


def test_spread_needs_two_voiced_frames() -> None:
    assert math.isnan(pitch_spread(np.array([0.0, 120.0, 0.0])))
    assert pitch_spread(np.array([100.0, 200.0, 0.0])) == pytest.approx(6.0)
