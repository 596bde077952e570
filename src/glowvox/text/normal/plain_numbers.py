"""Numbers that are no date, time, sum or measure."""

from __future__ import annotations

import re

from glowvox.text.normal.quantities import (
    AMOUNT,
    FRACTION,
    NUMBER,
    RAISED,
    RANGE,
    SIGN,
    UNSIGNED,
    say_amount,
    say_power,
    say_range,
    superscript,
)
from glowvox.text.normal.reading import Pattern, Reading, Rule, after, before, listed, read_words, word_before
from glowvox.text.numbers import decimal, digits, pairs, plural, to_ordinal, whole

_FIXED = {
    "24/7": "twenty four seven",
    "9/11": "nine eleven",
    "7/11": "seven eleven",
    "50/50": "fifty fifty",
    "20/20": "twenty twenty",
}
# Words before a number that is a name: read in pairs of digits.
_NUMBERED = frozenset(
    listed("flight room route highway interstate suite apartment apt. bus channel code boeing airbus studio error")
)
_EQUALS = re.compile(r"\s?=")
_SEVERAL = frozenset(listed("the of those these early mid late high low many several"))
_LETTER_SCALES = {"M": "million", "mn": "million", "B": "billion", "bn": "billion", "tn": "trillion"}


def _power(match: re.Match[str]) -> Reading:
    exponent = superscript(match["e"] or match["caret"] or match["up"])
    number = say_amount(match["n"])
    if match["e"] or match["times"]:
        return read_words(match, f"{number} times ten to the power of {say_amount(exponent)}")
    return read_words(match, f"{number} {say_power(exponent)}")


def _percent(match: re.Match[str]) -> Reading:
    sign = {"%": "percent", "‰": "per mille", "‱": "per ten thousand"}[match["sign"]]
    return read_words(match, f"{say_range(match['n'])} {sign}")


def _percents(match: re.Match[str]) -> Reading:
    return read_words(match, f"{say_amount(match['n'])} to {say_amount(match['m'])} percent")


def _grouped(match: re.Match[str]) -> Reading:
    """Groups of three apart by spaces or apostrophes: "1 000 000"."""
    return read_words(match, whole(re.sub(r"\D", "", match[0])))


def _fraction(match: re.Match[str]) -> Reading:
    return read_words(match, _FIXED.get(match[0]) or say_amount(match[0]))


def _ordinal(match: re.Match[str]) -> Reading:
    return read_words(match, to_ordinal(whole(match["n"])))


def _range(match: re.Match[str]) -> Reading:
    return read_words(match, say_range(match[0], "minus" if _EQUALS.match(after(match, 2)) else "to"))


def _hyphened(match: re.Match[str]) -> Reading:
    runs = match[0].split("-")
    return read_words(match, " ".join(digits(run) if len(run) > 2 else whole(run) for run in runs))


def _dotted(match: re.Match[str]) -> Reading:
    numbers = match[0].split(".")
    return read_words(match, (" dot " if len(numbers) == 4 else " point ").join(map(whole, numbers)))


def _by(match: re.Match[str]) -> Reading:
    between = " times " if _EQUALS.match(after(match, 2)) else " by "
    return read_words(match, between.join(_side(part.strip()) for part in re.split("[x×]", match[0])))


def _side(text: str) -> str:
    """One side of a picture or a room: screens are called in pairs."""
    return pairs(text) if len(text) == 4 and text.isdigit() else decimal(text)


def _ratio(match: re.Match[str]) -> Reading:
    """Parts of a mixture, or chapter and verse where a name stands before: "Psalm 23:4"."""
    verse = word_before(match)[:1].isupper()
    words = f"{say_amount(match['a'])} {'' if verse else 'to '}{say_amount(match['b'])}"
    return read_words(match, f"{words} to {say_amount(match['last'])}" if match["last"] else words)


def _plural(match: re.Match[str]) -> Reading | None:
    named = "'" in match[0] or before(match, 1) == "-" or word_before(match).lower() in _SEVERAL
    if len(match["n"]) < 3 and not named:
        return None  # seconds
    return read_words(match, plural(whole(match["n"])))


def _letter_scale(match: re.Match[str]) -> Reading | None:
    """Scales are in "5M views" and "1.5B", but not in "Room 12B"."""
    counted = "." in match["n"] or re.match(r"[ ](?:[a-z]{2,20}s|people)\b", after(match)) is not None
    if len(match["scale"]) == 1 and not counted:
        return None
    return read_words(match, f"{say_range(match['n'])} {_LETTER_SCALES[match['scale']]}")


def _number(match: re.Match[str]) -> Reading:
    text, lead = match[0], word_before(match)
    if text == "911":
        return read_words(match, "nine one one")
    if text.isdigit():
        if lead.lower() in _NUMBERED:
            return read_words(match, pairs(text))
        if len(text) == 5 and (lead.lower() == "zip" or (len(lead) == 2 and lead.isupper())):
            return read_words(match, digits(text))  # a postal code: NY 10001
    return read_words(match, say_amount(text))


def _with_letters(match: re.Match[str]) -> Reading:
    """A digit run glued to what no other rule knows: only the digits are read here."""
    return read_words(match, whole(match[0]) if len(match[0]) <= 4 else digits(match[0]))


POWER = Rule(
    "power",
    Pattern(
        rf"(?P<n>{AMOUNT})(?:[eE](?P<e>[-+−]?\d{{1,6}})(?![\w.])"
        rf"|(?P<times>\s?[x×·*]\s?10)?(?:\^\(?(?P<caret>[-−+]?\d{{1,6}})\)?(?!\w)|(?P<up>{RAISED})))"
    ),
    _power,
)
PERCENT = Rule("percent", Pattern(rf"(?P<n>{RANGE})[ ]?(?P<sign>[%‰‱])"), _percent)
PERCENTS = Rule("percent", Pattern(rf"(?P<n>{AMOUNT})[ ]?%[ ]?[-–][ ]?(?P<m>{UNSIGNED})[ ]?%"), _percents)
FRACTIONS = Rule("fraction", Pattern(rf"(?:{SIGN})?{FRACTION}(?!\w)"), _fraction)
GROUPED = Rule(
    "number",
    Pattern(r"[1-9]\d{0,2}(?:[ ]\d{3}){2,11}(?![\d,]|[ ]\d|\.\d)|[1-9]\d{0,2}(?:'\d{3}){1,11}(?![\w'])"),
    _grouped,
)
ORDINAL = Rule("ordinal", Pattern(r"(?P<n>\d{1,3}(?:,\d{3}){1,11}|\d++)(?:st|nd|rd|th)(?!\w)", re.IGNORECASE), _ordinal)
HYPHENED = Rule("numbers with hyphens", Pattern(r"\d++(?:-\d++){2,12}(?![\w-])"), _hyphened)
DOTTED = Rule("version", Pattern(r"\d++(?:\.\d++){2,12}(?!\.?\w)"), _dotted)
BY = Rule("dimensions", Pattern(rf"{NUMBER}(?:[ ]?[x×][ ]?{NUMBER}){{1,3}}(?![\w.])"), _by)
PLURAL = Rule("plural number", Pattern(r"(?P<n>\d++)'?s(?![\w'])"), _plural)
LETTER_SCALE = Rule("scale", Pattern(rf"(?P<n>{RANGE})(?P<scale>[MB]|mn|bn|tn)(?!\w)"), _letter_scale)
RANGES = Rule("range", Pattern(rf"{AMOUNT}[ ]?[-–][ ]?{NUMBER}(?![-–\w])"), _range)
PLAIN_NUMBER = Rule("number", Pattern(rf"{AMOUNT}(?!\w)"), _number)
RATIO = Rule("ratio", Pattern(rf"(?P<a>{NUMBER}):(?P<b>{NUMBER})(?:[-–](?P<last>\d{{1,3}}))?(?![\w:])"), _ratio)
DIGITS = Rule("digits", Pattern(r"\d++"), _with_letters)
