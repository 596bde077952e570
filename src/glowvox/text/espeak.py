"""espeak-ng's phonemes behind our protocol: many languages, IPA; opt-in, for espeak-ng is under the GPL."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from glowvox.errors import MissingPart, TextError
from glowvox.text.characters import BASE
from glowvox.text.graphemes import graphemes
from glowvox.text.markup import read_pauses
from glowvox.text.records import Note, Sentence, Span, Token, Word
from glowvox.text.sentences import split_sentences
from glowvox.text.stretches import speak_stretches
from glowvox.text.symbols import BOUNDARY, PUNCTUATION, Symbols, describe

VERSION = "1"
_WORD = re.compile(r"[^\W_](?:[^\s,.?!;:…()\"“”«»—–]|[.,](?=\d))*")
_LOCK = threading.Lock()  # espeak-ng keeps its state in globals of its library


class Backend(Protocol):
    """What is used of phonemizer's backend."""

    def phonemize(self, text: list[str]) -> list[str]: ...


@dataclass(frozen=True)
class EspeakFrontEnd:
    """IPA from espeak-ng, one token a character of IPA; punctuation of the house inventory is kept.

    voice    espeak-ng's name of a language, as in "en-us", "de", "pt-br"
    symbols  as with plain characters: bare while a corpus is read, then the inventory of the model
    """

    voice: str = "en-us"
    symbols: Symbols = BASE
    version: str = field(default=VERSION, init=False)
    framed: bool = field(default=True, init=False)

    @property
    def name(self) -> str:
        """The name that makes this front end again."""
        return f"espeak:{self.voice}"

    def __call__(self, text: str) -> list[Sentence]:
        """Sentences of the text, in order.

        raises  MissingPart without the extra; TextError for a language that espeak-ng does not have
        """
        seen: set[str] = set()
        return speak_stretches(text, read_pauses(text), lambda span, _: self._sentences(text, span, seen))

    def _sentences(self, text: str, span: Span, seen: set[str]) -> Iterator[Sentence]:
        for start, end in split_sentences(text[span[0] : span[1]]):
            yield self._sentence(text, (span[0] + start, span[0] + end), seen)

    def _sentence(self, text: str, span: Span, seen: set[str]) -> Sentence:
        places = [match.span() for match in _WORD.finditer(text, *span)]
        spoken = phonemize(self.voice, [text[start:end] for start, end in places])
        words: list[Word] = []
        tokens: list[Token] = []
        notes: list[Note] = []
        end = span[0]
        for place, ipa in zip(places, spoken, strict=True):
            tokens += self._marks(text, (end, place[0]), opened=bool(words))
            letters = [letter.text for letter in graphemes(ipa, 0, len(ipa)) if not letter.text.isspace()]
            known = tuple(letter for letter in letters if self.symbols == BASE or letter in self.symbols)
            notes += _unknown(letters, known, place, seen)
            if known:
                tokens += [Token(BOUNDARY, (place[0], place[0]))] if words else []
                tokens += [Token(letter, place) for letter in known]
                words.append(Word(text[slice(*place)], place, ipa.strip(), known, "espeak"))
            end = place[1]
        tokens += self._marks(text, (end, span[1]), opened=bool(words))
        return Sentence(text[slice(*span)], span, tuple(words), tuple(tokens), notes=tuple(notes))

    def _marks(self, text: str, span: Span, *, opened: bool) -> list[Token]:
        marks = [(text[place], place) for place in range(*span) if text[place] in PUNCTUATION[:8]] if opened else []
        return [Token(mark, (place, place + 1)) for mark, place in marks[:1]]


def _unknown(letters: list[str], known: tuple[str, ...], place: Span, seen: set[str]) -> list[Note]:
    missing = [letter for letter in dict.fromkeys(letters) if letter not in known and letter not in seen]
    seen.update(missing)
    return [
        Note(
            "unknown symbol", f"{describe(letter)} at column {place[0] + 1} is not among the symbols: not spoken", place
        )
        for letter in missing
    ]


def phonemize(voice: str, words: list[str]) -> list[str]:
    """IPA of stretches of text, each read by itself.

    raises  MissingPart without the extra; TextError for a language that espeak-ng does not have
    """
    if not words:
        return []
    backend = _backend(voice)
    with _LOCK:
        return backend.phonemize(words)


@cache
def _backend(voice: str) -> Backend:
    try:
        import espeakng_loader
        from phonemizer.backend import EspeakBackend
        from phonemizer.backend.espeak.wrapper import EspeakWrapper
    except ImportError as error:
        module = (error.name or "phonemizer").partition(".")[0]
        raise MissingPart(module, extra="espeak", purpose="the espeak front end") from None
    EspeakWrapper.set_library(espeakng_loader.get_library_path())
    EspeakWrapper.set_data_path(espeakng_loader.get_data_path())
    try:
        backend: Backend = EspeakBackend(voice, with_stress=True, preserve_punctuation=False)
    except RuntimeError as error:
        raise TextError(
            f"espeak-ng has no language '{voice}': {error}", hint="as in espeak:en-us or espeak:de"
        ) from None
    return backend
