"""What a front end gives: sentences of words, tokens, pauses and notes, with spans into the text as it was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from glowvox.text.symbols import Symbols

Span = tuple[int, int]  # first character and one past the last, in the original text


@dataclass(frozen=True, slots=True)
class Token:
    """One symbol for the model, and the characters it stands for."""

    symbol: str
    span: Span


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word: as written, as spoken, its phonemes, and where those came from.

    source  "lexicon", "heteronym", "weak form", "user", "inline", "spelled", "ending", "network", "espeak",
            "characters" or "dictionary"
    rule    the normaliser's rule that produced the word; None where it is spoken as written
    """

    text: str
    span: Span
    spoken: str
    phonemes: tuple[str, ...]
    source: str
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence asked for in the text, in seconds."""

    seconds: float
    span: Span


@dataclass(frozen=True, slots=True)
class Note:
    """A remark for the person who wrote the text: a symbol that was not spoken, a guess that was made."""

    kind: str
    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of text spoken in one go.

    tokens         what the model reads, without the start and end of the clip; empty where only a pause was asked for
    pauses         the pauses written after this sentence
    pause_after_s  their sum: silence to add after the sentence, exact to the sample
    """

    text: str
    span: Span
    words: tuple[Word, ...]
    tokens: tuple[Token, ...]
    pauses: tuple[Pause, ...] = ()
    notes: tuple[Note, ...] = ()
    pause_after_s: float = 0.0


class FrontEnd(Protocol):
    """Text to sentences: pure, seedless and safe to call from many threads.

    version  changes whenever the same text may give other tokens; part of every cache key
    framed   whether a clip opens with the start symbol and closes with the end symbol
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def symbols(self) -> Symbols: ...

    @property
    def framed(self) -> bool: ...

    def __call__(self, text: str) -> list[Sentence]: ...
