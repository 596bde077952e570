"""Word and character error: what a recogniser heard, held against what was to be said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from glowvox.evaluate.edits import align, edit_distance


class Errors(msgspec.Struct, frozen=True):
    """Errors counted over something that has `total` units; sums of it stay exact where a mean of rates would not."""

    errors: int
    total: int

    def __add__(self, other: Errors) -> Errors:
        return Errors(self.errors + other.errors, self.total + other.total)

    @property
    def rate(self) -> float | None:
        """Errors per unit; above 1 where a recogniser invents words, `None` where there was nothing to say."""
        return self.errors / self.total if self.total else None


def word_errors(said: str, heard: str) -> Errors:
    """Word edit distance of two normalised texts, over the words of `said`."""
    words = said.split()
    return Errors(edit_distance(words, heard.split()), len(words))


def character_errors(said: str, heard: str) -> Errors:
    """Character edit distance of two normalised texts, spaces left out, over the characters of `said`.

    Without spaces "plum pudding" heard as "plumpudding" is right by character and wrong by word.
    """
    text = "".join(said.split())
    return Errors(edit_distance(text, "".join(heard.split())), len(text))


def total(counts: Iterable[Errors]) -> Errors:
    """The sum over a set of clips: the only way a word error of a set is formed here."""
    return sum(counts, Errors(0, 0))


def disagreements(said: str, heard: str) -> list[tuple[str, str]]:
    """The places where two normalised texts differ, as (said, heard) pairs; an empty string where one has nothing.

    Neighbouring differences are one place, so that "Whittemore" heard as "with more" is one pair and not two.
    """
    reference, hypothesis = said.split(), heard.split()
    places: list[tuple[list[str], list[str]]] = []
    inside = False
    for step in align(reference, hypothesis):
        if step.kind == "same":
            inside = False
            continue
        if not inside:
            places.append(([], []))
        inside = True
        if step.reference is not None:
            places[-1][0].append(reference[step.reference])
        if step.hypothesis is not None:
            places[-1][1].append(hypothesis[step.hypothesis])
    return [(" ".join(wanted), " ".join(found)) for wanted, found in places]


def common_disagreements(pairs: Iterable[tuple[str, str]], *, most: int = 20) -> list[tuple[str, str, int]]:
    """The commonest (said, heard, count) over a set of (said, heard) texts; ties in alphabetical order."""
    counts = Counter(place for said, heard in pairs for place in disagreements(said, heard))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(wanted, found, count) for (wanted, found), count in ranked[:most]]
