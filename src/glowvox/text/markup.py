"""What a writer may put into a text: `{HH AH0 L OW1}`, `[word](/həˈloʊ/)`, `[pause:0.5s]`. Other brackets stay text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from glowvox.errors import TextError
from glowvox.text.phonemes import looks_like_arpabet, parse_arpabet, parse_phonemes
from glowvox.text.records import Pause, Span

LONGEST_PAUSE_S = 60.0
_PAUSE = re.compile(r"\[pause:(?P<pause>[^\[\]]*)\]")
_MARK = re.compile(r"\{(?P<group>[^{}]*)\}|\[pause:(?P<pause>[^\[\]]*)\]|\[(?P<word>[^\[\]]*)\]\(/(?P<said>[^/]*)/\)")
_DURATION = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(ms|s)\s*")


@dataclass(frozen=True, slots=True)
class Inline:
    """A word whose phones the writer gave; `text` is the word itself, or the group as written."""

    text: str
    span: Span
    phonemes: tuple[str, ...]
    source: str = "inline"


@dataclass(frozen=True, slots=True)
class Marked:
    """A text and what was found in it, in order."""

    inlines: tuple[Inline, ...]
    pauses: tuple[Pause, ...]


def read_markup(text: str) -> Marked:
    """Find inline phonemes and pauses.

    raises  TextError naming the column and the bad phone or duration
    """
    inlines, pauses = [], []
    for match in _MARK.finditer(text):
        where = f"column {match.start() + 1}"
        if match["pause"] is not None:
            pauses.append(Pause(_seconds(match["pause"], where), match.span()))
        elif match["said"] is not None:
            phones = parse_phonemes(match["said"], where)
            inlines.append(Inline(match["word"].strip(), match.span(), phones))
        elif looks_like_arpabet(match["group"]):
            inlines.append(Inline(match[0], match.span(), parse_arpabet(match["group"], where)))
    return Marked(tuple(inlines), tuple(pauses))


def read_pauses(text: str) -> tuple[Pause, ...]:
    """The pauses alone, for front ends that have no phonemes.

    raises  TextError naming the column and the bad duration
    """
    return tuple(Pause(_seconds(m["pause"], f"column {m.start() + 1}"), m.span()) for m in _PAUSE.finditer(text))


def _seconds(text: str, where: str) -> float:
    match = _DURATION.fullmatch(text)
    if not match:
        raise TextError(f"{where}: '{text}' is no duration", hint="write [pause:0.5s] or [pause:500ms]")
    seconds = float(match[1]) / (1000 if match[2] == "ms" else 1)
    if seconds > LONGEST_PAUSE_S:
        raise TextError(f"{where}: a pause of {seconds:g} s is longer than the {LONGEST_PAUSE_S:g} s allowed")
    return seconds
