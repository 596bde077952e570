"""Coqui's audio processor: recordings to mel spectrograms and back, by our definitions of both."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from glowvox.audio.griffin_lim import griffin_lim
from glowvox.audio.mel import log_mel
from glowvox.audio.read import read_audio
from glowvox.audio.wave import Audio
from glowvox.compat.coqui.config import BaseAudioConfig, GlowTTSConfig
from glowvox.importers.coqui_mel import mel_config


class AudioProcessor:
    """Sound by the fields of an `audio` section, as in `AudioProcessor(**config.audio)`.

    raises  ConfigError for an unknown field, or a spectrogram that is not here
    """

    def __init__(self, **audio: object) -> None:
        self.audio = BaseAudioConfig(**audio)
        self.mel = mel_config(self.audio, where="audio")
        self.sample_rate = self.mel.sample_rate
        self.num_mels = self.mel.bands

    @classmethod
    def init_from_config(cls, config: GlowTTSConfig) -> AudioProcessor:
        """The processor of a model's settings."""
        return cls(**config.audio)

    def melspectrogram(self, y: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
        """Samples (S,) → mel spectrogram (M, T), in the units that models learn."""
        return log_mel(y, self.mel)

    def inv_melspectrogram(self, mel_spectrogram: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
        """Mel spectrogram (M, T) → samples (S,), by Griffin-Lim."""
        return griffin_lim(mel_spectrogram, self.mel, iterations=self.audio.griffin_lim_iters)

    def load_wav(self, filename: str | Path) -> npt.NDArray[np.float32]:
        """A recording at the rate of the settings; silence is not trimmed.

        raises  AudioError for a file that is none
        """
        return read_audio(Path(filename), self.sample_rate).audio.samples

    def save_wav(self, wav: npt.NDArray[np.float32], path: str | Path) -> None:
        """Write samples to a file."""
        Audio(wav, self.sample_rate).save(path)
