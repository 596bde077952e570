"""The front ends by name, and the one sequence of symbols a clip becomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from glowvox.config import near
from glowvox.errors import ConfigError
from glowvox.text.english import EnglishFrontEnd
from glowvox.text.records import FrontEnd, Note, Pause, Sentence, Span, Token, Word
from glowvox.text.symbols import BOUNDARY, END, START, Symbols

__all__ = [
    "FRONT_ENDS",
    "FrontEnd",
    "Note",
    "Pause",
    "Sentence",
    "Span",
    "Token",
    "Word",
    "make_front_end",
    "token_names",
]


def _english(symbols: Symbols | None, lexicon: Path | None) -> FrontEnd:
    return EnglishFrontEnd()


FRONT_ENDS: dict[str, Callable[[Symbols | None, Path | None], FrontEnd]] = {
    "english": _english,
}


def make_front_end(name: str, *, symbols: Symbols | None = None, lexicon: Path | None = None) -> FrontEnd:
    """The front end called `name`.

    symbols  the inventory a model was trained with; needed by front ends whose inventory comes from a corpus
    lexicon  file of a user's own pronunciations
    raises   ConfigError for an unknown name, with the nearest one
    """
    if name not in FRONT_ENDS:
        raise ConfigError(f"unknown front end '{name}'{near(name, list(FRONT_ENDS))}")
    return FRONT_ENDS[name](symbols, lexicon)


def token_names(sentences: Sequence[Sentence]) -> list[str]:
    """The symbols of a whole clip: start, the sentences joined by word boundaries, end."""
    names = [START]
    for sentence in sentences:
        if sentence.tokens:
            if len(names) > 1:
                names.append(BOUNDARY)
            names += [token.symbol for token in sentence.tokens]
    return [*names, END]
