"""How badly a recording fits its text, from what an alignment says of each token.

Each token is measured twice: by how far its duration is from what the voice expects, and by how much better its frames
would fit another token of the same text. Both are compared with what is usual in the corpus; the stretch of tokens that
is furthest beyond it gives a clip its score and says where to listen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SLACK = 1.5  # deviations of a token that are allowed before it counts
MOST_LENGTH = 6.0  # deviations of duration beyond which a token counts no more: one long pause is no wrong text
MOST_DOUBT = 10.0
DOUBT_SHARE = 0.1  # weight of the doubt: chosen on planted corpora, as SLACK was (docs/audit.md)


class Evidence(NamedTuple):
    """What an alignment says of the tokens of a clip.

    spoken    (N,)  phonemes and letters, not punctuation or boundaries
    frames    (N,)  that each token lasts, at least 1
    expected  (N,)  that the voice would give it, positive
    doubt     (N,)  nats a mel value by which the frames would fit their best token of this text better; at least 0
    """

    spoken: npt.NDArray[np.bool_]
    frames: Floats
    expected: Floats
    doubt: Floats

    @property
    def stretch(self) -> Floats:
        """How much longer than expected each token is, as a logarithm (N,)."""
        logarithm: Floats = np.log(self.frames / self.expected)
        return logarithm


class Usual(NamedTuple):
    """Centre and spread (median and 1.4826 · median deviation) of what the tokens of one kind show."""

    stretch: tuple[float, float]
    doubt: tuple[float, float]


class Reference(NamedTuple):
    """What is usual in a corpus, apart for what is spoken and what is silent."""

    spoken: Usual
    silent: Usual


class Stretch(NamedTuple):
    """A run of tokens and by how much it is beyond the usual, in deviations."""

    first: int
    end: int  # one past the last
    score: float


def reference(clips: Sequence[Evidence]) -> Reference:
    """What is usual among some clips; robust against a minority of wrong ones."""
    return Reference(_usual(clips, spoken=True), _usual(clips, spoken=False))


def deviations(clip: Evidence, usual: Reference) -> Floats:
    """How unusual each token is (N,), in deviations and never negative."""
    out = np.zeros(len(clip.frames))
    for kind, chosen in ((usual.spoken, clip.spoken), (usual.silent, ~clip.spoken)):
        length = np.abs(clip.stretch[chosen] - kind.stretch[0]) / kind.stretch[1]
        doubt = (clip.doubt[chosen] - kind.doubt[0]) / kind.doubt[1]
        out[chosen] = np.minimum(length, MOST_LENGTH) + DOUBT_SHARE * np.clip(doubt, 0, MOST_DOUBT)
    return out


def worst_stretch(found: Floats) -> Stretch:
    """The run of tokens whose deviations, less the slack of each, sum to the most (Bentley 1984, maximum subarray).

    found    (N,)  from `deviations`
    returns  an empty run of score 0 where no token passes the slack
    """
    best, start, total = Stretch(0, 0, 0.0), 0, 0.0
    for place, value in enumerate(found - SLACK):
        if total <= 0:
            start, total = place, 0.0
        total += float(value)
        if total > best.score:
            best = Stretch(start, place + 1, total)
    return best


def _usual(clips: Sequence[Evidence], *, spoken: bool) -> Usual:
    chosen = [clip.spoken == spoken for clip in clips]
    stretch = [clip.stretch[places] for clip, places in zip(clips, chosen, strict=True)]
    doubt = [clip.doubt[places] for clip, places in zip(clips, chosen, strict=True)]
    return Usual(_centre(stretch, least=0.1), _centre(doubt, least=1e-3))


def _centre(parts: Sequence[Floats], *, least: float) -> tuple[float, float]:
    """Median and robust spread, the spread no less than `least`."""
    values = np.concatenate([np.zeros(0), *parts])
    if not len(values):
        return 0.0, 1.0
    centre = float(np.median(values))
    return centre, max(least, 1.4826 * float(np.median(np.abs(values - centre))))
