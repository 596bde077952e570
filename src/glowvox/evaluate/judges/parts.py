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
    """The samples at 16 kHz, clipped to ±1 as a file of integers would be."""
    samples = resample(audio.samples, audio.sample_rate, JUDGE_RATE)
    return np.clip(samples, -1.0, 1.0).astype(np.float32)
