"""English text to the words that are spoken, each with its place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from glowvox.text.normal.dates import MONTHS
from glowvox.text.normal.folding import Folded, fold
from glowvox.text.normal.reading import ALWAYS, Reading
from glowvox.text.normal.rules import RULES, kind_of
from glowvox.text.normal.unicode_names import code_point
from glowvox.text.records import Note, Span

MARKS = frozenset(',.?!;:-…()"')
# a word no rule can want, unless it is in _HELD; a mark before the next word
_PLAIN = re.compile(r"[a-z]{2,}+(?=[\s,;?!)]|\Z)|[,.;?!](?=\s[A-Za-z]|\Z)")
_HELD = frozenset({*ALWAYS, *MONTHS})


class NormalWord(NamedTuple):
    """One word or punctuation mark to be spoken.

    text   lower-case letters and apostrophes, or one of , . ? ! ; : - … ( ) "
    span   where it comes from in the original text; the words of one number share its span
    rule   name of the rule that rewrote it; None where it is spoken as written
    spell  true where `text` is a letter to be named ("b", also "b's")
    """

    text: str
    span: Span
    rule: str | None = None
    spell: bool = False


@dataclass(frozen=True, slots=True)
class Normalized:
    """A text as it is spoken: words in order, remarks, and the words as one plain string."""

    words: tuple[NormalWord, ...]
    notes: tuple[Note, ...]
    text: str


def normalize(text: str) -> Normalized:
    """What is said for `text`, whatever characters it holds; plain words pass through in lower case.

    Pure and total: any string gives words, and normalising the result's `text` again changes nothing.
    """
    folded = fold(text)
    words, notes = _read(folded)
    words = _tidy(words)
    return Normalized(tuple(words), tuple(notes), join(words))


def _read(folded: Folded) -> tuple[list[NormalWord], list[Note]]:
    """Walks over the text once; at each place the first rule that takes it says what is spoken."""
    text, place = folded.text, 0
    words: list[NormalWord] = []
    notes = {
        code_point(character): Note(
            "control", f"control character {code_point(character)} taken for a space", (at, at + 1)
        )
        for character, at in reversed(folded.controls)
    }
    while place < len(text):
        if text[place] == " ":
            place += 1
            continue
        if (plain := _PLAIN.match(text, place)) and plain[0] not in _HELD:
            words.append(NormalWord(plain[0], _span(folded, place, plain.end())))
            place = plain.end()
            continue
        name, reading = _first(text, place)
        span = _span(folded, place, reading.end)
        rule = None if reading.plain else name
        words += [NormalWord(word.text, span, rule, word.spell) for word in reading.words]
        if reading.note:
            notes.setdefault(reading.note[1], Note(*reading.note, span))
        place = reading.end
    return words, sorted(notes.values(), key=lambda note: note.span)


def _first(text: str, place: int) -> tuple[str, Reading]:
    character = text[place]
    for rule in RULES[kind_of(character)]:
        if rule.first and character not in rule.first:
            continue
        if match := rule.pattern.match(text, place):
            reading = rule.say(match)
            if reading is not None:
                return rule.name, reading
    raise AssertionError(f"no rule for {character!r}")


def _span(folded: Folded, start: int, end: int) -> Span:
    return folded.starts[start], folded.ends[end - 1]


def _tidy(words: list[NormalWord]) -> list[NormalWord]:
    """One mark for a run of equal ones; more than one full stop is an ellipsis. Quotation marks and brackets stay."""
    tidied: list[NormalWord] = []
    for word in words:
        last = tidied[-1] if tidied else None
        if last and last.text == word.text == ".":
            tidied[-1] = NormalWord("…", (last.span[0], word.span[1]), "ellipsis")
        elif last and last.text == "…" and word.text in {".", "…"}:
            tidied[-1] = NormalWord("…", (last.span[0], word.span[1]), last.rule or word.rule)
        elif last and last.text == word.text and word.text in {",", "?", "!", ";", ":", "-"}:
            tidied[-1] = last._replace(span=(last.span[0], word.span[1]))
        else:
            tidied.append(word)
    return tidied


def join(words: list[NormalWord]) -> str:
    """The words as one string, spaced as written text is."""
    pieces: list[str] = []
    quoted = False
    glue = True  # no space before the next word
    for word in words:
        if word.text == '"':
            pieces.append('"' if quoted or glue else ' "')
            glue = not quoted
            quoted = not quoted
        elif word.text in MARKS and word.text not in "(-":
            pieces.append(word.text)
            glue = False
        else:
            pieces.append(word.text if glue else f" {word.text}")
            glue = word.text == "("
    return "".join(pieces)
