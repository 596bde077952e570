"""Copy synthesis: what is left of a recording after its mel spectrogram and a vocoder.

It is the fair neighbour of a model that predicts mels and speaks through the same vocoder.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from glowvox.audio.griffin_lim import griffin_lim
from glowvox.audio.level import rms_db
from glowvox.audio.mel import MelConfig, log_mel
from glowvox.audio.resample import resample
from glowvox.audio.wave import Audio

Vocode = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]  # mel (M, T) → samples


def mel_copy(audio: Audio, config: MelConfig, vocode: Vocode | None = None) -> Audio:
    """The recording through its log mel and back, at the recording's level.

    vocode  what makes sound of the mel; None is Griffin-Lim
    """
    samples = resample(audio.samples, audio.sample_rate, config.sample_rate)
    mel = log_mel(samples, config)
    copy = griffin_lim(mel, config) if vocode is None else vocode(mel)
    gain = 10 ** ((rms_db(samples) - rms_db(copy)) / 20)  # judges hear loudness; the copy must not differ by it
    return Audio((copy * gain).astype(np.float32), config.sample_rate)
