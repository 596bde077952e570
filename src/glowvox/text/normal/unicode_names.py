"""Symbols no table knows, by their Unicode names."""

from __future__ import annotations

import re
import unicodedata

from glowvox.text.normal.reading import Said, letters, plain_word, spoken
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
