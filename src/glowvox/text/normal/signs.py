"""Symbols by name, and what they mean between numbers."""

from __future__ import annotations

import re

from glowvox.text.normal.emoji import EMOJI
from glowvox.text.normal.reading import Pattern, Reading, Rule, after, before, read_words

SIGNS = {
    "&": "and",
    "@": "at",
    "#": "hash",
    "%": "percent",
    "+": "plus",
    "=": "equals",
    "<": "less than",
    ">": "greater than",
    "*": "asterisk",
    "^": "caret",
    "~": "tilde",
    "|": "vertical bar",
    "\\": "backslash",
    "/": "slash",
    "_": "underscore",
    "$": "dollar",
    "£": "pound",
    "€": "euro",
    "¥": "yen",
    "₹": "rupee",
    "₽": "ruble",
    "₩": "won",
    "₿": "bitcoin",
    "¢": "cent",
    "¤": "currency",
    "©": "copyright",
    "®": "registered",
    "™": "trademark",
    "℠": "service mark",
    "§": "section",
    "¶": "paragraph",
    "°": "degrees",
    "†": "dagger",
    "‡": "double dagger",
    "‰": "per mille",
    "×": "times",
    "÷": "divided by",
    "−": "minus",
    "±": "plus or minus",
    "∓": "minus or plus",
    "·": "times",
    "√": "square root of",
    "∛": "cube root of",
    "∞": "infinity",
    "≈": "approximately equals",
    "≃": "approximately equals",
    "≅": "is congruent to",
    "≡": "is identical to",
    "≠": "does not equal",
    "≤": "less than or equal to",
    "≥": "greater than or equal to",
    "≪": "much less than",
    "≫": "much greater than",
    "∝": "is proportional to",
    "∑": "sum",
    "∏": "product",
    "∫": "integral",
    "∂": "partial",
    "∇": "nabla",
    "∆": "delta",
    "∈": "in",
    "∉": "not in",
    "∪": "union",
    "∩": "intersection",
    "⊂": "subset of",
    "⊆": "subset of or equal to",
    "∅": "empty set",
    "∀": "for all",
    "∃": "there exists",
    "∴": "therefore",
    "∵": "because",
    "¬": "not",
    "∧": "and",
    "∨": "or",
    "⊕": "plus",
    "→": "to",
    "←": "from",
    "↔": "to and from",
    "↑": "up",
    "↓": "down",
    "⇒": "implies",
    "⇐": "is implied by",
    "⇔": "if and only if",
    "↗": "up",
    "↘": "down",
    "№": "number",
    "♯": "sharp",
    "♭": "flat",
    "♀": "female",
    "♂": "male",
    "¿": "",
    "¡": "",
    "•": "",
    "¦": "vertical bar",
    "¨": "",
    "¯": "",
    "¸": "",
    "∣": "vertical bar",
}
_OPERATORS = {
    "!=": "is not equal to",
    "!==": "is not equal to",
    "==": "equals",
    "===": "equals",
    "<=": "less than or equal to",
    ">=": "greater than or equal to",
    "->": "to",
    "<->": "to and from",
    "=>": "implies",
    "<-": "from",
    "&&": "and",
    "||": "or",
    "+=": "plus equals",
    "**": "to the power of",
}


def _sharp(match: re.Match[str]) -> Reading:
    return read_words(match, "sharp")


def _entity(match: re.Match[str]) -> Reading:
    return read_words(match, {"amp": "and", "lt": "less than", "gt": "greater than"}.get(match["name"], ""))


def _operator(match: re.Match[str]) -> Reading:
    return read_words(match, _OPERATORS[match[0]])


def _number_sign(match: re.Match[str]) -> Reading:
    return read_words(match, "number")


def _math(match: re.Match[str]) -> Reading | None:
    """Signs that mean something else between or before numbers."""
    left = re.search(r"[\w)²³]\s?$", before(match, 2)) is not None
    number_left = re.search(r"[\d)²³]\s?$", before(match, 2)) is not None
    number_right = re.match(r"\s?[\d.(]", after(match, 2)) is not None
    said = None
    if match[0] == "~" and number_right:
        said = "about"
    elif match[0] == "*":
        said = "times" if number_left and number_right else "" if _emphasis(match) else None
    elif match[0] == "_":
        said = "" if _emphasis(match) else None
    elif match[0] == "/" and number_left and number_right and " " in before(match, 1) + after(match, 1):
        said = "divided by"
    elif match[0] == "-" and left and number_right and before(match, 1) == " " == after(match, 1):
        said = "minus" if re.match(r"\s?[\w.]+\s?=", after(match)) else None
    elif match[0] == "^" and left:
        said = "to the power of"
    elif match[0] == "·" and not (number_left and number_right):
        said = "-"
    return read_words(match, said) if said is not None else None


def _emphasis(match: re.Match[str]) -> bool:
    """Whether an asterisk or underscore touches a word on one side only, as marks of emphasis do."""
    return bool(re.match(r"[^\s]", before(match, 1))) != bool(re.match(r"[^\s]", after(match, 1)))


def _bold(match: re.Match[str]) -> Reading | None:
    return read_words(match, "") if _emphasis(match) else None


def _sign(match: re.Match[str]) -> Reading | None:
    said = SIGNS.get(match[0], EMOJI.get(match[0]))
    return read_words(match, said) if said is not None else None


SIGN = Rule("symbol", Pattern(r"(?s:.)"), _sign)
SHARP = Rule("sharp", Pattern(r"(?<=\b[A-G])#(?![\w#])"), _sharp)
ENTITY = Rule("character entity", Pattern(r"&(?P<name>amp|lt|gt|quot|apos|nbsp);"), _entity)
OPERATOR = Rule(
    "operator", Pattern(r"[!=]==?|<=|>=|<?->|=>|<-(?![-\d])|&&|\|\||\+=|(?<=[\w)])\*\*(?=[\w(])"), _operator
)
NUMBER_SIGN = Rule("number sign", Pattern(r"#[ ]?(?=\d)"), _number_sign)
MATH = Rule("mathematics", Pattern(r"[~*_/^·-]"), _math)
BOLD = Rule("emphasis", Pattern(r"\*\*|__|~~"), _bold)
