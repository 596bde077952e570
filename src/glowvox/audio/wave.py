"""Mono audio in memory and its way into a WAV file."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from glowvox.errors import AudioError
from glowvox.files import write_bytes

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Audio:
    """One channel of sound.

    samples      (S,) float32, full scale is ±1
    sample_rate  samples a second (Hz)
    """

    samples: Samples
    sample_rate: int

    def __post_init__(self) -> None:
        if self.samples.ndim != 1:
            raise AudioError(f"audio of shape {self.samples.shape}: expected one channel, (samples,)")
        if self.sample_rate <= 0:
            raise AudioError(f"sample rate {self.sample_rate}: expected a positive number of Hz")

    @property
    def seconds(self) -> float:
        """Duration (s)."""
        return len(self.samples) / self.sample_rate


def pcm16(samples: Samples) -> npt.NDArray[np.int16]:
    """Samples as 16-bit integers: 1.0 is 32767, what lies outside ±1 is clipped.

    samples  (S,) full scale ±1
    returns  (S,)
    raises   AudioError when a sample is not a finite number
    """
    if not np.isfinite(samples).all():
        raise AudioError("audio holds NaN or infinite samples: nothing to write")
    return np.round(np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2")


def wav_bytes(audio: Audio) -> bytes:
    """A whole 16-bit mono PCM WAV file.

    raises  AudioError when a sample is not a finite number
    """
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(audio.sample_rate)
        out.writeframes(pcm16(audio.samples).tobytes())
    return file.getvalue()


def write_wav(path: Path, audio: Audio) -> None:
    """Write 16-bit mono PCM; the file appears whole or not at all.

    raises  AudioError when a sample is not finite, GlowvoxError when the folder is missing or cannot be written
    """
    write_bytes(path, wav_bytes(audio))
