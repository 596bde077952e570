"""The front end of Amphion's Glow-TTS recipe: phones by a dictionary, 151 symbols. For imported models only.

Ids are kept bit for bit wherever the dictionary has the words, oddities included: word boundaries vanish, marks become
`sp` except at either end, and a word is looked up with its quotes and brackets attached. Words that no dictionary has
are said by our own network, where the original asks another one.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from glowvox.errors import TextError
from glowvox.text import authors
from glowvox.text.authors import dropped_notes
from glowvox.text.authors_cleaner import clean
from glowvox.text.pronounce import look_up
from glowvox.text.records import Sentence, Token, Word
from glowvox.text.symbols import Symbols
from glowvox.text.user_lexicon import UserLexicon

VERSION = "1"
NAMES = (*authors.NAMES, "@sp", "@spn", "@sil")
_KNOWN = frozenset(NAMES)
_PIECES = re.compile(r"([,;.\-?!\s+])")
_MARKS = frozenset(".,?!-")  # those of the pieces that are heard; the others leave nothing
_NO_WORDS = UserLexicon({})


@dataclass(frozen=True)
class AmphionFrontEnd:
    """Symbols of the recipe.

    dictionary  lower-case word → phones; empty takes the one that ships with the package
    """

    dictionary: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    name: str = field(default="glow-tts-amphion", init=False)
    version: str = field(default=VERSION, init=False)
    framed: bool = field(default=False, init=False)

    @property
    def symbols(self) -> Symbols:
        """The published 148 symbols and three silences."""
        return Symbols(NAMES)

    def __call__(self, text: str) -> list[Sentence]:
        """One sentence: the original knows no others. Every span is that of the whole text.

        raises  TextError where nothing is left to speak
        """
        span = (0, len(text))
        wanted = [f"@{phone}" for phone in self.phones(text)]
        names = tuple(name for name in wanted if name in _KNOWN)
        if not names:
            raise TextError("nothing in the text can be spoken with the symbols of Amphion's Glow-TTS recipe")
        dropped = [name[1:] for name in wanted if name not in _KNOWN]
        word = Word(text, span, " ".join(name[1:] for name in names), names, "dictionary")
        tokens = tuple(Token(name, span) for name in names)
        return [Sentence(text, span, (word,), tokens, notes=tuple(dropped_notes(text, dropped)))]

    def ids(self, text: str) -> list[int]:
        """Ids of a text, as the recipe gives them."""
        return self.symbols.encode(token.symbol for sentence in self(text) for token in sentence.tokens)

    def phones(self, text: str) -> list[str]:
        """The phones of a text; marks inside it are `sp`, those that are left at its ends stay as they are."""
        phones = [phone for piece in _PIECES.split(text.rstrip(string.punctuation)) for phone in self._piece(piece)]
        inside = range(1, len(phones) - 1)
        return ["sp" if place in inside and phone in _MARKS else phone for place, phone in enumerate(phones)]

    def _piece(self, piece: str) -> tuple[str, ...]:
        """Phones of a word, or a mark for itself."""
        known = self.dictionary.get(piece.lower())
        if known is not None:
            return known
        if _PIECES.fullmatch(piece):
            return (piece,) if piece in _MARKS else ()
        words = re.findall(r"[a-z']*[a-z][a-z']*", clean(piece))
        return tuple(phone for word in words for phone in self.dictionary.get(word) or look_up(word, _NO_WORDS)[0])


def make_amphion_front_end(dictionary: Path | None) -> AmphionFrontEnd:
    """The front end with a dictionary from a file, or with the one that ships with the package."""
    return AmphionFrontEnd(read_dictionary(dictionary) if dictionary else {})


def read_dictionary(path: Path) -> dict[str, tuple[str, ...]]:
    """First pronunciations of a dictionary of the LibriSpeech format: a word a line, and its phones after spaces.

    raises  TextError naming the file: unreadable, or without any entry
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TextError(f"{path}: cannot be read as UTF-8 text: {error}") from None
    entries: dict[str, tuple[str, ...]] = {}
    for line in lines:
        word, *phones = line.split() or [""]
        if phones:
            entries.setdefault(word.lower(), tuple(phones))
    if not entries:
        raise TextError(f"{path}: no entry as in LibriSpeech's dictionary: WORD, spaces, phones")
    return entries
