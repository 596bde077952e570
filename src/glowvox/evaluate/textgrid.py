"""Praat's TextGrid: written in the long text format, read in the long or the short one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from glowvox.errors import InputError
from glowvox.evaluate.tiers import Alignment, Interval, Tier

# Praat reads free-standing numbers, quoted strings and flags, and takes everything else for comment.
_TOKEN = re.compile(r'"(?P<text>(?:[^"]|"")*)"|(?<!\S)(?P<number>-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)(?!\S)|<exists>')


def dump_textgrid(alignment: Alignment) -> str:
    """The text of a TextGrid with one interval tier for each tier; gaps become intervals without a label."""
    end = max([alignment.seconds, *(i.end_s for tier in alignment.tiers for i in tier.intervals)])
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {_number(end)}"]
    lines += ["tiers? <exists>", f"size = {len(alignment.tiers)}", "item []:"]
    for number, tier in enumerate(alignment.tiers, start=1):
        intervals = list(_without_gaps(tier.intervals, end))
        lines += [f"    item [{number}]:", '        class = "IntervalTier"', f"        name = {_quoted(tier.name)}"]
        lines += ["        xmin = 0", f"        xmax = {_number(end)}", f"        intervals: size = {len(intervals)}"]
        for index, interval in enumerate(intervals, start=1):
            lines += [
                f"        intervals [{index}]:",
                f"            xmin = {_number(interval.start_s)}",
                f"            xmax = {_number(interval.end_s)}",
                f"            text = {_quoted(interval.label)}",
            ]
    return "\n".join(lines) + "\n"


def parse_textgrid(text: str, *, id: str, where: str) -> Alignment:
    """The interval tiers of a TextGrid, without intervals that have no label; point tiers are passed over.

    raises  InputError, opened by `where`, for what is not a TextGrid
    """
    tokens = _tokens(text)
    try:
        _text(next(tokens))  # ooTextFile
        if _text(next(tokens)) != "TextGrid":
            raise InputError(f"{where}: not a TextGrid")
        next(tokens)  # start of the recording
        seconds = _seconds(next(tokens))
        next(tokens)  # <exists>
        tiers = [_tier(tokens) for _ in range(int(_seconds(next(tokens))))]
    except (StopIteration, ValueError):
        raise InputError(f"{where}: not a TextGrid, or cut short") from None
    alignment = Alignment(id, seconds, tuple(tier for tier in tiers if tier is not None))
    alignment.check(where)
    return alignment


def _tier(tokens: Iterator[re.Match[str]]) -> Tier | None:
    kind, name = _text(next(tokens)), _text(next(tokens))
    next(tokens), next(tokens)  # the tier's own start and end
    size = int(_seconds(next(tokens)))
    if kind != "IntervalTier":
        for _ in range(size):
            next(tokens), next(tokens)
        return None
    intervals = [Interval(_seconds(next(tokens)), _seconds(next(tokens)), _text(next(tokens))) for _ in range(size)]
    return Tier(name, tuple(interval for interval in intervals if interval.label))


def _tokens(text: str) -> Iterator[re.Match[str]]:
    return _TOKEN.finditer(text)


def _text(token: re.Match[str]) -> str:
    if token["text"] is None:
        raise ValueError
    return token["text"].replace('""', '"')


def _seconds(token: re.Match[str]) -> float:
    return float(token["number"] if token["number"] is not None else "not a number")


def _without_gaps(intervals: tuple[Interval, ...], end: float) -> Iterator[Interval]:
    at = 0.0
    for interval in intervals:
        if interval.start_s > at:
            yield Interval(at, interval.start_s, "")
        if interval.end_s > interval.start_s:  # Praat has no empty intervals
            yield interval
        at = max(at, interval.end_s)
    if at < end or not intervals:
        yield Interval(at, end, "")


def _number(seconds: float) -> str:
    return f"{seconds:.6f}".rstrip("0").rstrip(".")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
