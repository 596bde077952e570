"""The English cleaner of the published Glow-TTS code: ASCII, lower case, numbers, abbreviations, single spaces."""

from __future__ import annotations

import re

from glowvox.errors import TextError
from glowvox.text.transliteration import transliterate

_ABBREVIATIONS = [
    (re.compile(rf"\b{short}\.", re.IGNORECASE), long)
    for short, long in (
        ("mrs", "misess"),
        ("mr", "mister"),
        ("dr", "doctor"),
        ("st", "saint"),
        ("co", "company"),
        ("jr", "junior"),
        ("maj", "major"),
        ("gen", "general"),
        ("drs", "doctors"),
        ("rev", "reverend"),
        ("lt", "lieutenant"),
        ("hon", "honorable"),
        ("sgt", "sergeant"),
        ("capt", "captain"),
        ("esq", "esquire"),
        ("ltd", "limited"),
        ("col", "colonel"),
        ("ft", "fort"),
    )
]
_GROUPED = re.compile(r"[0-9][0-9,]+[0-9]")
_POUNDS = re.compile(r"£([0-9,]*[0-9]+)")
_DOLLARS = re.compile(r"\$([0-9.,]*[0-9]+)")
_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")
_ORDINAL = re.compile(r"([0-9]+)(?:st|nd|rd|th)")
_INTEGER = re.compile(r"[0-9]+")

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = (
    "", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion", "septillion",
    "octillion", "nonillion", "decillion",
)  # fmt: skip
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip


def clean(text: str) -> str:
    """The text as the published code reads it.

    raises  TextError for a number of more than 36 digits, which that code cannot read either
    """
    text = _numbers(transliterate(text).lower())
    for short, long in _ABBREVIATIONS:
        text = short.sub(long, text)
    return re.sub(r"\s+", " ", text)


def _numbers(text: str) -> str:
    text = _GROUPED.sub(lambda match: match[0].replace(",", ""), text)
    text = _POUNDS.sub(r"\1 pounds", text)
    text = _DOLLARS.sub(lambda match: _dollars(match[1]), text)
    text = _DECIMAL.sub(lambda match: match[0].replace(".", " point "), text)
    text = _ORDINAL.sub(lambda match: _ordinal(match[1]), text)
    return _INTEGER.sub(lambda match: _integer(match[0]), text)


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


def _integer(digits: str) -> str:
    number = int(digits)
    if not 1000 < number < 3000:
        return _cardinal(number, link=" ")
    if number == 2000:
        return "two thousand"
    if 2000 < number < 2010:
        return f"two thousand {_ONES[number % 100]}"
    high, low = divmod(number, 100)
    if low == 0:
        return f"{_below_hundred(high)} hundred"
    return f"{_below_hundred(high)} {'oh ' if low < 10 else ''}{_below_hundred(low)}"


def _ordinal(digits: str) -> str:
    words = _cardinal(int(digits), link=" and ")
    place = max(words.rfind(" "), words.rfind("-")) + 1
    last = words[place:]
    if last in _ORDINALS:
        return words[:place] + _ORDINALS[last]
    return words[:place] + (last[:-1] + "ieth" if last.endswith("y") else last + "th")


def _cardinal(number: int, *, link: str) -> str:
    """A number in words, groups of three digits apart by commas; `link` follows a hundred and opens a last word."""
    if number >= 1000 ** len(_SCALES):
        raise TextError(f"the number {number} is too long to be read", hint="at most 36 digits can be read")
    if number == 0:
        return "zero"
    groups = []
    scale = 0
    while number:
        number, group = divmod(number, 1000)
        if group:
            groups.append(f"{_below_thousand(group, link)} {_SCALES[scale]}".rstrip())
        scale += 1
    *high, last = reversed(groups)
    if high and " " not in last:
        return f"{', '.join(high)}{link}{last}"
    return ", ".join((*high, last))


def _below_thousand(number: int, link: str) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(rest)
    return f"{_ONES[hundreds]} hundred{link + _below_hundred(rest) if rest else ''}"


def _below_hundred(number: int) -> str:
    if number < 20:
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens]
