"""Coqui's tokenizer. For imported models only: ids are kept bit for bit.

The name of the front end says all of it but the symbols: "coqui:english_cleaners,blank=3,bos=2,eos=1".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from glowvox.config import near
from glowvox.errors import ConfigError, TextError
from glowvox.text import espeak
from glowvox.text.coqui_cleaners import CLEANERS
from glowvox.text.coqui_symbols import symbol_table
from glowvox.text.records import Note, Sentence, Token, Word
from glowvox.text.symbols import Symbols, describe

VERSION = "1"
NO_CLEANER = "none"
_MARKS = re.compile(r"\s*[;:,.!?¡¿—…\"«»“”]+\s*")  # kept out of the phonemizer and put back


@dataclass(frozen=True)
class CoquiFrontEnd:
    """Cleaner, phonemes where the model reads them, ids a character, blanks, ends.

    symbols   the model's table
    cleaner   its name in Coqui's settings, or "none"
    blank     id that stands before, between and after all others
    bos, eos  ids around the whole
    language  espeak-ng's name of a language, where the model reads phonemes
    """

    symbols: Symbols
    cleaner: str = NO_CLEANER
    blank: int | None = None
    bos: int | None = None
    eos: int | None = None
    language: str | None = None
    version: str = field(default=VERSION, init=False)
    framed: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        if self.cleaner != NO_CLEANER and self.cleaner not in CLEANERS:
            raise ConfigError(f"the cleaner '{self.cleaner}' is not here{near(self.cleaner, [NO_CLEANER, *CLEANERS])}")
        for name in ("blank", "bos", "eos"):
            number = getattr(self, name)
            if number is not None and not 0 <= number < len(self.symbols):
                raise ConfigError(f"{name} = {number}: the model has symbols 0 to {len(self.symbols) - 1}")

    @property
    def name(self) -> str:
        """The name that makes this front end again."""
        given = {"blank": self.blank, "bos": self.bos, "eos": self.eos, "espeak": self.language}
        parts = [self.cleaner, *(f"{key}={value}" for key, value in given.items() if value is not None)]
        return "coqui" if parts == [NO_CLEANER] else f"coqui:{','.join(parts)}"

    def __call__(self, text: str) -> list[Sentence]:
        """One sentence: the original knows no others. Every span is that of the whole text.

        raises  TextError where nothing is left to speak; MissingPart where phonemes need espeak-ng
        """
        span = (0, len(text))
        spoken = self.spoken(text)
        known = [letter for letter in spoken if letter in self.symbols]
        if not known:
            raise TextError("nothing in the text can be spoken with the symbols of the imported model")
        names = self._framed(known)
        word = Word(text, span, spoken, tuple(names), "espeak" if self.language else "characters")
        notes = tuple(self._notes(text, spoken))
        return [Sentence(text, span, (word,), tuple(Token(name, span) for name in names), notes=notes)]

    def spoken(self, text: str) -> str:
        """The text after the cleaner, in phonemes where the model reads those."""
        cleaned = text if self.cleaner == NO_CLEANER else CLEANERS[self.cleaner](text)
        return cleaned if self.language is None else _phonemes(cleaned, self.language)

    def ids(self, text: str) -> list[int]:
        """Ids of a text, as Coqui's code gives them."""
        return self.symbols.encode(token.symbol for sentence in self(text) for token in sentence.tokens)

    def _framed(self, known: list[str]) -> list[str]:
        names = known
        if self.blank is not None:
            blank = self.symbols.names[self.blank]
            names = [blank, *(name for symbol in known for name in (symbol, blank))]
        begin = [] if self.bos is None else [self.symbols.names[self.bos]]
        end = [] if self.eos is None else [self.symbols.names[self.eos]]
        return [*begin, *names, *end]

    def _notes(self, text: str, spoken: str) -> Iterator[Note]:
        for symbol in dict.fromkeys(letter for letter in spoken if letter not in self.symbols):
            place = text.lower().find(symbol.lower())
            where = f" at column {place + 1}" if place >= 0 else ""
            span = (place, place + 1) if place >= 0 else (0, len(text))
            message = f"{describe(symbol)}{where} is not among the model's symbols: not spoken"
            yield Note("unknown symbol", message, span)


def make_coqui_front_end(variant: str, symbols: Symbols | None) -> CoquiFrontEnd:
    """The front end from what follows "coqui:" in its name.

    symbols  of the model; None takes Coqui's default of letters, or of IPA
    raises   ConfigError for an option that is none
    """
    cleaner, *options = (variant or NO_CLEANER).split(",")
    numbers: dict[str, int] = {}
    language = None
    for option in options:
        key, _, value = option.partition("=")
        if key == "espeak" and value:
            language = value
        elif key in ("blank", "bos", "eos") and value.isdecimal():
            numbers[key] = int(value)
        else:
            raise ConfigError(
                f"front end 'coqui:{variant}': '{option}' is none of blank=ID, bos=ID, eos=ID, espeak=NAME"
            )
    if symbols is None:
        symbols = Symbols(symbol_table(None, phonemes=language is not None, where="coqui").names)
    return CoquiFrontEnd(symbols, cleaner, numbers.get("blank"), numbers.get("bos"), numbers.get("eos"), language)


def _phonemes(text: str, language: str) -> str:
    """IPA of the text, its marks left where they are."""
    places = [match.span() for match in _MARKS.finditer(text)]
    edges = [0, *(edge for place in places for edge in place), len(text)]
    stretches = [text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    wanted = [stretch for stretch in stretches if stretch.strip()]
    said = dict(zip(wanted, espeak.phonemize(language, wanted), strict=True))
    marks = [*(text[start:end] for start, end in places), ""]
    return "".join(said.get(stretch, "").strip() + mark for stretch, mark in zip(stretches, marks, strict=True))
