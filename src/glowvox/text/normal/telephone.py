"""Telephone numbers and other numbers that are names: read digit by digit, a short pause between the groups."""

from __future__ import annotations

import re

from glowvox.text.normal.acronyms import say_letters
from glowvox.text.normal.reading import Pattern, Reading, Rule, Said, before, read_words, spoken
from glowvox.text.numbers import digits

_ROUND = {"800": "eight hundred", "900": "nine hundred"}
_FREE = re.compile(r"(?:\+?1[-. ])?\(?[89]00")
_GROUP = re.compile(r"\d+|[A-Za-z]+|\+")


def _groups(text: str, *, free_call: bool) -> list[Said]:
    words: list[Said] = []
    for group in _GROUP.findall(text):
        if words and words[-1].text != "plus":
            words += spoken(",")
        if group == "+":
            words += spoken("plus")
        elif group.isdigit():
            words += spoken(_ROUND[group] if free_call and group in _ROUND else digits(group))
        else:
            words += say_letters(group)
    return words


def _telephone(match: re.Match[str]) -> Reading:
    return read_words(match, _groups(match[0], free_call=_FREE.match(match[0]) is not None))


def _grouped(match: re.Match[str]) -> Reading:
    return read_words(match, _groups(match[0], free_call=False))


def _dialled(match: re.Match[str]) -> Reading | None:
    """A long run of digits after a word that says it is no quantity."""
    named = re.search(
        r"\b(?:tel|phone|telephone|call|dial|fax|mobile|account|code|pin|number|no|id|isbn|serial|zip|ssn)\b"
        r"[.:#]?[ ](?:is[ ]|at[ ]|no\.[ ]|number[ ])?$",
        before(match),
        re.IGNORECASE,
    )
    return read_words(match, digits(match[0])) if named else None


TELEPHONE = Rule(
    "telephone number",
    Pattern(
        r"(?:"
        r"(?:\+?1[-. ])?(?:\(\d{3}\)[ ]?|\d{3}[-. ])\d{3}[-. ]\d{4}"  # (555) 123-4567
        r"|\+\d{1,3}(?:[-. ]?\(?\d{1,5}\)?){1,6}(?:[-. ]\d{2,8})"  # +44 20 7946 0958
        r"|\+\d{7,15}"
        r"|1-\d{3}-[A-Z]{4,10}"  # 1-800-FLOWERS
        r"|1-\d{3}-[A-Z]{3}-[A-Z]{4}"
        r"|0\d{2,4}[- ]\d{3,4}[- ]\d{3,4}"  # 020 7946 0958
        r"|\d{3}-\d{4}"
        r")(?![\w-]|\.\d)"
    ),
    _telephone,
)
CARD = Rule("digit groups", Pattern(r"\d{4}(?:[ -]\d{4}){3}(?![\w-])|\d{3}-\d{2}-\d{4}(?![\w-])"), _grouped)
BOOK = Rule("digit groups", Pattern(r"\d{1,5}(?:-\d{1,7}){3}-[\dX](?![\w-])"), _grouped)
DIALLED = Rule("digits", Pattern(r"\d{5,36}(?![\w.,-])|\d{5,36}(?=[.,](?:\s|$))"), _dialled)
