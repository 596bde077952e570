"""A report as text for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from glowvox.evaluate.bootstrap import Estimate
from glowvox.evaluate.boundaries import BoundaryScores
from glowvox.evaluate.report import Report
from glowvox.evaluate.scores import COLUMNS, INTERVALS, Column, Scores
from glowvox.evaluate.words import common_disagreements


def as_json(report: Report | dict[str, BoundaryScores]) -> str:
    """Everything in the record, clip by clip, as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(report), indent=1).decode() + "\n"


def as_text(report: Report, *, most: int = 10) -> str:
    """Tables of the totals, one for each kind of score, then differences and the commonest mishearings."""
    sections = []
    for group in dict.fromkeys(column.group for column in COLUMNS):
        columns = [c for c in COLUMNS if c.group == group and any(c.key in row.totals for row in report.rows)]
        if columns:
            body = [[row.name, str(len(row.clips)), *(_cell(row.totals, c) for c in columns)] for row in report.rows]
            sections.append(table([[group, "clips", *(c.heading for c in columns)], *body]))
    sections += [text for text in (_differences(report), _mishearings(report, most)) if text]
    notes = [f"note: {row.name}: {note}" for row in report.rows for note in row.notes]
    judged = [f"judged by {judge}" for judge in report.judges]
    sections.append("\n".join([*notes, *judged, f"one attempt a sentence, seed {report.seed}, variation as shipped"]))
    return "\n\n".join(sections) + "\n"


def boundaries_as_text(scores: dict[str, BoundaryScores]) -> str:
    """One row a speaker and one for all."""
    head = ["boundaries", "clips", "phones", "matched %", "extra", "median ms", "90 % ms", "mean ms", "bias ms"]
    rows = [[*head, "within 20 ms %", "within 50 ms %"]]
    for name, s in scores.items():
        milliseconds = (s.median_ms, s.p90_ms, s.mean_ms, s.bias_ms)
        cells = ["-" if value is None else f"{value:.1f}" for value in milliseconds]
        shares = [f"{100 * s.within_20:.1f}", f"{100 * s.within_50:.1f}"]
        rows.append([name, str(s.clips), str(s.phones), f"{100 * s.share_matched:.1f}", str(s.extra), *cells, *shares])
    meaning = (
        "boundaries are starts and ends of matched phones; error = ours - reference; the shares count every boundary\n"
        "of the reference, those of unmatched phones as missed"
    )
    return f"{table(rows)}\n\n{meaning}\n"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Columns two spaces apart, the first left-aligned, the others right-aligned, a rule under the head."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        numbers = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join([row[0].ljust(widths[0]), *numbers]).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _cell(values: dict[str, Estimate], column: Column, *, signed: bool = False) -> str:
    if column.key not in values:
        return "-"
    found = values[column.key]
    sign = "+" if signed else ""
    shown = [f"{column.scale * value:{sign}.{column.digits}f}" for value in (found.value, found.low, found.high)]
    interval = signed or column.key in INTERVALS
    return f"{shown[0]} [{shown[1]}, {shown[2]}]" if interval else shown[0]


def _differences(report: Report) -> str:
    columns = [c for c in COLUMNS if c.key in INTERVALS and any(c.key in d.values for d in report.differences)]
    if not columns:
        return ""
    rows = [[f"{d.name} - {d.minus}", *(_cell(d.values, c, signed=True) for c in columns)] for d in report.differences]
    return table([["difference, same clips", *(c.heading for c in columns)], *rows])


def _mishearings(report: Report, most: int) -> str:
    """Of the last row, for there stands what is being judged."""
    if not report.rows or most < 1:
        return ""
    row: Scores = report.rows[-1]
    name = next((n for clip in row.clips for n in clip.heard), None)
    if name is None:
        return ""
    found = common_disagreements(((clip.said, clip.heard[name].text) for clip in row.clips), most=most)
    lines = [f"  {count}x  '{said}' heard as '{heard}'" for said, heard, count in found]
    return "\n".join([f"commonest mishearings of {row.name} by {name}:", *lines]) if lines else ""
