"""Coqui's text cleaners, oddities included: for imported models only.

Nothing is transliterated. One oddity is worth knowing: after a time without am or pm the space is swallowed, so that
"at 10:05 they" is read "at ten oh five a mthey".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType

from glowvox.errors import TextError
from glowvox.text.published_abbreviations import expand_abbreviations
from glowvox.text.published_numbers import cardinal, integer, ordinal

_TIME = re.compile(r"\b(0?[0-9]|1[0-9]|2[0-3]):([0-5][0-9])\s*(a\\.m\\.|am|pm|p\\.m\\.|a\\.m|p\\.m)?\b", re.IGNORECASE)
_GROUPED = re.compile(r"[0-9][0-9,]+[0-9]")
_MONEY = re.compile(r"([£$¥])([0-9,.]*[0-9]+)")
_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")
_ORDINAL = re.compile(r"([0-9]+)(?:st|nd|rd|th)")
_INTEGER = re.compile(r"-?[0-9]+")
_AUXILIARY = re.compile(r'[<>()\[\]"]+')
# units and hundredths by their number, in hundredths; then what any other number of them is called
_CURRENCIES: Mapping[str, tuple[Mapping[int, str], str, str]] = MappingProxyType(
    {
        "$": ({1: "cent", 100: "dollar", 200: "dollars"}, "dollars", "cents"),
        "£": ({1: "penny", 100: "pound sterling", 200: "pounds sterling"}, "pounds sterling", "pence"),
        "¥": ({200: "yen"}, "yen", "sen"),
    }
)

Cleaner = Callable[[str], str]


def basic(text: str) -> str:
    """Composed, lower case, single spaces."""
    return _collapsed(unicodedata.normalize("NFC", text).lower())


def turkish(text: str) -> str:
    """As `basic`, with the dotless capital I."""
    return _collapsed(unicodedata.normalize("NFC", text).replace("I", "ı").lower())


def english(text: str) -> str:
    """Lower case; times, money, numbers and abbreviations in words; brackets and quotes gone."""
    text = _TIME.sub(_time, unicodedata.normalize("NFC", text).lower())
    return _signs(expand_abbreviations(numbers(text)), ampersand="and")


def english_for_phonemes(text: str) -> str:
    """As `english`, but for times and lower case."""
    return _signs(expand_abbreviations(numbers(unicodedata.normalize("NFC", text))), ampersand="and")


def multilingual(text: str) -> str:
    """Lower case; brackets and quotes gone."""
    return _signs(unicodedata.normalize("NFC", text).lower())


def multilingual_for_phonemes(text: str) -> str:
    """Brackets and quotes gone."""
    return _signs(unicodedata.normalize("NFC", text))


def portuguese(text: str) -> str:
    """As `multilingual`; an ampersand is read."""
    return _signs(unicodedata.normalize("NFC", text).lower(), ampersand="e")


def without_newlines(text: str) -> str:
    """The text on one line, its words not kept apart."""
    return text.replace("\n", "")


CLEANERS: Mapping[str, Cleaner] = MappingProxyType(
    {
        "basic_cleaners": basic,
        "transliteration_cleaners": basic,
        "basic_german_cleaners": basic,
        "basic_turkish_cleaners": turkish,
        "english_cleaners": english,
        "phoneme_cleaners": english_for_phonemes,
        "multilingual_cleaners": multilingual,
        "multilingual_phoneme_cleaners": multilingual_for_phonemes,
        "portuguese_cleaners": portuguese,
        "no_cleaners": without_newlines,
    }
)


def numbers(text: str) -> str:
    """Money, decimals, ordinals and whole numbers in words; a minus sign belongs to its number."""
    text = _GROUPED.sub(lambda match: match[0].replace(",", ""), text)
    text = _MONEY.sub(lambda match: _money(match[1], match[2]), text)
    text = _DECIMAL.sub(lambda match: match[0].replace(".", " point "), text)
    text = _ORDINAL.sub(lambda match: ordinal(match[1]), text)
    return _INTEGER.sub(lambda match: _whole(match[0]), text)


def _collapsed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _signs(text: str, *, ampersand: str = "") -> str:
    text = text.replace(";", ",").replace("-", " ").replace(":", ",")
    if ampersand:
        text = text.replace("&", f" {ampersand} ")
    return _collapsed(_AUXILIARY.sub("", text))


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    words = [cardinal(hour - 12 if hour > 12 else hour or 12, link=" ")]
    if minute:
        words += ["oh"] if minute < 10 else []
        words.append(cardinal(minute, link=" "))
    if match[3]:
        return " ".join([*words, *match[3].replace(".", "")])
    return " ".join([*words, "p m" if hour >= 12 or hour == 0 else "a m"])


def _money(sign: str, amount: str) -> str:
    named, units, hundredths = _CURRENCIES[sign]
    parts = amount.replace(",", "").split(".")
    if len(parts) > 2:
        return f"{amount} {units}"
    whole = int(parts[0] or 0)
    part = int(parts[1] or 0) if len(parts) > 1 else 0
    words = [f"{whole} {named.get(100 * whole, units)}"] if whole else []
    if part:  # a hundred hundredths are called by the unit they make up, as in the original
        words.append(f"{part} {named.get(part, hundredths)}")
    return " ".join(words) or f"zero {units}"


def _whole(digits: str) -> str:
    """A number with its sign; digit by digit where it is too long to have a name."""
    number = int(digits)
    try:
        return integer(str(number)) if number >= 0 else f"minus {cardinal(-number, link=' ')}"
    except TextError:
        return " ".join([*(["minus"] if number < 0 else []), *(cardinal(int(d), link=" ") for d in str(abs(number)))])
