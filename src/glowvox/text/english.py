"""English: text to ARPAbet with stress, punctuation and word boundaries.

text → markup and user's words → sentences → normalised words → pronunciations → tokens
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from glowvox.text.context import Context
from glowvox.text.markup import Inline, Marked, read_markup
from glowvox.text.normalize import MARKS, normalize
from glowvox.text.pronounce import Item, pronounce
from glowvox.text.records import Note, Sentence, Span, Token, Word
from glowvox.text.sentences import split_sentences
from glowvox.text.stretches import speak_stretches
from glowvox.text.symbols import ARPABET, BOUNDARY, PUNCTUATION, Symbols
from glowvox.text.user_lexicon import UserLexicon

VERSION = "5"

# a bracket is read as a short pause, a quotation mark has no sound
_MARKS = {"(": ",", ")": ",", '"': ""}
_STRENGTH = {mark: strength for strength, mark in enumerate((",", "-", ":", ";", "…", ".", "!", "?"))}


@dataclass(frozen=True)
class EnglishFrontEnd:
    """American English in ARPAbet; `own` holds the user's pronunciations."""

    own: UserLexicon = field(default_factory=lambda: UserLexicon({}))

    name: str = field(default="english", init=False)
    version: str = field(default=VERSION, init=False)
    framed: bool = field(default=True, init=False)

    @property
    def symbols(self) -> Symbols:
        """The house inventory of ARPAbet, the same for every text."""
        return ARPABET

    def __call__(self, text: str) -> list[Sentence]:
        """Sentences of the text, in order.

        raises  TextError for inline phonemes or pauses that cannot be read, naming the column
        """
        marked = self._with_own_words(text, read_markup(text))
        seen: set[str] = set()

        def speak(span: Span, ending: str) -> Iterator[Sentence]:
            return self._stretch(text, span, marked.inlines, ending, seen)

        return speak_stretches(text, marked.pauses, speak)

    def _with_own_words(self, text: str, marked: Marked) -> Marked:
        taken = sorted([inline.span for inline in marked.inlines] + [pause.span for pause in marked.pauses])
        bare = _blank(text, taken)
        inlines = sorted((*marked.inlines, *self.own.find(bare)), key=lambda inline: inline.span)
        return Marked(tuple(inlines), marked.pauses)

    def _stretch(
        self, text: str, span: Span, inlines: Sequence[Inline], ending: str, seen: set[str]
    ) -> Iterator[Sentence]:
        """The sentences between two pauses; only the last one may end in anything but a full stop unasked."""
        start, end = span
        inside = [inline for inline in inlines if start <= inline.span[0] and inline.span[1] <= end]
        masked = _blank(text, [inline.span for inline in inside], mask=True)
        spans = [(start + first, start + last) for first, last in split_sentences(masked[start:end])]
        for number, place in enumerate(spans):
            items, notes = _items(text, place, [i for i in inside if place[0] <= i.span[0] < place[1]])
            fresh = [note for note in notes if note.message not in seen]
            seen.update(note.message for note in fresh)
            yield self._sentence(text, place, items, fresh, ending=ending if number + 1 == len(spans) else ".")

    def _sentence(self, text: str, span: Span, items: list[Item], notes: list[Note], *, ending: str) -> Sentence:
        written = tuple(text[slice(*item.span)] for item in items)
        context = Context(tuple(_context_word(item) for item in items), written)
        words: list[Word] = []
        tokens: list[Token] = []
        for item, spoken in zip(items, pronounce(items, context, self.own), strict=True):
            if spoken is None:
                _add_mark(tokens, item)
                continue
            phones, source = spoken
            if tokens:
                tokens.append(Token(BOUNDARY, (item.span[0], item.span[0])))
            tokens += [Token(phone, item.span) for phone in phones]
            words.append(Word(text[slice(*item.span)], item.span, item.text, phones, source, item.rule))
        if not words:
            return Sentence(text[slice(*span)], span, (), (), notes=tuple(notes))
        if tokens[-1].symbol not in PUNCTUATION:
            tokens.append(Token(ending, (span[1], span[1])))
        return Sentence(text[slice(*span)], span, tuple(words), tuple(tokens), notes=tuple(notes))


def _blank(text: str, spans: Sequence[Span], *, mask: bool = False) -> str:
    """The text with spans made blank, or, as a mask, made to look like words that keep their first capital."""
    letters = list(text)
    for start, end in spans:
        for place in range(start, end):
            letters[place] = "x" if mask else " "
        if mask and not text[start].islower():
            letters[start] = "X"
    return "".join(letters)


def _items(text: str, span: Span, inlines: Sequence[Inline]) -> tuple[list[Item], list[Note]]:
    """Words and marks of a sentence: the text between inline words goes through the normaliser."""
    items, notes = [], []
    start = span[0]
    for inline in (*inlines, None):
        end = inline.span[0] if inline else span[1]
        normal = normalize(text[start:end])
        for word in normal.words:
            place = (start + word.span[0], start + word.span[1])
            items.append(Item(word.text, place, word.rule, spelled=word.spell, mark=word.text in MARKS))
        notes += [Note(n.kind, n.message, (start + n.span[0], start + n.span[1])) for n in normal.notes]
        if inline:
            items.append(Item(inline.text, inline.span, None, given=(inline.phonemes, inline.source)))
            start = inline.span[1]
    return items, notes


def _context_word(item: Item) -> str:
    """What the rules about neighbours see: the word, or something that is a word and tells nothing."""
    return item.text.lower() if item.mark or item.text[-1:].isalpha() else "x"


def _add_mark(tokens: list[Token], item: Item) -> None:
    """Append a mark to the tokens; of marks in a row the strongest stays, and none opens a sentence."""
    mark = _MARKS.get(item.text, item.text)
    if not tokens or mark not in _STRENGTH:
        return
    before = _STRENGTH.get(tokens[-1].symbol)
    if before is None:
        tokens.append(Token(mark, item.span))
    elif _STRENGTH[mark] > before:
        tokens[-1] = Token(mark, item.span)
