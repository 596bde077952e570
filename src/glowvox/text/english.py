"""English: normalised words to ARPAbet with stress, punctuation and word boundaries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from glowvox.text.lexicon import shipped
from glowvox.text.records import Sentence, Span, Token, Word
from glowvox.text.symbols import ARPABET, BOUNDARY, PUNCTUATION, Symbols

VERSION = "1"
_PIECE = re.compile(r"[a-z]+(?:'[a-z]+)*'?|'[a-z]+|--+|\.\.\.|[^\w\s]")
_SAME = {"—": "-", "–": "-", "--": "-", "...": "…", "“": '"', "”": '"', "[": "(", "]": ")"}


class EnglishFrontEnd:
    name = "english"
    version = VERSION
    symbols: Symbols = ARPABET

    def __call__(self, text: str) -> list[Sentence]:
        return [self._sentence(text, span) for span in _sentences(text)]

    def _sentence(self, text: str, span: Span) -> Sentence:
        words: list[Word] = []
        tokens: list[Token] = []
        plain = text[span[0] : span[1]].lower().replace("’", "'")
        for match in _PIECE.finditer(plain):
            place = (span[0] + match.start(), span[0] + match.end())
            piece = _SAME.get(match[0], match[0])
            if piece[0].isalpha() or len(piece) > 1:
                phones = shipped().get(piece) or shipped().get(piece.strip("'")) or ()
                words.append(Word(text[place[0] : place[1]], place, piece, phones, "lexicon"))
                if phones:
                    if tokens and tokens[-1].symbol not in ("(",):
                        tokens.append(Token(BOUNDARY, (place[0], place[0])))
                    tokens += [Token(phone, place) for phone in phones]
            elif piece in PUNCTUATION and piece not in "\"-" or piece == "-" and match[0] != "-":
                tokens.append(Token(piece, place))
        return Sentence(text[span[0] : span[1]], span, tuple(words), tuple(tokens))


def _sentences(text: str) -> Iterator[Span]:
    for match in re.finditer(r"\S.*?(?:[.?!]+[\"'”’)]*(?=\s|$)|$)", text, re.DOTALL):
        yield match.span()
