"""Durations of symbols as times of words and phonemes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glowvox.audio.timing import Timed
from glowvox.runtime.manner import Durations
from glowvox.runtime.phrases import Phrase


def times(phrase: Phrase, frames: npt.NDArray[np.int64], frame_s: float) -> tuple[tuple[Timed, ...], tuple[Timed, ...]]:
    """When the words and the phonemes of a phrase are said, from the start of the phrase.

    frames   (N,)  of each symbol
    frame_s  how long a frame is (s)
    """
    ends = np.cumsum(frames) * frame_s
    starts = ends - frames * frame_s
    spoken = [(number + phrase.first, token) for number, token in enumerate(phrase.tokens) if token.phoneme >= 0]
    phonemes = tuple(Timed(token.symbol, float(starts[n]), float(ends[n]), token.span) for n, token in spoken)
    words = tuple(
        Timed(
            word.text,
            float(starts[word.tokens[0] + phrase.first]),
            float(ends[word.tokens[-1] + phrase.first]),
            word.span,
        )
        for word in phrase.words
    )
    return words, phonemes


def with_wanted(
    phrase: Phrase, frames: npt.NDArray[np.int64], durations: Durations, frame_s: float
) -> npt.NDArray[np.int64]:
    """Frames of each symbol (N,) with those the caller asked for in their place.

    frames  (N,) as predicted; the phonemes of a word share its time in their proportion
    """
    wanted = frames.copy()
    for word in phrase.words:
        seconds = durations.words.get(phrase.tokens[word.tokens[0]].word)
        if seconds is not None:
            inside = slice(word.tokens[0] + phrase.first, word.tokens[-1] + 1 + phrase.first)
            wanted[inside] = _shared(frames[inside], round(seconds / frame_s))
    for number, token in enumerate(phrase.tokens):
        if token.phoneme in durations.phonemes:
            wanted[number + phrase.first] = round(durations.phonemes[token.phoneme] / frame_s)
    return wanted


def _shared(predicted: npt.NDArray[np.int64], total: int) -> npt.NDArray[np.int64]:
    """Whole frames in the proportions of `predicted` that add up to the total."""
    weight = np.maximum(predicted, 1e-3).astype(np.float64)
    ends = np.round(np.cumsum(weight) / weight.sum() * total).astype(np.int64)
    shares: npt.NDArray[np.int64] = np.diff(ends, prepend=0)
    return shares
