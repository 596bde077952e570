"""What can be measured on a clip by itself, and against a recording of the same sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from glowvox.audio.level import speech_span
from glowvox.audio.mel import MelConfig, log_mel
from glowvox.audio.pitch import pitch
from glowvox.audio.resample import resample
from glowvox.audio.wave import Audio
from glowvox.evaluate.intonation import pitch_error, pitch_spread
from glowvox.evaluate.spectral import cepstral_distances, mel_cepstrum, pair_frames

ANALYSIS = MelConfig()  # the house mel, whatever the clips were made with
SPEECH_DB = 40.0  # speech is what lies within this of the loudest frame


@dataclass(frozen=True, eq=False)
class Analysed:
    """The speech of a clip without the silence around it.

    speech_s  its duration (s)
    cepstrum  (K, T)  mel cepstrum without the level
    f0        (T,)    Hz, 0 where unvoiced
    """

    speech_s: float
    cepstrum: npt.NDArray[np.float64]
    f0: npt.NDArray[np.floating]


def analyse(audio: Audio) -> Analysed | None:
    """Trim and analyse a clip; `None` where it holds less speech than one analysis window."""
    samples = resample(audio.samples, audio.sample_rate, ANALYSIS.sample_rate)
    start, end = speech_span(samples, ANALYSIS.sample_rate, SPEECH_DB, 0.0)
    speech = samples[start:end]
    if len(speech) < ANALYSIS.window:
        return None
    f0 = pitch(speech, ANALYSIS.sample_rate, hop=ANALYSIS.hop, padding=ANALYSIS.padding).f0
    return Analysed(len(speech) / ANALYSIS.sample_rate, mel_cepstrum(log_mel(speech, ANALYSIS)), f0)


def own_measures(clip: Analysed, words: int) -> dict[str, float]:
    """Rate of speech (words a second, without the silence around them) and spread of pitch (semitones)."""
    return _finite({"words_per_s": words / clip.speech_s, "f0_spread_st": pitch_spread(clip.f0)})


def compared(clip: Analysed, reference: Analysed) -> dict[str, float]:
    """Distortion, pitch error and timing of a clip against a recording of the same sentence.

    Frames are paired by warping the mel cepstra; pitch is compared along the same pairs.
    """
    distance = cepstral_distances(clip.cepstrum, reference.cepstrum)
    path = pair_frames(distance)
    error = pitch_error(clip.f0, reference.f0, path)
    spread = pitch_spread(reference.f0)
    ratio = clip.speech_s / reference.speech_s
    return _finite(
        {
            "mcd_db": float(distance[path[:, 0], path[:, 1]].mean()),
            "f0_rmse_cents": error.rmse_cents,
            "voicing_error": error.voicing_error,
            "f0_spread_ratio": pitch_spread(clip.f0) / spread if spread > 0 else float("nan"),
            "duration_error": abs(ratio - 1),
            "duration_ratio": ratio,
        }
    )


def _finite(values: dict[str, float]) -> dict[str, float]:
    """Without what could not be measured on this clip (a whisper has no pitch)."""
    return {key: value for key, value in values.items() if np.isfinite(value)}
