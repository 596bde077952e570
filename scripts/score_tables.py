"""Scores of a voice as Markdown: rows of a set, paired differences, and what was aimed at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from glowvox.evaluate.bootstrap import Estimate
from glowvox.evaluate.scores import Scores, compare_scores

COLUMNS = (  # key, heading, scale, digits, whether with its interval
    ("whisper.wer", "WER %", 100, 1, True),
    ("distillmos", "DistillMOS", 1, 2, True),
    ("dnsmos", "DNSMOS", 1, 2, True),
    ("f0_spread_st", "F0 spread, semitones", 1, 2, False),
    ("f0_spread_ratio", "of the recording's", 1, 2, False),
    ("words_per_s", "words a second", 1, 2, False),
)
COMPARED = COLUMNS[:3]
RECORDINGS, COPIES, PIPER = "recordings", "vocoder copies", "Piper"
NOT_OURS = (RECORDINGS, COPIES, PIPER, "Griffin-Lim copies")


class Table(NamedTuple):
    """The rows of one set."""

    name: str
    rows: list[Scores]

    def row(self, name: str) -> Scores | None:
        """A row by its name."""
        return next((row for row in self.rows if row.name == name), None)

    @property
    def ours(self) -> list[Scores]:
        """The speakers of the voice."""
        return [row for row in self.rows if row.name not in NOT_OURS]


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """A table whose first row is its head."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def scores_table(rows: Sequence[Scores]) -> str:
    """One row for each who speaks, one column for each score there is."""
    columns = [column for column in COLUMNS if any(column[0] in row.totals for row in rows)]
    body = [[row.name, *(_cell(row.totals.get(key), *how) for key, _, *how in columns)] for row in rows]
    return markdown([["", *(heading for _, heading, *_ in columns)], *body])


def differences_table(tables: Sequence[Table]) -> str:
    """Paired differences on the same texts: ours and vocoder copies from recordings, ours from Piper."""
    pairs = [(table.name, one, other) for table in tables for one, other in _pairs(table)]
    found = [compare_scores(one, other).values for _, one, other in pairs]
    columns = [column for column in COMPARED if any(column[0] in values for values in found)]
    if not columns:
        return "No two rows to compare."
    body = [
        [name, f"{one.name} − {other.name}", *(_cell(values.get(key), *how, signed=True) for key, _, *how in columns)]
        for (name, one, other), values in zip(pairs, found, strict=True)
    ]
    return markdown([["texts", "difference", *(heading for _, heading, *_ in columns)], *body])


def _pairs(table: Table) -> Iterator[tuple[Scores, Scores]]:
    recordings, piper = table.row(RECORDINGS), table.row(PIPER)
    for row in table.rows:
        if recordings is not None and row.name != RECORDINGS and row.name != PIPER:
            yield row, recordings
        if piper is not None and row in table.ours:
            yield row, piper


def targets_table(tables: Sequence[Table]) -> str:
    """What was aimed at, for each speaker on the sentences of its own recordings, and whether it is reached."""
    named = {table.name: table for table in tables}
    body: list[list[str]] = []
    for name, table in named.items():
        speaker = name.removesuffix("-en")
        recordings, copies = table.row(RECORDINGS), table.row(COPIES)
        row = table.row(speaker)
        if recordings is not None and copies is not None:
            lost = compare_scores(recordings, copies).values.get("distillmos")
            body += _aim(f"{name}: DistillMOS lost by the vocoder", "at most 0.25", lost, lambda e: e.value <= 0.25)
        if recordings is None or row is None:
            continue
        values, totals = compare_scores(row, recordings).values, row.totals
        beyond = values.get("whisper.wer")
        body += _aim(
            f"{speaker}: WER above recordings, points",
            "upper end at most 3",
            beyond,
            lambda e: e.high <= 0.03,
            scale=100,
            digits=1,
        )
        body += _aim(f"{speaker}: DistillMOS", "at least 4.15", totals.get("distillmos"), lambda e: e.value >= 4.15)
        body += _aim(f"{speaker}: DNSMOS", "at least 3.25", totals.get("dnsmos"), lambda e: e.value >= 3.25)
        spread = totals.get("f0_spread_ratio")
        body += _aim(f"{speaker}: F0 spread of the recordings'", "at least 0.85", spread, lambda e: e.value >= 0.85)
    for name in ("all plain texts", "varied"):
        body += _below_piper(named[name]) if name in named else []
    if not body:
        return "No speaker to hold against what was aimed at."
    return markdown([["", "aim", "found", "reached"], *body])


def _below_piper(table: Table) -> list[list[str]]:
    piper, body = table.row(PIPER), []
    for row in table.ours if piper is not None else []:
        assert piper is not None
        found = compare_scores(row, piper).values.get("whisper.wer")
        what = f"{row.name}: WER less Piper's, points, {table.name}"
        body += _aim(what, "below 0", found, lambda e: e.value < 0, scale=100, digits=1)
    return body


def _aim(
    what: str,
    wanted: str,
    found: Estimate | None,
    reached: Callable[[Estimate], bool],
    *,
    scale: float = 1,
    digits: int = 2,
) -> list[list[str]]:
    """A row, or none where it was not measured."""
    if found is None:
        return []
    return [[what, wanted, _cell(found, scale, digits, True), "yes" if reached(found) else "**no**"]]  # noqa: FBT003


def _cell(found: Estimate | None, scale: float, digits: int, interval: bool, *, signed: bool = False) -> str:  # noqa: FBT001
    if found is None:
        return ""
    sign = "+" if signed else ""
    value, low, high = (
        f"{scale * number:{sign}.{digits}f}".replace("-", "−") for number in (found.value, found.low, found.high)
    )
    return f"{value} [{low}, {high}]" if interval else value
