"""Whether a graph in eight bits may ship: the same sentences with it and without, compared by mel and by ear."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from glowvox.audio.mel import MelConfig, decompress
from glowvox.evaluate.spectral import mel_cepstrum
from glowvox.evaluate.words import Errors

MOST_DISTORTION = 0.5  # dB; a listener notices about 1
CHANCE = 0.5  # or this share of what another seed of the noise changes, where there is noise
MOST_SHIFT = 0.02  # of a sentence's length
MOST_ERRORS = 0.005  # more of the words may be misheard; one always, and what chance does to such a count

CHECK_TEXTS = (
    "The quick brown fox jumps over the lazy dog near the river bank.",
    "Are you sure that this is the right way home?",
    "She had waited eleven years for a letter, and now it had come.",
    "Please measure the pressure of each vessel twice before lunch.",
    "Thick fog rolled slowly over the harbour while the ships lay still.",
    "What a strange idea! Nobody would ever believe such a story.",
    "The judge asked for silence, but the crowd only grew louder.",
    "Fresh bread, butter, and a little honey are all we need.",
    "Yesterday the young engineer finally fixed the broken elevator.",
    "If the weather holds, we shall reach the southern valley by noon.",
    "Every child should choose a favourite book and read it aloud.",
    "Few people enjoy shouting across a noisy, crowded kitchen.",
)


@dataclass(frozen=True)
class Verdict:
    """What was found of one graph in eight bits, and whether it may ship.

    distortion  mel-cepstral distortion against the graph in full (dB), frame by frame
    shift       mean change of a sentence's length, as a share of it
    chance      distortion of the graph in full against itself with another seed (dB); 0 where it has none
    before      word errors of the voice in full; None where nobody listened
    after       word errors with this graph in eight bits
    """

    graph: str
    distortion: float
    shift: float = 0.0
    chance: float = 0.0
    before: Errors | None = None
    after: Errors | None = None

    @property
    def accepted(self) -> bool:
        """Whether all figures are within their limits."""
        return self.distortion <= self.most_distortion and self.shift <= MOST_SHIFT and self._heard()

    @property
    def most_distortion(self) -> float:
        """How far the graph may be off (dB)."""
        return max(MOST_DISTORTION, CHANCE * self.chance)

    def _heard(self) -> bool:
        if self.before is None or self.after is None:
            return True
        before = self.before.errors
        return self.after.errors <= before + max(1.0, MOST_ERRORS * self.before.total, math.sqrt(before))


def frame_distortion(one: npt.NDArray[np.floating], other: npt.NDArray[np.floating], config: MelConfig) -> float:
    """Mean mel-cepstral distortion (dB) of two mels frame by frame.

    one, other  (T, M) in the units of `config`
    """
    first, second = (mel_cepstrum(np.log(decompress(mel.T, config))) for mel in (one, other))
    scale = 10 * np.sqrt(2) / np.log(10)
    return float(scale * np.sqrt(((first - second) ** 2).sum(axis=0)).mean())


def mean_shift(before: Sequence[npt.NDArray[np.int64]], after: Sequence[npt.NDArray[np.int64]]) -> float:
    """Mean change of length of several phrases, as a share of it."""
    shares = [abs(int(b.sum()) - int(a.sum())) / max(1, int(a.sum())) for a, b in zip(before, after, strict=True)]
    return float(np.mean(shares)) if shares else 0.0
