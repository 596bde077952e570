"""A text as the phrases that are rendered one by one and the silences between them, a part of it at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge

from glowvox.text.blanks import BLANK
from glowvox.text.frontend import FrontEnd, Sentence, Token, Word, token_names
from glowvox.text.sentences import SentenceSplitter
from glowvox.text.symbols import BOUNDARY

LONGEST = 400  # tokens a phrase; attention costs their square
BLOCK = 4_000  # characters that the front end is given at once, where the text allows
FIRST_BLOCK = 300  # of them the first time: soon heard
PARAGRAPH = 2.4  # pause between paragraphs, in pauses between sentences
_LONGEST_MARKUP = 200  # characters
_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n")
_PAUSE = re.compile(r"\s*\[pause:[^\[\]]*\]")
_WORTH = {BOUNDARY: 1, **dict.fromkeys('-"()', 2), ",": 3, **dict.fromkeys(";:…", 4), **dict.fromkeys(".?!", 5)}


@dataclass(frozen=True, slots=True)
class SpokenToken:
    """A symbol of a phrase; `word` and `phoneme` are its places in the whole text, −1 for marks and boundaries."""

    symbol: str
    span: tuple[int, int]
    word: int = -1
    phoneme: int = -1


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word of a phrase as it is spoken, and its tokens in the phrase, by place."""

    text: str
    span: tuple[int, int]
    tokens: range


@dataclass(frozen=True, slots=True)
class Phrase:
    """What the acoustic model is given at once.

    symbols  with the start and end of a clip where the front end frames its clips; empty where there is only silence
    first    place of the first token in `symbols`
    pause_s  silence behind it
    """

    symbols: tuple[str, ...]
    first: int
    tokens: tuple[SpokenToken, ...]
    words: tuple[SpokenWord, ...]
    pause_s: float


def phrases(text: str, front_end: FrontEnd, *, sentence_pause: float) -> Iterator[Phrase]:
    """The phrases of a text in order, made as they are asked for.

    A pause asked for in the text takes the place of the pause between sentences; the last sentence has none unasked.

    raises  TextError as the front end does
    """
    waiting: tuple[Sentence, int] | None = None
    counts = _Counts()
    for sentence, offset in _sentences(text, front_end):
        if not sentence.tokens and not sentence.pause_after_s:
            continue
        if waiting is not None:
            between = text[waiting[1] + waiting[0].span[1] : offset + sentence.span[0]]
            pause = sentence_pause * (PARAGRAPH if _EMPTY_LINE.search(between) else 1)
            yield from _phrases_of(*waiting, pause, counts, framed=front_end.framed)
        waiting = (sentence, offset)
    if waiting is not None:
        yield from _phrases_of(*waiting, 0.0, counts, framed=front_end.framed)


def _sentences(text: str, front_end: FrontEnd) -> Iterator[tuple[Sentence, int]]:
    """Sentences, each with what must be added to its spans."""
    for start, end in blocks(text):
        for sentence in front_end(text[start:end]):
            yield sentence, start


def blocks(text: str) -> Iterator[tuple[int, int]]:
    """Spans that together hold the text, each of whole sentences with the pauses behind them."""
    if not text.strip():
        return
    start = 0
    last = len(text.rstrip())
    for end in merge(_sentence_ends(text), (match.end() for match in _PAUSE.finditer(text))):
        whole = end - start >= (BLOCK if start else FIRST_BLOCK)
        if whole and end < last and not _PAUSE.match(text, end) and not _inside_markup(text[start:end]):
            yield start, end
            start = end
    yield start, len(text)


def _sentence_ends(text: str) -> Iterator[int]:
    """Where sentences end, found as they are asked for; not that of the last."""
    splitter = SentenceSplitter()
    for place in range(0, len(text), BLOCK):
        for _, span in splitter.feed(text[place : place + BLOCK]):
            yield span[1]


def _inside_markup(before: str) -> bool:
    """Whether a text ends between the brackets of inline phonemes."""
    near = before[-_LONGEST_MARKUP:]
    return any(
        near.rfind(opening) > near.rfind(closing) for opening, closing in (("[", "]"), ("{", "}"), ("](/", "/)"))
    )


class _Counts:
    """How many words and phonemes have gone by."""

    def __init__(self) -> None:
        self.words = 0
        self.phonemes = 0


def _phrases_of(sentence: Sentence, offset: int, pause_s: float, counts: _Counts, *, framed: bool) -> Iterator[Phrase]:
    """One phrase, or several where the sentence is too long; the silence comes behind the last."""
    pause = sentence.pause_after_s or pause_s
    pieces = split_tokens(sentence.tokens)
    if not pieces:
        yield Phrase((), 0, (), (), pause)
        return
    owners = owners_of(sentence)
    for number, piece in enumerate(pieces):
        last = number + 1 == len(pieces)
        yield _phrase(sentence, offset, piece, owners, counts, framed=framed, pause_s=pause if last else 0.0)


def _phrase(
    sentence: Sentence,
    offset: int,
    piece: range,
    owners: list[int],
    counts: _Counts,
    *,
    framed: bool,
    pause_s: float,
) -> Phrase:
    tokens: list[SpokenToken] = []
    places: dict[int, list[int]] = {}
    for place in piece:
        token, owner = sentence.tokens[place], owners[place]
        span = _moved(token.span, offset)
        if owner < 0:
            tokens.append(SpokenToken(token.symbol, span))
            continue
        places.setdefault(owner, []).append(len(tokens))
        tokens.append(SpokenToken(token.symbol, span, counts.words + len(places) - 1, counts.phonemes))
        counts.phonemes += 1
    words = tuple(_word(sentence.words[owner], offset, found) for owner, found in places.items())
    counts.words += len(words)
    cut = Sentence("", (0, 0), (), tuple(sentence.tokens[place] for place in piece))
    symbols = tuple(token_names([cut], framed=framed))
    return Phrase(symbols, 1 if framed else 0, tuple(tokens), words, pause_s)


def _word(word: Word, offset: int, places: list[int]) -> SpokenWord:
    said = word.text if word.text.lower() == word.spoken else word.spoken  # with its capitals
    return SpokenWord(said, _moved(word.span, offset), range(places[0], places[-1] + 1))


def _moved(span: tuple[int, int], offset: int) -> tuple[int, int]:
    return span[0] + offset, span[1] + offset


def owners_of(sentence: Sentence) -> list[int]:
    """For each token the place of the word it belongs to, or −1: but for blanks, a word's phonemes are in a row."""
    owners = [-1] * len(sentence.tokens)
    heard = [place for place, token in enumerate(sentence.tokens) if token.symbol != BLANK]
    tokens = tuple(sentence.tokens[place] for place in heard)
    place = 0
    for number, word in enumerate(sentence.words):
        size = len(word.phonemes)
        start = _find(tokens, word.phonemes, place) if size else None
        if start is not None:
            for own in heard[start : start + size]:
                owners[own] = number
            place = start + size
    return owners


def _find(tokens: tuple[Token, ...], phonemes: tuple[str, ...], place: int) -> int | None:
    for start in range(place, len(tokens) - len(phonemes) + 1):
        if all(tokens[start + step].symbol == phoneme for step, phoneme in enumerate(phonemes)):
            return start
    return None


def split_tokens(tokens: tuple[Token, ...]) -> list[range]:
    """The tokens in pieces of at most `LONGEST`, cut behind the best pause of each piece's second half."""
    pieces = []
    start = 0
    while len(tokens) - start > LONGEST:
        within = range(start + LONGEST // 2, start + LONGEST)
        best = max(within, key=lambda place: (_WORTH.get(tokens[place].symbol, 0), place))
        boundary = tokens[best].symbol == BOUNDARY  # which a phrase neither ends nor begins with
        pieces.append(range(start, best if boundary else best + 1))
        start = best + 1
        while start < len(tokens) and tokens[start].symbol == BOUNDARY:
            start += 1
    if start < len(tokens):
        pieces.append(range(start, len(tokens)))
    return pieces
