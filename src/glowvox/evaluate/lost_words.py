"""Words that a voice lost or said twice, found where what was heard departs from what was to be said.

A recogniser errs by a word here and there; a voice that skips or loops loses or repeats runs of words. A run of two or
more is what counts; every other place is kept beside it, for a person to look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import msgspec

from glowvox.evaluate.edits import align

RUN = 2  # words
KEPT = 0.7  # of a place's letters: so many heard again are other words for the same, as "somebody" for "some body"

Kind = Literal["lost", "repeated", "added", "changed", "written"]


class Place(msgspec.Struct, frozen=True):
    """One place where heard and said differ; an empty string where one of them has nothing.

    kind    "lost" and "repeated" are runs of two or more words; "added" are two or more that are no repetition;
            "written" are the same letters and digits in other words; "changed" is everything else
    """

    kind: Kind
    said: str
    heard: str


class HeardText(msgspec.Struct, frozen=True):
    """A text, what was heard of it, both normalised, and where they differ."""

    id: str
    said: str
    heard: str
    places: tuple[Place, ...]

    @property
    def runs(self) -> tuple[Place, ...]:
        """The places where a run of words was lost or repeated."""
        return tuple(place for place in self.places if place.kind in ("lost", "repeated"))


def hold(id: str, said: str, heard: str) -> HeardText:
    """Hold what was heard against what was to be said, both normalised."""
    return HeardText(id, said, heard, tuple(places(said, heard)))


def places(said: str, heard: str) -> list[Place]:
    """The places where two normalised texts differ, in order, each with its kind."""
    reference, hypothesis = said.split(), heard.split()
    found: list[tuple[list[int], list[int]]] = []
    inside = False
    for step in align(reference, hypothesis):
        if step.kind != "same":
            if not inside:
                found.append(([], []))
            if step.reference is not None:
                found[-1][0].append(step.reference)
            if step.hypothesis is not None:
                found[-1][1].append(step.hypothesis)
        inside = step.kind != "same"
    return [
        Place(
            _kind(reference, hypothesis, missing, extra),
            " ".join(reference[i] for i in missing),
            " ".join(hypothesis[i] for i in extra),
        )
        for missing, extra in found
    ]


def _kind(reference: Sequence[str], hypothesis: Sequence[str], missing: list[int], extra: list[int]) -> Kind:
    wanted, found = ("".join(words[i] for i in at) for words, at in ((reference, missing), (hypothesis, extra)))
    if _bare(wanted) == _bare(found):
        return "written"
    if _repeats(reference, hypothesis, extra):
        return "repeated"
    if len(missing) - len(extra) >= RUN and len(found) < KEPT * len(wanted):
        return "lost"
    if len(extra) - len(missing) >= RUN and len(wanted) < KEPT * len(found):
        return "added"
    return "changed"


def _bare(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


def _repeats(reference: Sequence[str], hypothesis: Sequence[str], extra: list[int]) -> bool:
    """Whether two words in a row that touch a stretch are heard once more close by, and were to be said less often.

    Counting does not depend on which of several cheapest alignments was taken: what was lost before a repetition can
    make it look like words heard for others.
    """
    if len(extra) < RUN:
        return False
    wanted, found = list(pairwise(reference)), list(pairwise(hypothesis))
    first, last = extra[0], extra[-1]
    for place in range(max(0, first - 1), min(len(found), last + 1)):
        pair = found[place]
        close = [
            other for other in range(len(found)) if found[other] == pair and 0 < abs(other - place) <= len(extra) + 1
        ]
        if close and 0 < wanted.count(pair) < found.count(pair):
            return True
    return False
