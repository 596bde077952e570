"""Verdicts and reports as lines a person reads."""

from __future__ import annotations

from collections.abc import Iterator

from glowvox.data.check import Verdict
from glowvox.data.prepare import PrepareReport
from glowvox.data.problem import Problem, counted
from glowvox.data.splits import SPLITS

COLUMN_WIDTH = 100  # no wrapping below it


def verdict_lines(verdict: Verdict, rows: int) -> Iterator[str]:
    """The corpus in figures, what is wrong with it by rank, and the verdict last.

    rows  shown of each kind of problem
    """
    for name, layout in verdict.layouts.items():
        yield f"{name}: {layout} layout"
    speakers = [f"{name} ({share.clips:,}, {share.minutes:.1f} min)" for name, share in verdict.speakers.items()]
    yield from _wrapped("clips by speaker: ", speakers or ["none"])
    made = "the corpus's own lists" if verdict.own_splits else "seeded split, for there are no lists"
    yield "splits: " + ", ".join(f"{split} {verdict.splits[split]}" for split in SPLITS) + f" ({made})"
    for number, group in enumerate(verdict.groups(), start=1):
        yield ""
        yield from _group_lines(number, group, rows)
    yield ""
    yield verdict.words


def prepare_lines(report: PrepareReport, rows: int) -> Iterator[str]:
    """What was prepared, what was left out and why.

    rows  shown of each reason
    """
    reused = f", {report.reused:,} of them found done" if report.reused else ""
    yield f"{report.folder}: {counted(report.clips, 'clip')} ready{reused}"
    summary = report.summary
    if summary is None:
        yield "part of a whole: run the same command without --shard once all parts are done"
    else:
        share = (f"{split} {summary.clips[split]:,} ({summary.minutes[split]:.1f} min)" for split in SPLITS)
        yield "splits: " + ", ".join(share)
        yield f"speakers: {', '.join(summary.speakers)}; {summary.symbols} symbols"
        if summary.cut_frames:
            cut, clips = counted(summary.cut_frames, "frame"), counted(summary.cut_clips, "clip")
            yield f"cut to a multiple the model can take: {cut} of {clips}"
    for kind in dict.fromkeys(entry.kind for entry in report.left_out):
        group = [entry for entry in report.left_out if entry.kind == kind]
        yield f"left out, {kind}: {len(group):,}"
        for entry in group[:rows]:
            yield f"  {entry.place} '{entry.id}': {entry.reason}"
        if len(group) > rows:
            yield f"  … and {len(group) - rows:,} more in {report.folder / 'left_out.jsonl'}"


def _group_lines(number: int, group: list[Problem], rows: int) -> Iterator[str]:
    first = group[0]
    severity = "error" if first.severity == "fatal" else first.severity
    yield f"{number}. {severity}: {first.kind}" + (f" ({len(group):,})" if len(group) > 1 else "")
    for problem in group[:rows]:
        column = f", column {problem.column}" if problem.column else ""
        yield f"   {problem.place}{column}: {problem.cause}"
        if problem.remedy != group[min(rows, len(group)) - 1].remedy:
            yield f"     → {problem.remedy}"
    yield f"     → {group[min(rows, len(group)) - 1].remedy}"
    if len(group) > rows:
        yield f"   … and {len(group) - rows:,} more (--rows, --json)"


def _wrapped(start: str, parts: list[str]) -> Iterator[str]:
    line = start
    for place, part in enumerate(parts):
        piece = part + ("; " if place + 1 < len(parts) else "")
        if len(line) + len(piece) > COLUMN_WIDTH and line.strip():
            yield line.rstrip()
            line = " " * len(start)
        line += piece
    yield line
