"""Text as the characters a reader sees: a letter and its marks are one, in composed form (NFC)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from glowvox.text.records import Span

_JOINER = "\u200d"
_REGIONAL = range(0x1F1E6, 0x1F200)  # two of these are a flag
_SKIN = range(0x1F3FB, 0x1F400)
_HANGUL_TAIL = range(0x1160, 0x1200)  # vowels and final consonants that follow a leading consonant


class Grapheme(NamedTuple):
    """One character as seen, composed, and its place in the text."""

    text: str
    span: Span


def graphemes(text: str, start: int, end: int) -> Iterator[Grapheme]:
    """The characters of text[start:end] as seen, after the main rules of Unicode's text segmentation (UAX 29)."""
    first = start
    for place in range(start, end):
        if place > first and not _joins(text, first, place):
            yield _grapheme(text, first, place)
            first = place
    if first < end:
        yield _grapheme(text, first, end)


def _grapheme(text: str, start: int, end: int) -> Grapheme:
    return Grapheme(unicodedata.normalize("NFC", text[start:end]), (start, end))


def _joins(text: str, first: int, place: int) -> bool:
    """Whether the character at `place` belongs to the one that began at `first`."""
    letter, before = text[place], text[place - 1]
    if unicodedata.category(letter)[0] == "M" or letter == _JOINER or ord(letter) in _SKIN:
        return not before.isspace()
    if before == _JOINER:
        return True
    if ord(letter) in _REGIONAL and ord(before) in _REGIONAL:
        return (place - first) % 2 == 1
    return ord(letter) in _HANGUL_TAIL and 0x1100 <= ord(before) < 0x1200
