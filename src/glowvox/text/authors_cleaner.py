"""The English cleaner of the published Glow-TTS code: ASCII, lower case, numbers, abbreviations, single spaces."""

from __future__ import annotations

import re

from glowvox.text.published_abbreviations import expand_abbreviations
from glowvox.text.published_numbers import integer, ordinal
from glowvox.text.transliteration import transliterate

_GROUPED = re.compile(r"[0-9][0-9,]+[0-9]")
_POUNDS = re.compile(r"£([0-9,]*[0-9]+)")
_DOLLARS = re.compile(r"\$([0-9.,]*[0-9]+)")
_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")
_ORDINAL = re.compile(r"([0-9]+)(?:st|nd|rd|th)")
_INTEGER = re.compile(r"[0-9]+")


def clean(text: str) -> str:
    """The text as the published code reads it.

    raises  TextError for a number of more than 36 digits, which that code cannot read either
    """
    text = _numbers(transliterate(text).lower())
    return re.sub(r"\s+", " ", expand_abbreviations(text))


def _numbers(text: str) -> str:
    text = _GROUPED.sub(lambda match: match[0].replace(",", ""), text)
    text = _POUNDS.sub(r"\1 pounds", text)
    text = _DOLLARS.sub(lambda match: _dollars(match[1]), text)
    text = _DECIMAL.sub(lambda match: match[0].replace(".", " point "), text)
    text = _ORDINAL.sub(lambda match: ordinal(match[1]), text)
    return _INTEGER.sub(lambda match: integer(match[0]), text)


def _dollars(amount: str) -> str:
    parts = amount.split(".")
    if len(parts) > 2:
        return f"{amount} dollars"
    dollars = _plain(parts[0])
    cents = _plain(parts[1]) if len(parts) > 1 else 0
    named = [
        f"{count} {unit if count == 1 else unit + 's'}"
        for count, unit in ((dollars, "dollar"), (cents, "cent"))
        if count
    ]
    return ", ".join(named) or "zero dollars"


def _plain(digits: str) -> int:
    """A whole number that may be empty; a stray comma is passed over."""
    return int(digits.replace(",", "") or "0")
