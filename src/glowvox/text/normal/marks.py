"""Punctuation: marks, dots, dashes and drawn lines."""

from __future__ import annotations

import re

from glowvox.text.normal.reading import Pattern, Reading, Rule, after, before, read_words, spoken

_PAUSES = {"[": "(", "]": ")", "{": "(", "}": ")"}


def _mark(match: re.Match[str]) -> Reading:
    mark = _PAUSES.get(match[0], match[0])
    return Reading(spoken(mark), match.end(), plain=mark == match[0])


def _colon(match: re.Match[str]) -> Reading:
    """A colon inside a word is no pause."""
    return Reading([], match.end(), plain=True)


def _dots(match: re.Match[str]) -> Reading:
    return Reading(spoken("…"), match.end(), plain=match[0] == "…")


def _dash(match: re.Match[str]) -> Reading:
    """A dash with space around it or of more than one hyphen is a pause; a hyphen inside a word is nothing."""
    joins = match[0] == "-" and re.match(r"[\w.%)]", before(match, 1)) and re.match(r"['\"(\w]", after(match, 1))
    return Reading([] if joins else spoken("-"), match.end(), plain=True)


def _line(match: re.Match[str]) -> Reading:
    """A drawn line: a pause."""
    return read_words(match, "-")


MARK = Rule("punctuation", Pattern(r"[,.?!;:()\"\[\]{}]"), _mark)
COLON = Rule("colon", Pattern(r"(?<=\w)::?(?=\w)"), _colon)
DOTS = Rule("ellipsis", Pattern(r"\.{2,}+|…+"), _dots)
DASH = Rule("dash", Pattern(r"-{1,2}|—|–"), _dash)
LINE = Rule("line", Pattern(r"([-=*_#~+<>|/\\^•·─━═—–])(?:[ ]?\1){2,}"), _line)
