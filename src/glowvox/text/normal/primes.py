"""Feet and inches, degrees, minutes and seconds: numbers with prime marks."""

from __future__ import annotations

import re

from glowvox.text.normal.quantities import AMOUNT, is_one, say_amount
from glowvox.text.normal.reading import Pattern, Reading, Rule, before, read_words
from glowvox.text.numbers import decimal


def _feet(match: re.Match[str]) -> Reading | None:
    feet, inches = match["feet"], match["inches"]
    if inches:
        return read_words(match, f"{decimal(feet)} foot {say_amount(inches)}")
    if _quoted(match, "'"):
        return None
    return read_words(match, f"{decimal(feet)} {'foot' if feet == '1' else 'feet'}")


def _inches(match: re.Match[str]) -> Reading | None:
    if _quoted(match, '"'):
        return None
    number = match["n"]
    return read_words(match, f"{say_amount(number)} {'inch' if is_one(number) else 'inches'}")


def _quoted(match: re.Match[str], quote: str) -> bool:
    """Whether a quotation that began before the match is still open, so that the mark closes it."""
    opened = re.findall(rf"(?:^|(?<=[\s(])){quote}(?=\S)|(?<=\S){quote}(?!\w)", before(match, 300))
    return len(opened) % 2 == 1


def _position(match: re.Match[str]) -> Reading:
    parts = [f"{decimal(match['deg'])} degrees"]
    if match["min"]:
        parts.append(f"{decimal(match['min'])} minutes")
    if match["sec"]:
        parts.append(f"{decimal(match['sec'])} seconds")
    side = {"N": "north", "S": "south", "E": "east", "W": "west"}.get(match["side"] or "", "")
    return read_words(match, f"{' '.join(parts)} {side}")


FEET = Rule(
    "feet and inches",
    Pattern(r"(?P<feet>\d{1,6})'(?:[ -]?(?P<inches>\d{1,2}(?:\.\d+|[ ]?[½¼¾])?)(?:\"|'')|(?![\w']))"),
    _feet,
)
INCHES = Rule("inches", Pattern(rf"(?P<n>{AMOUNT})(?:\"|'')(?!\w)"), _inches)
POSITION = Rule(
    "angle",
    Pattern(
        r"(?P<deg>\d{1,3}(?:\.\d++)?)[ ]?°[ ]?(?=\d{1,2}(?:\.\d++)?'|[NSEW]\b)(?:(?P<min>\d{1,2}(?:\.\d++)?)'[ ]?)?"
        r"(?:(?P<sec>\d{1,2}(?:\.\d++)?)(?:\"|'')[ ]?)?(?P<side>[NSEW])?(?!\w)"
    ),
    _position,
)
