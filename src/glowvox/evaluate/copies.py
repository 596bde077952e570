"""Copy synthesis by Griffin-Lim: what the mel spectrogram alone costs.

It is the fair neighbour of a model that predicts mels and speaks through Griffin-Lim too.
"""

from __future__ import annotations

import numpy as np

from glowvox.audio.griffin_lim import griffin_lim
from glowvox.audio.level import rms_db
from glowvox.audio.mel import MelConfig, log_mel
from glowvox.audio.resample import resample
from glowvox.audio.wave import Audio


def griffin_lim_copy(audio: Audio, config: MelConfig) -> Audio:
    """The recording through its log mel and back, at the recording's level."""
    samples = resample(audio.samples, audio.sample_rate, config.sample_rate)
    copy = griffin_lim(log_mel(samples, config), config)
    gain = 10 ** ((rms_db(samples) - rms_db(copy)) / 20)  # judges hear loudness; the copy must not differ by it
    return Audio((copy * gain).astype(np.float32), config.sample_rate)
