"""How amounts are written (patterns that other rules build on) and how they are said."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from glowvox.text.normal.folding import SUPERSCRIPTS
from glowvox.text.numbers import cardinal, decimal, mixed_fraction

VULGAR = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒↉"
NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,11}(?!,?\d)|\d++)(?:\.\d++(?!\.\d))?"  # 7  1,234  3.14
FRACTION = (
    rf"(?:\d{{1,6}}[ -]?[{VULGAR}]"  # 3½
    r"|\d{1,4}[ -][1-9]\d?/[1-9]\d?(?![\d/])"  # 3 1/2
    r"|[1-9]\d{0,3}/[1-9]\d{0,3}(?![\d/])"  # 1/2
    rf"|[{VULGAR}])"
)
UNSIGNED = rf"(?:{FRACTION}|\.\d++|{NUMBER})"
SIGN = rf"(?<![\w).%°€$£¥¢!?\]])(?:[-+]|[−±]\s?)(?=[.\d{VULGAR}])"
AMOUNT = rf"(?:{SIGN})?{UNSIGNED}"
RANGE = rf"{AMOUNT}(?:\s?[-–]\s?{UNSIGNED}(?![-\d]))?"  # 10-20
RAISED = r"(?:[⁺⁻]?[⁰¹²³⁴-⁹]++)"  # an exponent
_SIGNS = {"-": "minus", "−": "minus", "+": "plus", "±": "plus or minus"}
_VULGAR = re.compile(rf"(\d*)[ -]?([{VULGAR}])")
_SLASHED = re.compile(r"(?:(\d+)[ -])?(\d+)/(\d+)")
_TO = re.compile(rf"(?<=[\d{VULGAR}])\s?[-–]\s?(?=[.\d{VULGAR}])")
_RAISED = str.maketrans(SUPERSCRIPTS, "0123456789+-")


def say_value(value: Fraction, count: int = 0) -> str:
    """A value that may be a fraction, after `count` whole ones."""
    if value.denominator == 1:
        return cardinal(count + value.numerator)
    return mixed_fraction(count, value.numerator, value.denominator)


def say_amount(text: str) -> str:
    """What AMOUNT matched, in words."""
    sign, number = _SIGNS.get(text[0], ""), text.lstrip("-−+± ")
    if match := _VULGAR.fullmatch(number):
        words = say_value(Fraction(unicodedata.numeric(match[2])).limit_denominator(1000), int(match[1] or 0))
    elif match := _SLASHED.fullmatch(number):
        words = mixed_fraction(int(match[1] or 0), int(match[2]), int(match[3]))
    else:
        words = decimal(number.replace(",", ""))
    return f"{sign} {words}".strip()


def say_range(text: str, between: str = "to") -> str:
    """What RANGE matched: "10-20" is "ten to twenty"."""
    sign = text[: len(text) - len(text.lstrip("-−+± "))]
    unsigned = text[len(sign) :]
    if _SLASHED.fullmatch(unsigned) or _VULGAR.fullmatch(unsigned):
        return say_amount(text)
    first, *second = _TO.split(unsigned, maxsplit=1)
    words = say_amount(sign + first)
    return f"{words} {between} {say_amount(second[0])}" if second else words


def is_one(text: str) -> bool:
    """Whether a unit after this amount stands in the singular: 1, -1, 1/2, ½."""
    number = text.lstrip("-−+± ")
    return number in VULGAR or re.fullmatch(r"1(?:/\d+)?", number) is not None


def superscript(text: str) -> str:
    """Superscript digits as ASCII: "⁻¹²" is "-12"."""
    return text.translate(_RAISED)


def say_power(exponent: str) -> str:
    """What to say for an exponent: 2 is "squared", 3 "cubed", -1 "to the power of minus one"."""
    named = {"2": "squared", "3": "cubed"}
    return named.get(exponent) or f"to the power of {say_amount(exponent)}"
