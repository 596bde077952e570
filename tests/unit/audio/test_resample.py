from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from glowvox.audio.resample import resample
from glowvox.errors import AudioError

PAIRS = [(24000, 22050), (48000, 22050), (44100, 22050), (16000, 22050), (8000, 22050), (22050, 24000), (22050, 22051)]


def sine(frequency: float, rate: int, count: int) -> np.ndarray:
    return np.sin(2 * np.pi * frequency * np.arange(count) / rate + 0.3).astype(np.float32)


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("place", [0.01, 0.5, 0.92])
def test_a_sine_in_the_passband_is_the_same_sine(source: int, target: int, place: float) -> None:
    frequency = place * min(source, target) / 2
    made = resample(sine(frequency, source, source // 2), source, target)
    wanted = sine(frequency, target, len(made))
    inner = slice(600, len(made) - 600)
    assert np.abs(made - wanted)[inner].max() < 3e-5  # −90 dB


@pytest.mark.parametrize(("source", "target"), [(24000, 22050), (48000, 22050), (44100, 16000)])
@pytest.mark.parametrize("place", [1.02, 1.06])
def test_what_the_target_cannot_hold_is_gone(source: int, target: int, place: float) -> None:
    made = resample(sine(place * target / 2, source, source // 2), source, target)
    assert np.abs(made[600:-600]).max() < 1e-4  # −80 dB


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_length_is_the_ratio_rounded_up(source: int, target: int) -> None:
    for count in (1, 2, 147, 160, 1001):
        assert len(resample(np.ones(count, np.float32), source, target)) == -(-count * target // source)


def test_a_constant_stays_constant() -> None:
    made = resample(np.full(4000, 0.25, np.float32), 24000, 22050)
    np.testing.assert_allclose(made[200:-200], 0.25, atol=1e-6)


def test_agrees_with_scipy_below_both_cutoffs() -> None:
    noise = np.random.default_rng(1).standard_normal(24000)
    low = signal.sosfiltfilt(signal.butter(12, 7000, fs=24000, output="sos"), noise)
    theirs = signal.resample_poly(low, 147, 160, window=("kaiser", 12.0))
    ours = resample(low, 24000, 22050)
    assert len(ours) == len(theirs)
    assert np.abs(ours - theirs)[300:-300].max() < 2e-3 * np.abs(low).max()


def test_same_rate_gives_an_equal_copy() -> None:
    samples = np.arange(5, dtype=np.float32)
    made = resample(samples, 8000, 8000)
    np.testing.assert_array_equal(made, samples)
    assert not np.shares_memory(made, samples)


def test_linear_and_silent_on_nothing() -> None:
    a, b = np.random.default_rng(2).standard_normal((2, 5000)).astype(np.float32)
    np.testing.assert_allclose(
        resample(a + 2 * b, 16000, 22050), resample(a, 16000, 22050) + 2 * resample(b, 16000, 22050), atol=1e-5
    )
    assert resample(np.zeros(0, np.float32), 16000, 22050).shape == (0,)


def test_impossible_rates_are_refused() -> None:
    with pytest.raises(AudioError, match="from 0 Hz to 22050 Hz: rates must be positive"):
        resample(np.ones(3, np.float32), 0, 22050)
