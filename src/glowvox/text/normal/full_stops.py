"""Whether the full stop of a short form ends the sentence as well."""

from __future__ import annotations

import re

from glowvox.text.normal.reading import after, listed

# Words that begin a sentence far more often than they continue a name.
BEGINNERS = frozenset(
    listed(
        "the this that these those he she it they we you i in on at but and so if when there his her its their my"
        " our your as for a an no yes then what why how where who after before now here however some many most all"
        " one two not do did is are was were will would can could should let please with from by to of once since"
        " while although because"
    )
)
_NEXT = re.compile(r"\s+[\"'(]*([A-Z][a-z']*)")
_NOTHING = re.compile(r"[\"')]*\s*$")


def closes_text(match: re.Match[str]) -> bool:
    """Whether nothing but closing quotes and brackets follows the match."""
    return _NOTHING.match(after(match)) is not None


def end_of_short(match: re.Match[str], *, before_any_capital: bool = False) -> int:
    """Where the match ends as a short form: its last full stop is left to a sentence that ends with it."""
    if not match[0].endswith("."):
        return match.end()
    following = _NEXT.match(after(match))
    begins = following is not None and (before_any_capital or following[1].lower() in BEGINNERS)
    return match.end() - 1 if begins or closes_text(match) else match.end()
