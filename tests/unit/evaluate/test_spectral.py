"""Mel-cepstral distortion at values known beforehand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from glowvox.evaluate.spectral import mel_cepstral_distortion, mel_cepstrum


def ripple(order: int, bands: int = 80) -> np.ndarray:
    """The k-th cosine over the bands, as one frame."""
    return np.cos(math.pi * order * (np.arange(bands) + 0.5) / bands)[:, None]


@pytest.fixture
def mel() -> np.ndarray:
    return np.random.default_rng(0).normal(-4.0, 1.5, (80, 40))


@pytest.mark.parametrize("order", [1, 7, 13])
def test_cepstrum_of_a_ripple_is_its_height(order: int) -> None:
    expected = np.zeros(13)
    expected[order - 1] = 0.3
    np.testing.assert_allclose(mel_cepstrum(0.3 * ripple(order))[:, 0], expected, atol=1e-12)


@pytest.mark.parametrize("order", [1, 13])
def test_a_ripple_of_height_a_is_ten_root_two_over_ln_ten_times_a(mel: np.ndarray, order: int) -> None:
    found = mel_cepstral_distortion(mel, mel + 0.3 * ripple(order))
    assert found == pytest.approx(10 * math.sqrt(2) / math.log(10) * 0.3, rel=1e-6)


def test_it_is_the_rms_difference_of_the_envelopes_in_decibels(mel: np.ndarray) -> None:
    change = 0.2 * ripple(2) - 0.5 * ripple(9)
    decibels = 20 / math.log(10) * change
    assert mel_cepstral_distortion(mel, mel + change) == pytest.approx(np.sqrt(np.mean(decibels**2)), rel=1e-6)


def test_level_and_fine_detail_do_not_count(mel: np.ndarray) -> None:
    assert mel_cepstral_distortion(mel, mel + 2.0) == pytest.approx(0.0, abs=1e-6)
    assert mel_cepstral_distortion(mel, mel + ripple(14)) == pytest.approx(0.0, abs=1e-6)


def test_tempo_does_not_count(mel: np.ndarray) -> None:
    assert mel_cepstral_distortion(mel, np.repeat(mel, 2, axis=1)) == pytest.approx(0.0, abs=1e-6)
