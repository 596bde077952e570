"""A blank between all symbols: a place where a model can put what belongs to no phone (Glow-TTS, its code's add_blank).

Any front end takes it: "english+blank".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from glowvox.text.records import FrontEnd, Sentence, Token
from glowvox.text.symbols import Symbols

BLANK = "<gap>"
SUFFIX = "+blank"


@dataclass(frozen=True)
class BlankFrontEnd:
    """Another front end with a blank before, between and after the symbols of each sentence."""

    inner: FrontEnd

    @property
    def name(self) -> str:
        """The name that makes this front end again."""
        return self.inner.name + SUFFIX

    @property
    def version(self) -> str:
        """Changes whenever the same text may give other tokens."""
        return f"{self.inner.version}+1"

    @property
    def symbols(self) -> Symbols:
        """Those of the other front end, and the blank."""
        return with_blank(self.inner.symbols)

    @property
    def framed(self) -> bool:
        """Whether a clip opens with the start symbol and closes with the end symbol."""
        return self.inner.framed

    def __call__(self, text: str) -> list[Sentence]:
        """Sentences of the text, in order; a blank stands at no character, where the symbol before it ends."""
        return [replace(sentence, tokens=_between(sentence.tokens)) for sentence in self.inner(text)]


def with_blank(symbols: Symbols) -> Symbols:
    """The inventory with the blank, behind all others where it was not there yet."""
    return symbols if BLANK in symbols else Symbols((*symbols.names, BLANK))


def without_blank(symbols: Symbols) -> Symbols:
    """The inventory that the other front end knows."""
    return Symbols(tuple(name for name in symbols.names if name != BLANK))


def _between(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    if not tokens:
        return ()
    first = Token(BLANK, (tokens[0].span[0], tokens[0].span[0]))
    return (first, *(each for token in tokens for each in (token, Token(BLANK, (token.span[1], token.span[1])))))
