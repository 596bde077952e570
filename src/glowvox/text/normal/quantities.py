"""Amounts: signed, grouped, decimal, fractional and scientific numbers and ranges of them."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from glowvox.text.normal.folding import SUPERSCRIPTS
from glowvox.text.normal.reading import Reading, Rule, after, before, plain_word, read_words, spoken
from glowvox.text.numbers import cardinal, decimal, digits, fraction, mixed_fraction, plural, to_ordinal, whole

VULGAR = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒↉"
NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!,?\d)|\d++)(?:\.\d++(?!\.\d))?"  # 7  1,234  3.14
_PART = rf"(?:\d{{1,6}}(?:[ ]|[ ]?-[ ]?(?=\d+/))?(?:[{VULGAR}]|(?<=[ -])\d{{1,3}}/\d{{1,4}}(?![\d/]))|[{VULGAR}]|\.\d++|{NUMBER})"
AMOUNT = rf"(?:(?<![\w)])[-−+±]\s?(?=[.\d{VULGAR}]))?{_PART}"  # with a sign:  -7  3 1/2  .5  ½
RANGE = rf"{AMOUNT}(?:\s?[-–]\s?{_PART}(?![\d-]))?"  # 10-20
SCALE = r"(?:hundred|thousand|million|billion|trillion|quadrillion)"
_SIGNS = {"-": "minus", "−": "minus", "+": "plus", "±": "plus or minus"}
_VULGAR_IN = re.compile(rf"(\d*)\s?([{VULGAR}])")
_SLASHED = re.compile(r"(?:(\d+)[ -]+)?(\d+)/(\d+)")
_BETWEEN = re.compile(r"(?<=[\w.½-⅞])\s?[-–]\s?(?=[\d.½-⅞])")
_RAISED = str.maketrans(SUPERSCRIPTS, "0123456789+-")


def vulgar(character: str) -> Fraction | None:
    """The value of a number character (½, ², ①, Ⅷ, 〇 ...), None where it has none."""
    value = unicodedata.numeric(character, None)
    return None if value is None else Fraction(value).limit_denominator(1000)


def say_fraction(value: Fraction, count: int = 0) -> str:
    """A value that may be a fraction, after `count` whole ones."""
    if value.denominator == 1:
        return cardinal(count + value.numerator)
    return mixed_fraction(count, value.numerator, value.denominator)


def say_amount(text: str) -> str:
    """A number that AMOUNT matched, in words."""
    sign, number = _SIGNS.get(text[0], ""), text.strip("-−+± ")
    if match := _VULGAR_IN.fullmatch(number):
        words = say_fraction(vulgar(match[2]) or Fraction(0), int(match[1] or 0))
    elif match := _SLASHED.fullmatch(number):
        words = mixed_fraction(int(match[1] or 0), int(match[2]), int(match[3]))
    else:
        words = decimal(number.replace(",", ""))
    return f"{sign} {words}".strip()


def say_range(text: str) -> str:
    """A number or a range of numbers that RANGE matched: "10-20" is "ten to twenty"."""
    lead = text[0] if text[0] in _SIGNS else ""
    rest = text[len(lead) :].lstrip()
    if _SLASHED.fullmatch(rest):
        return say_amount(text)
    first, *second = _BETWEEN.split(rest, maxsplit=1)
    words = say_amount(lead + first)
    return f"{words} to {say_amount(second[0])}" if second else words


def is_one(text: str) -> bool:
    """Whether a unit after this amount stands in the singular: 1, -1, 1/2, ½."""
    number = text.strip("-−+± ")
    if number in VULGAR or re.fullmatch(r"1/\d+", number):
        return True
    return number == "1"


def superscript(text: str) -> str:
    """Superscript digits as ASCII: "⁻¹²" is "-12"."""
    return text.translate(_RAISED)


def power(exponent: str) -> str:
    """What to say for an exponent: 2 is "squared", 3 "cubed", -1 "to the power of minus one"."""
    named = {"2": "squared", "3": "cubed"}
    return named.get(exponent) or f"to the power of {say_amount(exponent)}"


def _scientific(match: re.Match[str]) -> Reading:
    exponent = superscript(match["e"] or match["caret"])
    if not any(character.isdigit() for character in exponent):
        exponent += "0"
    base = "" if match["times"] is None and match["e"] is None else f"{say_amount(match['n'])} times ten"
    if not base:
        return read_words(match, f"{say_amount(match['n'])} {power(exponent)}")
    return read_words(match, f"{base} to the power of {say_amount(exponent)}")


def _percent(match: re.Match[str]) -> Reading:
    sign = {"%": "percent", "‰": "per mille", "‱": "per ten thousand"}[match["sign"]]
    return read_words(match, f"{say_range(match['n'])} {sign}")


def _slashed(match: re.Match[str]) -> Reading | None:
    special = {"24/7": "twenty four seven", "9/11": "nine eleven", "50/50": "fifty fifty", "20/20": "twenty twenty"}
    if match[0] in special:
        return read_words(match, special[match[0]])
    if match["count"] is None and (match["a"][0] == "0" or match["b"][0] == "0"):
        return read_words(match, f"{whole(match['a'])} slash {whole(match['b'])}")
    sign = _SIGNS.get(match["sign"] or "", "")
    return read_words(match, f"{sign} {mixed_fraction(int(match['count'] or 0), int(match['a']), int(match['b']))}")


def _vulgar(match: re.Match[str]) -> Reading:
    return read_words(match, say_amount(match[0]))


def _ordinal(match: re.Match[str]) -> Reading:
    return read_words(match, to_ordinal(cardinal(int(match[1].replace(",", "")))))


def _range(match: re.Match[str]) -> Reading:
    if re.search(r"\s[-−]\s", match[0]) and "=" in after(match, 20):
        return read_words(match, re.sub(r" to ", " minus ", say_range(match[0])))
    return read_words(match, say_range(match[0]))


def _hyphened(match: re.Match[str]) -> Reading:
    words = [digits(run) if run[0] == "0" or len(run) > 4 else whole(run) for run in match[0].split("-")]
    return read_words(match, " ".join(words))


def _by(match: re.Match[str]) -> Reading:
    return read_words(match, " by ".join(decimal(part.strip()) for part in re.split("[x×]", match[0])))


def _plural(match: re.Match[str]) -> Reading:
    return read_words(match, plural(whole(match[1])))


def _equation(match: re.Match[str]) -> Reading:
    sign = {"-": "minus", "−": "minus", "+": "plus", "*": "times", "×": "times", "·": "times", "/": "divided by"}
    sign |= {"÷": "divided by"}
    return read_words(match, f"{say_amount(match['a'])} {sign[match['sign']]}")


def _after_scale(match: re.Match[str]) -> Reading:
    return read_words(match, [*spoken(say_range(match["n"])), *plain_word(match["scale"])])


def _amount(match: re.Match[str]) -> Reading:
    return read_words(match, say_amount(match[0]))


def _three_dotted(match: re.Match[str]) -> Reading:
    parts = match[0].split(".")
    dot = " dot " if len(parts) == 4 else " point "
    return read_words(match, dot.join(whole(part) for part in parts))


END = r"(?![\w])"
SCIENTIFIC = Rule(
    "scientific",
    re.compile(
        rf"(?P<n>{AMOUNT})(?:[eE](?P<e>[-+−]?\d{{1,6}})(?!\w)"
        rf"|(?P<times>\s?[x×·*]\s?10)?(?:\^\(?(?P<caret>[-−+]?\d{{1,6}})\)?(?!\w)|(?P<up>[{SUPERSCRIPTS}]++)))"
    ),
    lambda match: _power_of(match),
)
PERCENT = Rule("percent", re.compile(rf"(?P<n>{RANGE})\s?(?P<sign>[%‰‱])"), _percent)


def _power_of(match: re.Match[str]) -> Reading:
    exponent = superscript(match["e"] or match["caret"] or match["up"])
    if not exponent[-1].isdigit():
        exponent += "0"
    number = say_amount(match["n"])
    if match["e"] or match["times"]:
        return read_words(match, f"{number} times ten to the power of {say_amount(exponent)}")
    return read_words(match, f"{number} {power(exponent)}")
