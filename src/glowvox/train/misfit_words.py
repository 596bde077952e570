"""What is wrong with a clip, in words: where, what was heard against what was expected, and what to do."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np

from glowvox.data.problem import shorten
from glowvox.evaluate.misfit import Evidence, Stretch
from glowvox.train.hearing import Heard

EVERYWHERE = 0.5  # of a clip's tokens in the worst stretch, beyond which no single place is to blame
GROSS = 0.75  # deviations a token beyond the slack, above which more than the manner of reading is to blame
HURRIED, DRAWN_OUT = 0.6, 1.6  # of the expected time
FAR_LEVEL_DB = 6.0  # a clip this far from the others' level is remarked on
LONG_SILENCE_S = 1.0


@dataclass(frozen=True)
class Finding:
    """One clip and what an audit says of it.

    score     deviations beyond the usual, summed over the worst stretch; infinite where the clip cannot be used
    place     where the corpus lists it
    start_s   of the worst stretch in the recording (s)
    end_s
    words     that the stretch covers
    cause     what was found
    remedy    what to do
    remarks   on the recording itself
    """

    id: str
    place: str
    score: float
    start_s: float
    end_s: float
    words: str
    cause: str
    remedy: str
    remarks: tuple[str, ...] = ()

    def plain(self) -> dict[str, object]:
        """The finding as plain values; an infinite score is null."""
        fields = asdict(self) | {"start_s": round(self.start_s, 3), "end_s": round(self.end_s, 3)}
        return fields | {"score": round(self.score, 2) if math.isfinite(self.score) else None}


def unusable(heard: Heard) -> Finding:
    """A clip that could not be aligned at all."""
    if " tokens for " in heard.fault:
        remedy = "the text is longer than what is said: correct it, or find the whole recording"
    else:
        remedy = "put the recording or its text right, or take the clip out"
    return Finding(heard.id, heard.place, math.inf, 0.0, 0.0, shorten(heard.text), heard.fault, remedy)


def found(heard: Heard, evidence: Evidence, worst: Stretch, level: float | None) -> Finding:
    """A clip's score and its cause.

    worst  from `evaluate.misfit.worst_stretch`
    level  of speech that is usual in the corpus (dB); None where it is not known
    """
    remarks, points = _remarks(heard, level)
    ends = heard.start_s + np.concatenate([[0.0], evidence.frames.cumsum()]) * heard.frame_s
    cause, remedy = _cause(heard, evidence, worst)
    if points > worst.score:
        cause, remedy = "the recording is unlike the others", "look at the remarks; record it again or take it out"
    return Finding(
        id=heard.id,
        place=heard.place,
        score=worst.score + points,
        start_s=float(ends[worst.first]),
        end_s=float(ends[worst.end]),
        words=_words(heard, worst),
        cause=cause,
        remedy=remedy,
        remarks=remarks,
    )


def _cause(heard: Heard, evidence: Evidence, worst: Stretch) -> tuple[str, str]:
    if worst.end == worst.first:
        return "nothing stands out", "nothing to do"
    inside = slice(worst.first, worst.end)
    lasts, expected = (float(values[inside].sum()) * heard.frame_s for values in (evidence.frames, evidence.expected))
    times = f"{lasts:.2f} s where {expected:.2f} s are expected"
    everywhere = worst.end - worst.first > EVERYWHERE * len(evidence.frames)
    if lasts < HURRIED * expected:
        if worst.end >= len(evidence.frames) - 2:
            return f"no room for the end of the text ({times})", "is the recording cut short, or is this not said?"
        if everywhere:
            return f"far too much text for the recording ({times})", "is all of it said? take out what is not"
        return f"hurried over ({times})", "is this said at all? take out what is not"
    if everywhere and lasts > DRAWN_OUT * expected:
        return f"far too little text for the recording ({times})", "write down all that is said"
    if everywhere and worst.score > GROSS * (worst.end - worst.first):
        return "text and recording agree almost nowhere", "another clip's text or recording? bring the two together"
    if everywhere:
        return "read unlike all others", "other words, or a manner of its own? listen"
    if lasts > DRAWN_OUT * expected:
        if not evidence.spoken[inside].any():
            return f"a long pause ({times})", "is something said here that is not written? else shorten the pause"
        return f"drawn out ({times})", "is more said here than is written? write it down"
    return "unlike these words in time and sound", "is something else said here? write what is said"


def _remarks(heard: Heard, level: float | None) -> tuple[tuple[str, ...], float]:
    """What is odd about the recording, and the points that it adds: one a dB, four a second."""
    remarks, points = [], 0.0
    if heard.speech_db is not None and level is not None and abs(heard.speech_db - level) > FAR_LEVEL_DB:
        off = heard.speech_db - level
        remarks.append(
            f"{abs(off):.0f} dB {'louder' if off > 0 else 'softer'} than the others ({heard.speech_db:.0f} dB)"
        )
        points += abs(off) - FAR_LEVEL_DB
    if heard.silence_s is not None and heard.silence_s > LONG_SILENCE_S:
        remarks.append(f"{heard.silence_s:.1f} s of silence at its ends")
        points += 4 * (heard.silence_s - LONG_SILENCE_S)
    return tuple(remarks), points


def _words(heard: Heard, worst: Stretch) -> str:
    """The words that the stretch touches, or those around it."""
    touched = [word for word, first, last in heard.words if first < worst.end and last >= worst.first]
    if touched:
        return " ".join(touched) if len(touched) <= 6 else f"{' '.join(touched[:3])} … {' '.join(touched[-2:])}"
    before = [word for word, _, last in heard.words if last < worst.first]
    after = [word for word, first, _ in heard.words if first >= worst.end]
    if not heard.words or worst.end == worst.first:
        return ""
    if not before:
        return f"before {after[0]}"
    return f"between {before[-1]} and {after[0]}" if after else f"after {before[-1]}"
