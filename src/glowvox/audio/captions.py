"""What is said when, as subtitles (SubRip and WebVTT) and as a table of times."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from glowvox.audio.timing import Timed

LINE = 42  # characters of a line, two of which make a subtitle
LONGEST_S = 7.0
PAUSE_S = 0.6  # of silence after which a new subtitle begins
BREATH_S = 0.08  # of silence behind a full stop that ends a sentence, not an abbreviation
LINGER_S = 0.3  # that a subtitle stays after its last word, where nothing follows at once

_PAUSE = re.compile(r"\[pause:[^\[\]]*\]")
_PRONOUNCED = re.compile(r"\[([^\[\]]*)\]\(/[^/]*/\)")
_SENTENCE_END = re.compile(r"[.?!…。！？]|\n\s*\n")
_CLAUSE_END = re.compile(r"[,;:–—]")
_PUNCTUATION = re.compile(r"[^\w\s\[{]*")


@dataclass(frozen=True)
class Cue:
    """One subtitle: what is written from `start_s` to `end_s` (s)."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class _Unit:
    """What stands in one place of the text, however many words it is spoken as ("$3.50"), and what follows it."""

    start: int
    end: int
    start_s: float
    end_s: float
    gap: str


def cues(text: str, words: Sequence[Timed]) -> list[Cue]:
    """Subtitles of two lines at most, broken where sentences end, at pauses, and at commas where they grow long.

    text   as it was given
    words  spoken in it, in order
    """
    groups = list(_groups(text, list(_units(text, words))))
    made = []
    for index, group in enumerate(groups):
        following = groups[index + 1][0].start_s if index + 1 < len(groups) else float("inf")
        end_s = max(group[-1].end_s, min(group[-1].end_s + LINGER_S, following))
        made.append(Cue(_written(text, group), group[0].start_s, end_s))
    return [cue for cue in made if cue.text]


def srt(text: str, words: Sequence[Timed]) -> str:
    """A SubRip file (.srt)."""
    blocks = [
        f"{number}\n{_clock(cue.start_s, ',')} --> {_clock(cue.end_s, ',')}\n{_wrapped(cue.text)}\n"
        for number, cue in enumerate(cues(text, words), start=1)
    ]
    return "\n".join(blocks)


def vtt(text: str, words: Sequence[Timed]) -> str:
    """A WebVTT file (.vtt)."""
    blocks = ["WEBVTT\n"]
    for cue in cues(text, words):
        safe = _wrapped(cue.text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_clock(cue.start_s, '.')} --> {_clock(cue.end_s, '.')}\n{safe}\n")
    return "\n".join(blocks)


def times(timed: Sequence[Timed]) -> list[dict[str, object]]:
    """Words or phonemes as plain values: text, start and end in seconds, span in the text."""
    return [
        {"text": t.text, "start": round(t.start_s, 4), "end": round(t.end_s, 4), "span": list(t.span)} for t in timed
    ]


def _units(text: str, words: Sequence[Timed]) -> Iterator[_Unit]:
    places: list[list[float]] = []
    for word in words:
        start, end = word.span
        if places and start < places[-1][1]:
            places[-1][1] = max(places[-1][1], end)
            places[-1][3] = max(places[-1][3], word.end_s)
        else:
            places.append([start, end, word.start_s, word.end_s])
    for index, (first, last, start_s, end_s) in enumerate(places):
        following = int(places[index + 1][0]) if index + 1 < len(places) else len(text)
        yield _Unit(int(first), int(last), start_s, end_s, text[int(last) : following])


def _groups(text: str, units: Sequence[_Unit]) -> Iterator[list[_Unit]]:
    group: list[_Unit] = []
    for unit in units:
        if group and (_ends(group[-1], unit) or not _fits(text, [*group, unit])):
            whole = _ends(group[-1], unit)
            at = len(group) if whole else _clause(group)
            yield group[:at]
            group = group[at:]
        group.append(unit)
    if group:
        yield group


def _ends(unit: _Unit, following: _Unit) -> bool:
    """Whether a sentence or a pause lies between two."""
    said = _PAUSE.sub("", unit.gap)
    silence_s = following.start_s - unit.end_s
    return silence_s >= PAUSE_S or (silence_s >= BREATH_S and bool(_SENTENCE_END.search(said)))


def _fits(text: str, group: Sequence[_Unit]) -> bool:
    written = _written(text, group)
    lines = textwrap.wrap(written, LINE, break_long_words=False)
    return len(lines) <= 2 and group[-1].end_s - group[0].start_s <= LONGEST_S


def _clause(group: Sequence[_Unit]) -> int:
    """Where to break a group that is full: behind the last comma of its second half, else at its end."""
    for at in range(len(group), len(group) // 2, -1):
        if _CLAUSE_END.search(group[at - 1].gap):
            return at
    return len(group)


def _written(text: str, group: Sequence[_Unit]) -> str:
    """The characters of a group, with the marks behind it and without what only tells how to speak."""
    last = group[-1]
    marks = _PUNCTUATION.match(last.gap)
    stretch = text[group[0].start : last.end] + (marks[0] if marks else "")
    before = re.search(r"[\"'“‘(«¿¡]+$", text[: group[0].start])
    stretch = (before[0] if before else "") + stretch
    return " ".join(_PRONOUNCED.sub(r"\1", _PAUSE.sub(" ", stretch)).split())


def _wrapped(text: str) -> str:
    """Two lines of like length where one is not enough."""
    if len(text) <= LINE:
        return text
    return "\n".join(textwrap.wrap(text, max(LINE, len(text) // 2 + 1), break_long_words=False))


def _clock(seconds: float, point: str) -> str:
    milliseconds = round(max(0.0, seconds) * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}{point}{milliseconds % 1000:03}"
