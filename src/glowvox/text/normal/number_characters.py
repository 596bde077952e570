"""Characters that are numbers without being digits, and what stands raised."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from glowvox.text.normal.quantities import RAISED as EXPONENT
from glowvox.text.normal.quantities import say_amount, say_power, say_value, superscript
from glowvox.text.normal.reading import Pattern, Reading, Rule, before, read_words


def value_of(character: str) -> Fraction | None:
    """The value of a number character (½, ①, Ⅷ, 〇 ...); None for what is no number or a digit or letter."""
    if unicodedata.category(character) not in {"Nl", "No"}:
        return None
    value = unicodedata.numeric(character, None)
    return None if value is None else Fraction(value).limit_denominator(1000)


def _valued(match: re.Match[str]) -> Reading | None:
    value = value_of(match[0])
    return read_words(match, say_value(value)) if value is not None else None


def _raised(match: re.Match[str]) -> Reading:
    """An exponent where it stands on something; the number alone where it is a note's."""
    exponent = superscript(match[0])
    if len(match[0]) == 1 and not exponent.isdigit():
        return read_words(match, "plus" if exponent == "+" else "minus")
    stands = re.match(r"[\w)]", before(match, 1)) is not None and len(exponent) < 7 and not _is_footnote(match)
    return read_words(match, say_power(exponent) if stands else say_amount(exponent))


def _is_footnote(match: re.Match[str]) -> bool:
    return re.search(r"[A-Za-z]{4}[.,]?$", before(match, 5)) is not None


def _caret(match: re.Match[str]) -> Reading:
    return read_words(match, say_power(match["e"]))


VALUED = Rule("number character", Pattern(r"[^\x00-\x7f]"), _valued)
RAISED = Rule("superscript", Pattern(rf"{EXPONENT}|[⁺⁻]"), _raised)
CARET = Rule("power", Pattern(r"(?<=[\w)])\^\(?(?P<e>[-−+]?\d{1,6})\)?(?!\w)"), _caret)
