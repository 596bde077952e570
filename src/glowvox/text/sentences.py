"""Text to sentences, at once or as it arrives; the same sentences however the text is cut into chunks.

A boundary is decided from the end of one sentence and the first word of the next. While that word is still incomplete
the answer is "not yet", so no decision is ever taken back.
"""

from __future__ import annotations

import re
from enum import Enum

from glowvox.text.normal.full_stops import BEGINNERS
from glowvox.text.normal.reading import listed
from glowvox.text.records import Span

_ALONE = "。！？｡．؟۔।॥።"  # ends a sentence with no space behind it
_STOPS = ".?!…‽⁇⁈⁉‼"
_CLOSERS = "\"'”’»›)]}）］｝」』】〉》〕"
_OPENERS = "\"'“‘„«‹([{（［｛「『【〈《〔¿¡*_-–—•"
_CANDIDATE = re.compile(rf"[{re.escape(_STOPS + _ALONE)}]|\n")
_TAIL = re.compile(rf"[{re.escape(_STOPS + _ALONE + _CLOSERS)}]{{1,200}}+")
_GAP = re.compile(rf"\s++[{re.escape(_OPENERS)}\s]*+")
_WORD = re.compile(r"[\w'’]*")
_BREAK = re.compile(r"[^\S\n]*\n[^\S\n]*(?:\n|[-*•–]\s|\d{1,3}[.)]\s|#{1,6}\s)")  # empty line, or item of a list
_BREAK_LENGTH = 7  # of the longest mark of an item
_ASKING = frozenset("?!‽⁇⁈⁉‼")
_LOOK_AHEAD = 200  # characters behind a mark that can have a say
_LOOK_BACK = 40

# Never the last word of a sentence.
_TITLES = frozenset(
    listed(
        "mr mrs ms mx messrs mme mlle dr drs prof rev fr hon gov sen rep pres gen col maj capt cpt cmdr lt lieut"
        " sgt cpl pvt adm supt msgr mt vs viz cf ca approx e.g i.e a.k.a eg ie incl excl esp tel ext resp"
    )
)
# The last word where the next begins like a sentence; otherwise not.
_EITHER = frozenset(
    listed(
        "etc al st ft inc ltd co corp bros jr sr esq ave blvd rd dept univ assn p.m a.m ph.d m.d b.a m.a d.c u.s"
        " u.k u.n u.s.a b.c a.d b.c.e c.e l.a n.y u.s.s.r min max sec hr hrs in oz lb lbs km kg cm mm yd mi est"
        " intl calif mass penn conn jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur"
        " thurs fri sat sun vols nos pp figs"
    )
)
# Not the last word where a number follows.
_NUMBERED = frozenset(
    listed(
        "no nos p pp vol vols ch chap sec sect fig figs eq art pt par app apt ste op ed ver v c jan feb mar apr"
        " jun jul aug sep sept oct nov dec"
    )
)
_LETTER_NAMED = re.compile(
    r"\b(?:plan|vitamin|grade|class|group|type|part|section|option|hepatitis|team|model|series|schedule|exhibit|point"
    r"|appendix|figure|table|step|letter|and|or|u\.s)\s$",
    re.IGNORECASE,
)


class _Verdict(Enum):
    ENDS = "ends"
    GOES_ON = "goes on"
    NOT_YET = "not yet"  # more text is needed to tell


def split_sentences(text: str) -> list[Span]:
    """Spans of the sentences of a text, in order; together they hold every character that is no white space."""
    spans: list[Span] = []
    start = place = 0
    while True:
        end, place = _next_end(text, start, place, final=True)
        if end is None:
            break
        spans += _trimmed(text, start, end)
        start = place = end
    return spans + _trimmed(text, start, len(text))


class SentenceSplitter:
    """Sentences of a text that arrives in chunks.

    `feed` gives the sentences that are certainly complete, `flush` the rest. All spans count from the first character
    ever fed; together they equal `split_sentences` of the whole.
    """

    def __init__(self) -> None:
        self._text = ""
        self._offset = 0  # of self._text in all that was fed
        self._place = 0  # how far self._text has been searched

    def feed(self, chunk: str) -> list[tuple[str, Span]]:
        """Takes more text; gives the sentences it completes, each with its span."""
        self._text += chunk
        return self._finished(final=False)

    def flush(self) -> list[tuple[str, Span]]:
        """Gives what is left; the splitter then begins a new text."""
        found = self._finished(final=True)
        found += [self._placed(span) for span in _trimmed(self._text, 0, len(self._text))]
        self._text, self._offset, self._place = "", 0, 0
        return found

    def _finished(self, *, final: bool) -> list[tuple[str, Span]]:
        found: list[tuple[str, Span]] = []
        start = 0
        while True:
            end, self._place = _next_end(self._text, start, max(start, self._place), final=final)
            if end is None:
                break
            found += [self._placed(span) for span in _trimmed(self._text, start, end)]
            start = self._place = end
        self._text = self._text[start:]
        self._offset += start
        self._place -= start
        return found

    def _placed(self, span: Span) -> tuple[str, Span]:
        start, end = span
        return self._text[start:end], (self._offset + start, self._offset + end)


def _trimmed(text: str, start: int, end: int) -> list[Span]:
    piece = text[start:end]
    inner = piece.strip()
    if not inner:
        return []
    lead = start + len(piece) - len(piece.lstrip())
    return [(lead, lead + len(inner))]


def _next_end(text: str, start: int, place: int, *, final: bool) -> tuple[int | None, int]:
    """End of the sentence that begins at `start`, looked for from `place` on, and where to look next.

    Without `final` the end is None also where more text might change the answer; the search then resumes there.
    """
    while candidate := _CANDIDATE.search(text, place):
        verdict, end = _judge(text, start, candidate.start(), final=final)
        if verdict is _Verdict.ENDS:
            return end, end
        if verdict is _Verdict.NOT_YET:
            return None, candidate.start()
        place = max(end, candidate.end())
    return None, len(text)


def _judge(text: str, start: int, stop: int, *, final: bool) -> tuple[_Verdict, int]:
    """Whether a sentence ends with the mark at `stop`, and where the mark and what closes behind it end."""
    if text[stop] == "\n":
        return _judge_line(text, stop, final=final), stop + 1
    tail = _TAIL.match(text, stop)
    end = tail.end() if tail else stop + 1
    if end == len(text):
        return (_Verdict.ENDS if final else _Verdict.NOT_YET), end
    marks = text[stop:end]
    if any(mark in _ALONE for mark in marks):
        return _Verdict.ENDS, end
    if not text[end].isspace():
        return _Verdict.GOES_ON, end
    window = text[end : end + _LOOK_AHEAD]
    known = final or len(window) == _LOOK_AHEAD
    if _BREAK.match(window):
        return _Verdict.ENDS, end
    gap = _GAP.match(window)
    rest = window[gap.end() :] if gap else window
    if not rest or "\n" in window and len(window.lstrip()) < _BREAK_LENGTH:
        if not known:
            return _Verdict.NOT_YET, end
        if not rest:
            return _Verdict.ENDS, end
    return _judge_mark(text, start, stop, marks, rest, known=known), end


def _judge_line(text: str, stop: int, *, final: bool) -> _Verdict:
    """A line's end ends a sentence at an empty line and before an item of a list."""
    window = text[stop : stop + _LOOK_AHEAD]
    if _BREAK.match(window):
        return _Verdict.ENDS
    known = final or len(window) == _LOOK_AHEAD or len(window.lstrip()) >= _BREAK_LENGTH
    return _Verdict.GOES_ON if known else _Verdict.NOT_YET


def _judge_mark(text: str, start: int, stop: int, marks: str, rest: str, *, known: bool) -> _Verdict:
    """The marks at `stop`, with `rest` behind them after white space and opening quotes and brackets."""
    first = rest[0]
    if first in _STOPS + _ALONE + _CLOSERS + ",;:":
        return _Verdict.GOES_ON
    asking = bool(set(marks) & _ASKING)
    if first.islower() and (not asking or set(marks) & set(_CLOSERS)):
        return _Verdict.GOES_ON
    if asking:
        return _Verdict.ENDS
    match = _WORD.match(rest)
    word = match[0] if match else ""
    complete = known or len(word) < len(rest)
    if "…" in marks or ".." in marks:
        if word[:1] == "I":
            return _Verdict.NOT_YET if not complete else _i_goes_on(word)
        return _Verdict.ENDS
    return _judge_stop(text, start, stop, rest[: len(word) + 1], complete=complete)


def _i_goes_on(word: str) -> _Verdict:
    """After an ellipsis the pronoun is no sign of a new sentence."""
    return _Verdict.GOES_ON if re.fullmatch(r"I(?:['’]\w*)?", word) else _Verdict.ENDS


def _judge_stop(text: str, start: int, stop: int, following: str, *, complete: bool) -> _Verdict:
    """A single full stop before a word (with the character behind it) that begins with no small letter."""
    last = re.search(r"[^\s\"'“‘(\[{]*$", text[max(start, stop - _LOOK_BACK) : stop])
    previous = last[0].lower() if last else ""
    place = stop - len(previous)
    if previous in _TITLES or (previous in _NUMBERED and not following[0].isalpha()):
        return _Verdict.GOES_ON
    if previous.isdigit() and place - start < _LOOK_BACK and not text[start:place].strip():
        return _Verdict.GOES_ON  # "1. First item"
    initial = re.fullmatch(r"(?:[^\W\d_]\.)*[^\W\d_]", previous) is not None
    if not initial and previous not in _EITHER:
        return _Verdict.ENDS
    if len(previous) == 1 and _LETTER_NAMED.search(text[max(start, place - _LOOK_BACK) : place]):
        return _Verdict.ENDS
    if not complete:
        return _Verdict.NOT_YET
    return _Verdict.ENDS if _begins(previous, following) else _Verdict.GOES_ON


def _begins(previous: str, following: str) -> bool:
    """Whether the word begins a sentence, given that a short form or an initial stands before it."""
    word = following.rstrip(".,;:!?)\"' \n").lower()
    if previous in {"etc", "al"}:
        return not word[:1].isdigit()
    if len(previous) == 1 and len(word) == 1:
        return previous == "i" and not following.endswith(".")
    return word in BEGINNERS or previous == "i"
