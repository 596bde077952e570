"""Loading an optional package, or saying exactly how to install it; and the signal that judges want."""

from __future__ import annotations

import importlib
from types import ModuleType

import numpy as np
import numpy.typing as npt

from glowvox.audio.resample import resample
from glowvox.audio.wave import Audio
from glowvox.errors import MissingPart

JUDGE_RATE = 16_000  # Hz; every judge here was trained on wide-band speech
EDGE_HZ = (7_430.0, 7_950.0)


def load_part(module: str, *, purpose: str, install: str) -> ModuleType:
    """Import `module`.

    purpose  what needs it, the subject of the message
    install  arguments of the `pip install` line that brings it
    raises   MissingPart with that line
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        missing = MissingPart(error.name or module, extra="eval", purpose=purpose)
        missing.hint = f"install it with: pip install {install}"
        raise missing from None


def at_judge_rate(audio: Audio) -> npt.NDArray[np.float32]:
    """The samples at 16 kHz, clipped to ±1 as a file of integers would be.

    What is resampled also gets the upper edge of the usual resampler (SoX's, high quality): half a decibel down at
    7.5 kHz, 3 at 7.6, 50 at 7.9. DistillMOS hears that sliver: without it real speech of 24 kHz scores 0.3 lower.
    """
    samples = resample(audio.samples, audio.sample_rate, JUDGE_RATE)
    if audio.sample_rate > JUDGE_RATE:
        samples = _with_soft_edge(samples)
    return np.clip(samples, -1.0, 1.0).astype(np.float32)


def _with_soft_edge(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.floating]:
    """Half a period of a cosine from full to nothing between the two frequencies of the edge, without delay."""
    margin = JUDGE_RATE // 50  # 20 ms of silence, or the end of the clip would ring into its start
    padded = np.pad(samples.astype(np.float64), margin)
    frequency = np.fft.rfftfreq(len(padded), 1 / JUDGE_RATE)
    position = np.clip((frequency - EDGE_HZ[0]) / (EDGE_HZ[1] - EDGE_HZ[0]), 0.0, 1.0)
    filtered = np.fft.irfft(np.fft.rfft(padded) * (0.5 + 0.5 * np.cos(np.pi * position)), len(padded))
    return filtered[margin:-margin]
