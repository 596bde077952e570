"""Apostrophes that belong to no word: single quotation marks and words that lost their beginning."""

from __future__ import annotations

import re

from glowvox.text.normal.reading import Pattern, Reading, Rule, Said, after, before, listed, read_words

_ELISIONS = frozenset(
    listed("tis twas twere twill twould em til till cause bout round n neath cos cuz s ll re ve d t m")
)
_REACH = 200  # characters within which a single quotation mark finds its partner
_OPEN = re.compile(r"(?:^|[\s(-])'(?=\w)[^']*(?:\w'\w[^']*)*$")
_CLOSING = re.compile(r"\S'(?![A-Za-z])")


def _quote(match: re.Match[str]) -> Reading:
    """A quotation mark where it opens or closes, else nothing."""
    inside = re.match(r"\w", before(match, 1)) is not None
    opens = not inside and re.match(r"\w", after(match, 1)) is not None
    closes = re.match(r"[^\s(]", before(match, 1)) is not None
    if (
        len(match[0]) > 1
        or (opens and _CLOSING.search(after(match, _REACH)))
        or (closes and _OPEN.search(before(match, _REACH)))
    ):
        return read_words(match, '"')
    return Reading([], match.end(), plain=True)


def _and(match: re.Match[str]) -> Reading:
    return read_words(match, "and")


def _elision(match: re.Match[str]) -> Reading | None:
    if match[1].lower() not in _ELISIONS:
        return None
    return Reading([Said(match[0].lower())], match.end(), plain=True)


AND = Rule("elision", Pattern(r"'[nN]'(?!\w)"), _and)
ELISION = Rule("elision", Pattern(r"'([A-Za-z]{1,6})(?!\w)"), _elision)
QUOTE = Rule("quotation mark", Pattern(r"''|'"), _quote)
