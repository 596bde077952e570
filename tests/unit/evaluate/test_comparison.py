"""Distances between sounds whose differences are known."""

from __future__ import annotations

import numpy as np
import pytest

from glowvox.audio.level import rms_db
from glowvox.audio.mel import MelConfig
from glowvox.audio.resample import resample
from glowvox.audio.wave import Audio
from glowvox.evaluate.comparison import Analysed, analyse, compared, own_measures
from glowvox.evaluate.copies import mel_copy
from tests.unit.evaluate.sounds import RATE, vowel


def analysed(audio: Audio) -> Analysed:
    found = analyse(audio)
    assert found is not None
    return found


def test_a_clip_against_itself_has_no_distance() -> None:
    clip = analysed(vowel())
    values = compared(clip, clip)
    assert values["mcd_db"] == pytest.approx(0.0, abs=1e-6)
    assert values["f0_rmse_cents"] == 0.0
    assert values["voicing_error"] == 0.0
    assert values["duration_error"] == 0.0
    assert (values["f0_spread_ratio"], values["duration_ratio"]) == (1.0, 1.0)


def test_level_sample_rate_and_silence_hardly_count() -> None:
    audio = vowel()
    other = Audio(0.5 * resample(vowel(quiet_s=0.6).samples, RATE, 24000), 24000)
    values = compared(analysed(other), analysed(audio))
    changed = compared(analysed(vowel(formant=1200.0)), analysed(audio))
    assert values["mcd_db"] < 0.1 * changed["mcd_db"]
    assert values["f0_rmse_cents"] < 5.0
    assert values["duration_error"] < 0.02


def test_pitch_and_duration_are_told_apart() -> None:
    reference = analysed(vowel(seconds=1.0))
    values = compared(analysed(vowel(f0=150.0 * 2 ** (2 / 12), seconds=1.25)), reference)
    assert values["f0_rmse_cents"] == pytest.approx(200.0, abs=20.0)  # two semitones; the glides are not quite paired
    assert values["duration_ratio"] == pytest.approx(1.25, abs=0.03)
    assert values["duration_error"] == pytest.approx(0.25, abs=0.03)


def test_rate_counts_words_of_speech_and_not_of_silence() -> None:
    assert own_measures(analysed(vowel(seconds=2.0, quiet_s=1.0)), 6)["words_per_s"] == pytest.approx(3.0, abs=0.1)


def test_noise_has_no_pitch_to_compare() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, RATE).astype(np.float32)
    values = compared(analysed(Audio(noise, RATE)), analysed(vowel()))
    assert "f0_rmse_cents" not in values or np.isfinite(values["f0_rmse_cents"])
    assert values["voicing_error"] > 0.5


@pytest.mark.parametrize("samples", [0, 100, RATE])
def test_silence_cannot_be_analysed(samples: int) -> None:
    assert analyse(Audio(np.zeros(samples, np.float32), RATE)) is None


def test_copy_keeps_rate_level_and_spectrum() -> None:
    audio = vowel(seconds=0.6)
    copy = mel_copy(audio, MelConfig())
    assert copy.sample_rate == RATE
    assert rms_db(copy.samples) == pytest.approx(rms_db(audio.samples), abs=0.1)
    values = compared(analysed(copy), analysed(audio))
    assert values["mcd_db"] < 2.0
    assert values["duration_error"] < 0.1
