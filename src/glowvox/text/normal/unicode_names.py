"""Symbols no table knows, by their Unicode names."""

from __future__ import annotations

import re
import unicodedata

from glowvox.text.normal.reading import Pattern, Reading, Rule, Said, letters, plain_word, spoken
from glowvox.text.numbers import digits

_PIECE = re.compile(r"[a-z]+|\d+")


def say_name(character: str) -> list[Said]:
    """The words of the character's Unicode name; nothing where it has none."""
    words: list[Said] = []
    for piece in _PIECE.findall(unicodedata.name(character, "").lower()):
        words += spoken(digits(piece)) if piece.isdigit() else letters(piece) if len(piece) == 1 else plain_word(piece)
    return words


def code_point(character: str) -> str:
    """The usual way to write a code point: U+2602."""
    return f"U+{ord(character):04X}"


def shown(character: str) -> str:
    """The character in quotes and its code point; the code point alone where it cannot be shown."""
    return f"'{character}' ({code_point(character)})" if character.isprintable() else code_point(character)


def _other(match: re.Match[str]) -> Reading:
    """A symbol by its Unicode name; what has none is reported. Skin tones and stray accents have no sound."""
    character = match[0]
    category = unicodedata.category(character)
    if category == "Sk":
        return Reading([], match.end())
    words = say_name(character)
    if category[0] in "CM" or not words:
        return Reading([], match.end(), ("unknown", f"cannot speak {shown(character)}: no letter and no known symbol"))
    name = " ".join(word.text for word in words)
    return Reading(words, match.end(), ("symbol", f"read {shown(character)} by its Unicode name, '{name}'"))


OTHER = Rule("unicode name", Pattern(r"(?s:.)"), _other)
