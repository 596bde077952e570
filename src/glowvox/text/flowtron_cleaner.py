"""The English cleaner of the published Flowtron code: times, numbers, money and acronyms. For imported models only.

It keeps capitals and accents, knows no abbreviation but "No.", and its oddities are kept, for the published models
have learned them: "zero dollars" swallows the blank behind it, 5 PM in capitals loses its PM.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from glowvox.errors import TextError
from glowvox.text.published_numbers import cardinal, integer, ordinal

Lookup = Callable[[str], str | None]  # a word in capitals → its phones, where they are beyond doubt

_SCALES = ("trillion", "billion", "million", "thousand", "hundred")
_HOUR = "([0-9]|0[0-9]|1[0-9]|2[0-3])"
_HALF_DAY = re.compile(rf"{_HOUR}:?([0-5][0-9])?\s*([AaPp])[Mm]\b")
_CLOCK = re.compile(rf"{_HOUR}:([0-5][0-9])?")
_GROUPED = re.compile(r"[0-9][0-9,]+[0-9]")
_POUNDS = re.compile(r"£([0-9,]*[0-9]+)")
_DOLLARS = re.compile(rf"\$([0-9.,]*[0-9]+[ ]?(?:{'|'.join(_SCALES)})?)", re.IGNORECASE)
_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")
_RANK = re.compile(r"([0-9]+)(?:st|nd|rd|th)")
_MEASURE = re.compile(r"([0-9.,]*[0-9]+)\s?([fckd])\b", re.IGNORECASE)
_UNITS = {"f": "fahrenheit", "c": "celsius", "k": "thousand", "d": "d"}
_NUMBER = re.compile(r"([0-9]+)('s)?")
_NUMERO = re.compile(r"\bno\.", re.IGNORECASE)
_ACRONYM = re.compile(r"[A-Z]{2,}s?|[A-Z]\.(?:[A-Z]\.)+s?")
# fmt: off
_LETTERS = {
    "A": "EY1", "B": "B IY1", "C": "S IY1", "D": "D IY1", "E": "IY1", "F": "EH1 F", "G": "JH IY1", "H": "EY1 CH",
    "I": "AY1", "J": "JH EY1", "K": "K EY1", "L": "EH1 L", "M": "EH1 M", "N": "EH1 N", "O": "OW1", "P": "P IY1",
    "Q": "K Y UW1", "R": "AA1 R", "S": "EH1 S", "T": "T IY1", "U": "Y UW1", "V": "V IY1",
    "W": "D AH1 B AH0 L Y UW0", "X": "EH1 K S", "Y": "W AY1", "Z": "Z IY1",
}
# fmt: on


def clean(text: str, look_up: Lookup) -> str:
    """The text as the published code reads it; acronyms become groups of phones in braces.

    raises  TextError for amounts and measures that break the published code
    """
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"(?<=\w)-(?=\w)", " ", text)
    text = _HALF_DAY.sub(_half_day, text)
    text = _CLOCK.sub(lambda match: f"{match[1]} {match[2] or ''}", text)
    text = _numbers(text)
    text = _NUMERO.sub("number", text)
    return _ACRONYM.sub(lambda match: _acronym(match[0], look_up), text)


def _half_day(match: re.Match[str]) -> str:
    minutes = f" {match[2]}" if match[2] and match[2] != "00" else ""
    half = {"a": " AM", "p": " PM"}.get(match[3], "")  # a capital says nothing
    return f"{match[1]}{minutes}{half}"


def _numbers(text: str) -> str:
    text = _GROUPED.sub(lambda match: match[0].replace(",", ""), text)
    text = _POUNDS.sub(r"\1 pounds", text)
    text = _DOLLARS.sub(lambda match: _dollars(match[1]), text)
    text = _DECIMAL.sub(lambda match: match[0].replace(".", " point "), text)
    text = _RANK.sub(lambda match: ordinal(match[1]), text)
    text = _MEASURE.sub(_measure, text)
    return _NUMBER.sub(_number, text)


def _dollars(amount: str) -> str:
    count, blank, scale = amount.partition(" ")
    if blank and scale and any(scale in name for name in _SCALES):
        return f"{count} {scale} dollars "
    parts = count.split(".")
    if len(parts) > 2:
        return f"{amount} dollars"
    try:
        dollars, cents = (int(part) if part else 0 for part in (*parts, "")[:2])
    except ValueError:
        raise TextError(
            f"'${amount}' cannot be read by the published Flowtron code", hint="write the amount out, or put a blank in"
        ) from None
    named = [
        f"{cardinal(number, link=' and ')} {unit if number == 1 else unit + 's'}"
        for number, unit in ((dollars, "dollar"), (cents, "cent"))
        if number
    ]
    return f"{', '.join(named)} " if named else "zero dollars"


def _measure(match: re.Match[str]) -> str:
    number = match[1].lstrip(".,")
    if not number.isdigit():
        raise TextError(
            f"'{match[0]}' cannot be read by the published Flowtron code", hint="write the number out in words"
        )
    return f"{cardinal(int(number), link=' and ')} {_UNITS[match[2].lower()]}"


def _number(match: re.Match[str]) -> str:
    number = int(match[1])
    words = integer(match[1])
    if not (1000 < number < 3000 and number % 100 == 0):
        words = words.replace("-", " ")
    if not 1000 < number < 3000:
        words = words.replace(",", "")
    return f"{words[:-1]}ies" if match[2] and words.endswith("y") else words


def _acronym(written: str, look_up: Lookup) -> str:
    letters = written.replace(".", "")
    phones = look_up(letters.upper())
    if phones is not None:
        return f"{{{phones}}}"
    plural = letters.endswith("s")
    groups = [_LETTERS[letter] for letter in letters.removesuffix("s")]
    if plural:
        groups[-1] += " Z"
    return " ".join(f"{{{group}}}" for group in groups)
