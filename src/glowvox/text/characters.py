"""Plain characters: any script, one token a character as seen, the inventory taken from a corpus."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from glowvox.text.graphemes import Grapheme, graphemes
from glowvox.text.markup import read_pauses
from glowvox.text.records import Note, Sentence, Span, Token, Word
from glowvox.text.sentences import split_sentences
from glowvox.text.stretches import speak_stretches
from glowvox.text.symbols import BOUNDARY, END, PAD, START, Symbols, describe

VERSION = "1"
BASE = Symbols((PAD, START, END, BOUNDARY))


@dataclass(frozen=True)
class CharactersFrontEnd:
    """Characters as they stand, composed (NFC), words apart by a boundary; `[pause:0.5s]` is the only markup.

    symbols  the inventory of a model or a corpus; a character outside it is reported and left out. With the bare
             inventory of a new front end every character is taken: so a corpus is read before its inventory exists
    """

    symbols: Symbols = BASE
    name: str = field(default="characters", init=False)
    version: str = field(default=VERSION, init=False)
    framed: bool = field(default=True, init=False)

    @classmethod
    def build(cls, texts: Iterable[str]) -> CharactersFrontEnd:
        """A front end whose inventory is what the texts need, in order of code points."""
        reader = cls()
        used = {token.symbol for text in texts for sentence in reader(text) for token in sentence.tokens}
        return cls(Symbols((*BASE.names, *sorted(used.difference(BASE.names)))))

    def __call__(self, text: str) -> list[Sentence]:
        """Sentences of the text, in order.

        raises  TextError for a pause that cannot be read, naming the column
        """
        seen: set[str] = set()
        return speak_stretches(text, read_pauses(text), lambda span, _: self._sentences(text, span, seen))

    def _sentences(self, text: str, span: Span, seen: set[str]) -> Iterator[Sentence]:
        for start, end in split_sentences(text[span[0] : span[1]]):
            yield self._sentence(text, (span[0] + start, span[0] + end), seen)

    def _sentence(self, text: str, span: Span, seen: set[str]) -> Sentence:
        words: list[Word] = []
        tokens: list[Token] = []
        notes: list[Note] = []
        for match in re.compile(r"\S+").finditer(text, *span):
            known = []
            for letter in graphemes(text, *match.span()):
                if self._knows(letter.text):
                    known.append(letter)
                elif letter.text not in seen:
                    seen.add(letter.text)
                    notes.append(_unknown(letter, text))
            if known:
                if tokens:
                    tokens.append(Token(BOUNDARY, (match.start(), match.start())))
                tokens += [Token(letter.text, letter.span) for letter in known]
                spoken = tuple(letter.text for letter in known)
                words.append(Word(match[0], match.span(), "".join(spoken), spoken, "characters"))
        return Sentence(text[slice(*span)], span, tuple(words), tuple(tokens), notes=tuple(notes))

    def _knows(self, letter: str) -> bool:
        return letter not in BASE and (self.symbols == BASE or letter in self.symbols)


def _unknown(letter: Grapheme, text: str) -> Note:
    what = "is used by the model itself" if letter.text in BASE else "is not among the symbols"
    message = f"{describe(letter.text)} at column {letter.span[0] + 1} {what}: not spoken"
    return Note("unknown symbol", message, letter.span)
