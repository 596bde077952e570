"""Noise on recordings while a model trains, new at every use, so that digital silence is never the same twice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glowvox.audio.mel import MelConfig, log_mel
from glowvox.data.prepared import Clip, Prepared
from glowvox.data.segments import FULL_SCALE
from glowvox.errors import CorpusError


def require_recordings(prepared: Prepared, amplitude: float) -> None:
    """Refuse noise on recordings that were not kept.

    raises  CorpusError
    """
    if amplitude and not prepared.sound:
        raise CorpusError(
            f"{prepared.folder}: batch.noise = {amplitude:g} is laid on recordings, which were not kept",
            hint="prepare the corpus again with --sound, or train without: --set batch.noise=0",
        )


def noisy_mel(clip: Clip, config: MelConfig, amplitude: float, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """The mel of a clip's recording with noise added to its samples: (frames, bands).

    amplitude  of the noise, which is uniform between 0 and this share of full scale, as the published recipes add it
    raises     CorpusError where the recording was not kept
    """
    wave = np.asarray(clip.wave(), np.float32) / np.float32(FULL_SCALE)
    noisy = wave + np.float32(amplitude) * rng.random(len(wave), np.float32)
    mel: npt.NDArray[np.float32] = log_mel(noisy, config).T
    missing = clip.frames - len(mel)  # the end of the recording was cut off with its odd frame
    return np.pad(mel, ((0, missing), (0, 0)), mode="edge") if missing > 0 else mel[: clip.frames]
