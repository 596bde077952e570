"""The front end of the published Glow-TTS code: graphemes, or ARPAbet by dictionary. For imported models only.

Token ids are kept bit for bit, oddities included: a word is looked up with its punctuation attached, pieces in front
of a brace group never are, and unknown characters vanish (here with a note).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from glowvox.errors import TextError
from glowvox.text.authors_cleaner import clean
from glowvox.text.records import Note, Sentence, Token, Word
from glowvox.text.symbols import PHONES, VOWELS, Symbols, describe

VERSION = "1"
BLANK = "<blank>"  # id 148, between all symbols of models trained with it
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ARPABET = sorted({*PHONES, *VOWELS})
NAMES = ("_", "-", *"!'(),.:;? ", *_LETTERS, *(f"@{phone}" for phone in _ARPABET))
_GROUP = re.compile(r"(.*?)\{(.+?)\}(.*)")  # a newline in front of the first group defeats it, as in the original
_ENTRY = re.compile(r"(?P<word>[A-Z'][^ ]*?)(?:\(\d+\))?  (?P<phones>.*)")
Dictionary = Mapping[str, str]


@dataclass(frozen=True)
class AuthorsFrontEnd:
    """Symbols of the published code.

    dictionary  upper-case word → phones; empty for models trained on letters
    add_blank   whether a blank stands before, between and after all symbols
    """

    dictionary: Dictionary = field(default_factory=dict)
    add_blank: bool = False
    name: str = field(default="glow-tts-authors", init=False)
    version: str = field(default=VERSION, init=False)
    framed: bool = field(default=False, init=False)

    @property
    def symbols(self) -> Symbols:
        """The published 148 symbols, and the blank where it is used."""
        return Symbols((*NAMES, BLANK) if self.add_blank else NAMES)

    def __call__(self, text: str) -> list[Sentence]:
        """One sentence: the original knows no others. Every span is that of the whole text.

        raises  TextError where nothing is left to speak
        """
        span = (0, len(text))
        names, dropped = self._names(text)
        if not names:
            raise TextError("nothing in the text can be spoken with the symbols of the published Glow-TTS code")
        if self.add_blank:
            names = [BLANK, *(name for symbol in names for name in (symbol, BLANK))]
        tokens = tuple(Token(name, span) for name in names)
        word = Word(text, span, clean(text), tuple(names), "dictionary" if self.dictionary else "characters")
        return [Sentence(text, span, (word,), tokens, notes=tuple(dropped_notes(text, dropped)))]

    def ids(self, text: str) -> list[int]:
        """Ids of a text, as the published code gives them."""
        return self.symbols.encode(token.symbol for sentence in self(text) for token in sentence.tokens)

    def _names(self, text: str) -> tuple[list[str], list[str]]:
        names: list[str] = []
        dropped: list[str] = []

        def add(candidates: Iterator[str]) -> None:
            for name in candidates:
                (names if name in _KNOWN else dropped).append(name)

        while text:
            group = _GROUP.match(text)
            if not group:
                self._last(clean(text), add)
                break
            add(iter(clean(group[1])))
            add(f"@{phone}" for phone in group[2].split())
            text = group[3]
        if self.dictionary and names and names[-1] == " ":
            names.pop()
        return names, dropped

    def _last(self, text: str, add: Callable[[Iterator[str]], None]) -> None:
        """What follows the last group: the only part that the dictionary sees."""
        if not self.dictionary:
            add(iter(text))
            return
        for word in text.split(" "):
            phones = self.dictionary.get(word.upper())
            if phones is None and word.startswith("{"):
                phones = word[1:-1]  # an opened brace is taken for ARPAbet, its last letter for the closing one
            add(iter(word) if phones is None else (f"@{phone}" for phone in phones.split()))
            add(iter(" "))


_KNOWN = frozenset(NAMES)


def make_authors_front_end(symbols: Symbols | None, dictionary: Path | None) -> AuthorsFrontEnd:
    """The front end for a model's inventory; the blank is used where the inventory has it."""
    return AuthorsFrontEnd(
        read_dictionary(dictionary) if dictionary else {}, bool(symbols) and BLANK in (symbols or ())
    )


def read_dictionary(path: Path) -> dict[str, str]:
    """First pronunciations of a dictionary in CMUdict's own format (latin-1, two spaces before the phones).

    raises  TextError naming the file: unreadable, or without any entry
    """
    try:
        lines = path.read_text(encoding="latin-1").splitlines()
    except OSError as error:
        raise TextError(f"{path}: cannot be read: {error.strerror}") from None
    entries: dict[str, str] = {}
    for line in lines:
        match = _ENTRY.fullmatch(line.strip())
        if match and all(f"@{phone}" in _KNOWN for phone in match["phones"].split()):
            entries.setdefault(match["word"], match["phones"])
    if not entries:
        raise TextError(f"{path}: no entry as in CMUdict: WORD, two spaces, phones")
    return entries


def dropped_notes(text: str, dropped: list[str]) -> Iterator[Note]:
    """A remark for each symbol that a model does not have, at its first place in the text."""
    for symbol in dict.fromkeys(dropped):
        place = text.lower().find(symbol.lower())
        where = f" at column {place + 1}" if place >= 0 else ""
        message = f"{describe(symbol)}{where} is not among the model's symbols: not spoken"
        yield Note("unknown symbol", message, (max(place, 0), max(place, 0) + 1) if place >= 0 else (0, len(text)))
