"""Any Unicode text as the few characters the rules know, each with its place in the original.

Latin letters lose their marks, digits of all scripts become 0-9, typographic quotes, dashes and spaces their plain
forms, full-width and other compatibility forms the characters they stand for. Fractions, superscripts, enclosed
numbers, Greek letters, other scripts and symbols stay as they are: rules read them.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
DROPPED = ""  # what a character becomes that has no sound and no place: zero-width, marks, variation selectors

_SPECIAL = {
    **dict.fromkeys("‘’‚‛′ʹʻʼʽˈ´`", "'"),
    **dict.fromkeys("“”„‟″‶«»〝〞〟＂「」『』《》", '"'),
    **dict.fromkeys("‐‑﹣－", "-"),
    **dict.fromkeys("‒–", "–"),
    **dict.fromkeys("—―﹘⸺⸻", "—"),
    **dict.fromkeys("‹〈⟨", "("),
    **dict.fromkeys("›〉⟩", ")"),
    **dict.fromkeys("【〔〖（❨⦅", "("),
    **dict.fromkeys("】〕〗）❩⦆", ")"),
    **dict.fromkeys("…⋯", "…"),
    **dict.fromkeys("。｡।॥۔።", "."),
    **dict.fromkeys("，、،﹐､", ","),
    **dict.fromkeys("；؛﹔", ";"),
    **dict.fromkeys("：﹕꞉", ":"),
    **dict.fromkeys("？؟﹖", "?"),
    **dict.fromkeys("！﹗", "!"),
    **dict.fromkeys("•‣◦▪▫●○■□∙", "•"),
    **dict.fromkeys("⁄∕", "/"),
    **dict.fromkeys("﹢＋", "+"),
    "‽": "?!",
    "⁇": "??",
    "⁈": "?!",
    "⁉": "!?",
    "‼": "!!",
    "−": "−",
    "ß": "ss",
    "ẞ": "SS",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "th",
    "þ": "th",
    "ħ": "h",
    "ı": "i",
    "ȷ": "j",
    "ŋ": "ng",
    "ŧ": "t",
    "ĸ": "k",
    "ſ": "s",
    "ə": "e",
    "ŉ": "'n",
    "Æ": "Ae",
    "Œ": "Oe",
    "Ø": "O",
    "Ł": "L",
    "Đ": "D",
    "Ð": "Th",
    "Þ": "Th",
    "Ħ": "H",
    "Ŋ": "Ng",
    "Ŧ": "T",
    "Ə": "E",
    "ª": "a",
    "º": "o",
    "µ": "μ",
    "₤": "£",
    "￥": "¥",
    "﹩": "$",
    "㎡": "m²",
    "㎢": "km²",
    "㎠": "cm²",
    "㎟": "mm²",
    "㎥": "m³",
    "㎦": "km³",
    "㎤": "cm³",
    "㎣": "mm³",
    "㎧": "m/s",
    "㎨": "m/s²",
    "\ufffc": DROPPED,
}
_KEPT = frozenset("™℠№")  # compatibility forms that a rule reads better
_LETTER_NAME = ("LATIN SMALL LETTER ", "LATIN CAPITAL LETTER ", "LATIN LETTER SMALL CAPITAL ")
_PLAIN_RANGE = frozenset(map(chr, range(0x20, 0x7F))) - {"`"}


@dataclass(frozen=True)
class Folded:
    """Folded text and, for each of its characters, the span of the original it came from.

    notes  control characters that were taken for spaces: (character, place)
    """

    text: str
    starts: list[int]
    ends: list[int]
    controls: list[tuple[str, int]]


def fold(original: str) -> Folded:
    """The original in the characters the rules know."""
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    controls: list[tuple[str, int]] = []
    for place, character in enumerate(original):
        if character in _PLAIN_RANGE:
            piece = character
        else:
            piece = _fold_character(character)
            if piece == DROPPED and ends and characters[-1] != " ":
                ends[-1] = place + 1
            if piece == " " and character not in "\t\n\r\v\f\x85" and unicodedata.category(character) == "Cc":
                controls.append((character, place))
        for part in piece:
            characters.append(part)
            starts.append(place)
            ends.append(place + 1)
    return Folded("".join(characters), starts, ends, controls)


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    """One character of the original as zero or more characters the rules know."""
    if character in _SPECIAL:
        return _SPECIAL[character]
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category[0] == "Z" or category == "Cc":
        return " "
    if category in {"Cf", "Mn", "Me"}:
        return DROPPED
    if character in SUPERSCRIPTS:
        return character
    if category[0] == "L":
        return _fold_letter(character)
    if category == "No" and unicodedata.decomposition(character).startswith("<sub>"):
        return str(unicodedata.digit(character))
    if category[0] in "PS":
        return _fold_symbol(character)
    return character


def _fold_letter(character: str) -> str:
    """ASCII for a Latin letter with marks or in a mathematical or full-width form; any other letter as it is."""
    pieces = []
    for part in unicodedata.normalize("NFKD", character):
        kind = unicodedata.category(part)
        if kind[0] == "M":
            continue
        if not part.isascii():
            part = _SPECIAL.get(part, "") or _letter_of_name(part)
        if not part:
            same = unicodedata.normalize("NFKC", character)
            return same if len(same) == 1 else character
        pieces.append(part)
    return "".join(pieces)


def _letter_of_name(character: str) -> str:
    """The plain letter in a name like LATIN SMALL LETTER D WITH TOPBAR, else nothing."""
    name = unicodedata.name(character, "")
    for prefix in _LETTER_NAME:
        if name.startswith(prefix):
            letter = name.removeprefix(prefix).split(" WITH ")[0]
            if len(letter) == 1:
                return letter if prefix == "LATIN CAPITAL LETTER " else letter.lower()
    return ""


def _fold_symbol(character: str) -> str:
    """A compatibility form of ASCII (㎞, ℃, ＃, ﹪, ℅) spelled out; any other symbol as it is."""
    if character in _KEPT:
        return character
    plain = unicodedata.normalize("NFKC", character)
    known = all(part.isascii() or part in "°μ" for part in plain)
    return plain if known and plain != character and not plain.startswith(" ") else character
