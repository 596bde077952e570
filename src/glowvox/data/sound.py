"""A recording as a model should hear it: mono, at its rate, silence trimmed, speech at a common level."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from glowvox.audio.level import QUIETEST_DB, frame_power, peak_db, speech_span
from glowvox.audio.read import read_audio
from glowvox.data.prepare_config import PrepareConfig
from glowvox.errors import AudioError

SPEECH_BELOW_LOUD_DB = 25.0  # a frame this far under the loud ones is a pause


class Clean(NamedTuple):
    """The sound of a recording that is analysed, at the mel's rate.

    samples  (S,) full scale ±1
    start    samples of the recording before it, trimmed off
    whole    samples of the whole recording
    notes    remarks on the recording
    """

    samples: npt.NDArray[np.float32]
    start: int
    whole: int
    notes: list[str]


def clean(path: Path, config: PrepareConfig) -> Clean:
    """Read, trim and level a recording.

    raises   AudioError naming the file: unreadable, silent, too short or too long
    """
    recording = read_audio(path, config.mel.sample_rate)
    samples, rate = recording.audio.samples, config.mel.sample_rate
    if peak_db(samples) <= -80:
        raise AudioError(f"{path}: nothing but silence ({peak_db(samples):.0f} dB at its loudest)")
    start, whole = 0, len(samples)
    if config.trim:
        start, end = speech_span(samples, rate, config.trim_db, config.keep_s)
        samples = samples[start:end]
    seconds = len(samples) / rate
    if seconds < config.min_seconds:
        raise AudioError(f"{path}: {seconds:.2f} s of sound, expected at least {config.min_seconds:g} s")
    if seconds > config.max_seconds:
        raise AudioError(f"{path}: {seconds:.1f} s of sound, expected at most {config.max_seconds:g} s")
    if config.level:
        samples = at_level(samples, rate, config.speech_db, config.peak_db)
    return Clean(samples, start, whole, list(recording.notes))


def at_level(samples: npt.NDArray[np.float32], rate: int, speech_db: float, peak: float) -> npt.NDArray[np.float32]:
    """The signal with its speech at `speech_db`, or less where its peak would pass `peak` (dB re full scale).

    samples  (S,)
    returns  (S,)
    """
    gain_db = min(speech_db - speech_level_db(samples, rate), peak - peak_db(samples))
    return (samples * np.float32(10 ** (gain_db / 20))).astype(np.float32)


def speech_level_db(samples: npt.NDArray[np.floating], rate: int) -> float:
    """Level of the speaking parts: RMS of the 20 ms frames within 25 dB of the 95th percentile (dB re full scale)."""
    frame = max(2, round(0.02 * rate))
    power = frame_power(samples, frame, max(1, frame // 2))
    speaking = power[power > np.percentile(power, 95) * 10 ** (-SPEECH_BELOW_LOUD_DB / 10)]
    return float(10 * np.log10(speaking.mean())) if len(speaking) else QUIETEST_DB


def noise_level_db(samples: npt.NDArray[np.floating], rate: int) -> float:
    """Level of the quietest parts: the 5th percentile of 10 ms frames (dB re full scale)."""
    frame = max(2, round(0.01 * rate))
    power = float(np.percentile(frame_power(samples, frame, frame), 5))
    return max(QUIETEST_DB, 10 * float(np.log10(max(power, 1e-12))))
