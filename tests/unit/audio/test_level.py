from __future__ import annotations

import librosa
import numpy as np
import pyloudnorm
import pytest

from glowvox.audio.level import (
    QUIETEST_DB,
    frame_power,
    loud_span,
    loudness,
    peak_db,
    rms_db,
    speech_span,
    with_loudness,
    with_peak,
)

RATE = 22050


def sine(amplitude: float, seconds: float, rate: int = RATE, frequency: float = 997.0) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * frequency * np.arange(round(rate * seconds)) / rate)).astype(np.float32)


def test_a_full_scale_sine() -> None:
    assert peak_db(sine(1.0, 1.0)) == pytest.approx(0.0, abs=1e-3)
    assert rms_db(sine(1.0, 1.0)) == pytest.approx(-3.0103, abs=1e-3)
    assert rms_db(sine(0.1, 1.0)) == pytest.approx(-23.0103, abs=1e-3)


def test_silence_and_nothing_are_the_quietest() -> None:
    for samples in (np.zeros(1000, np.float32), np.zeros(0, np.float32)):
        assert rms_db(samples) == peak_db(samples) == loudness(samples, RATE) == QUIETEST_DB


def test_the_standards_own_figure() -> None:
    # BS.1770: a 997 Hz sine at 0 dBFS in one channel reads -3.01 LKFS
    assert loudness(sine(1.0, 3.0, 48000), 48000) == pytest.approx(-3.01, abs=0.01)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000, 44100, 48000])
def test_loudness_is_pyloudnorms(rate: int) -> None:
    random = np.random.default_rng(rate)
    loud = random.normal(0, 0.1, 3 * rate)
    pause = random.normal(0, 0.0005, 2 * rate)  # gated away: over 10 LU below
    signal = np.concatenate((loud, pause, 0.3 * loud))
    meter = pyloudnorm.Meter(rate, filter_class="DeMan")
    assert loudness(signal, rate) == pytest.approx(meter.integrated_loudness(signal), abs=0.01)


def test_short_signals_count_as_one_block() -> None:
    assert loudness(sine(0.5, 0.1), RATE) == pytest.approx(loudness(sine(0.5, 1.0), RATE), abs=0.3)


def test_normalisation_reaches_its_target_or_the_ceiling() -> None:
    quiet = sine(0.01, 2.0)
    assert loudness(with_loudness(quiet, RATE, lufs=-23.0), RATE) == pytest.approx(-23.0, abs=1e-3)
    spiky = quiet.copy()
    spiky[5000] = 0.5
    assert peak_db(with_loudness(spiky, RATE, lufs=-10.0, ceiling_db=-1.0)) == pytest.approx(-1.0, abs=1e-3)
    assert peak_db(with_peak(quiet, peak=-3.0)) == pytest.approx(-3.0, abs=1e-3)
    assert not with_loudness(np.zeros(100, np.float32), RATE, lufs=-23.0).any()
    assert not with_peak(np.zeros(100, np.float32)).any()


def test_speech_span_finds_the_tone_in_the_noise() -> None:
    noise = np.random.default_rng(0).normal(0, 1e-4, 3 * RATE).astype(np.float32)
    noise[RATE : 2 * RATE] += sine(0.3, 1.0)
    start, end = speech_span(noise, RATE, 40.0, 0.05)
    assert RATE - start == pytest.approx(0.05 * RATE, abs=0.03 * RATE)
    assert end - 2 * RATE == pytest.approx(0.05 * RATE, abs=0.03 * RATE)
    wide = speech_span(noise, RATE, 40.0, 9.0)
    assert wide == (0, len(noise))
    assert speech_span(np.zeros(5000, np.float32), RATE) == (0, 0)
    assert speech_span(np.zeros(0, np.float32), RATE) == (0, 0)


@pytest.mark.parametrize("threshold", [20.0, 45.0, 60.0])
def test_the_loud_span_is_librosas(threshold: float) -> None:
    random = np.random.default_rng(3)
    envelope = np.concatenate((np.full(3000, 1e-3), np.linspace(1e-3, 1, 4000), np.linspace(1, 1e-4, 6001)))
    samples = (envelope * random.normal(0, 0.1, len(envelope))).astype(np.float32)
    _, (start, end) = librosa.effects.trim(samples, top_db=threshold, frame_length=1024, hop_length=256)
    assert loud_span(samples, frame=1024, hop=256, threshold_db=threshold) == (start, end)


def test_frame_power_is_the_mean_square_around_each_hop() -> None:
    samples = np.random.default_rng(4).standard_normal(1000)
    power = frame_power(samples, 100, 50)
    assert len(power) == 21
    assert power[10] == pytest.approx(np.mean(samples[450:550] ** 2))
    assert power[0] == pytest.approx(np.sum(samples[:50] ** 2) / 100)
