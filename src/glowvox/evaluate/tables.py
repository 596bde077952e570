"""Alignments on disk: who says what from when to when, as TextGrid, JSON or a tab-separated table.

The table is that of published phone times, one row an interval: `id  index  phone  start  end` in seconds, with a
header whose third column names the tier it holds (`phone`, `word`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from glowvox.errors import InputError
from glowvox.evaluate.files import read_text
from glowvox.evaluate.textgrid import dump_textgrid, parse_textgrid
from glowvox.evaluate.tiers import Alignment, Interval, Tier
from glowvox.files import write_text

PHONES = "phones"
_COLUMNS = ("id", "index", "start", "end")


def write_textgrid(path: Path, alignment: Alignment) -> None:
    """One recording as a Praat TextGrid (long text format); what no interval covers becomes empty intervals."""
    write_text(path, dump_textgrid(alignment))


def write_json(path: Path, alignments: Iterable[Alignment]) -> None:
    """Any number of recordings: a list of {id, seconds, tiers: {name: [{start, end, label}]}}."""
    plain = [
        {
            "id": alignment.id,
            "seconds": alignment.seconds,
            "tiers": {
                tier.name: [{"start": i.start_s, "end": i.end_s, "label": i.label} for i in tier.intervals]
                for tier in alignment.tiers
            },
        }
        for alignment in alignments
    ]
    write_text(path, msgspec.json.format(msgspec.json.encode(plain), indent=1).decode() + "\n")


def write_table(path: Path, alignments: Iterable[Alignment], tier: str = PHONES) -> None:
    """One tier of any number of recordings as a tab-separated table, times to a tenth of a millisecond."""
    rows = [f"id\tindex\t{tier.removesuffix('s')}\tstart\tend"]
    for alignment in alignments:
        for index, interval in enumerate(alignment.tier(tier).intervals):
            label = interval.label
            if {"\t", "\n", "\r"} & set(label + alignment.id):
                raise InputError(f"{alignment.id}: label {label!r} holds a tab or line break: use JSON or TextGrid")
            rows.append(f"{alignment.id}\t{index}\t{label}\t{interval.start_s:.4f}\t{interval.end_s:.4f}")
    write_text(path, "\n".join(rows) + "\n")


def read_alignments(path: Path) -> list[Alignment]:
    """Alignments of a `.TextGrid`, a folder of them, a `.json` or, by any other name, a tab-separated table.

    raises  InputError with file and line: unreadable, another format, times that run backwards
    """
    if path.is_dir():
        grids = sorted(path.glob("*.TextGrid"))
        if not grids:
            raise InputError(f"{path}: a folder without a .TextGrid in it")
        return [alignment for grid in grids for alignment in read_alignments(grid)]
    text = read_text(path, what="alignment table")
    kind = path.suffix.lower()
    if kind == ".textgrid":
        return [parse_textgrid(text, id=path.stem, where=str(path))]
    return _from_json(text, str(path)) if kind == ".json" else _from_table(text, str(path))


class _JsonInterval(msgspec.Struct):
    start: float
    end: float
    label: str


class _JsonAlignment(msgspec.Struct):
    id: str
    seconds: float
    tiers: dict[str, list[_JsonInterval]]


def _from_json(text: str, where: str) -> list[Alignment]:
    try:
        found = msgspec.json.decode(text, type=list[_JsonAlignment])
    except msgspec.DecodeError as error:
        raise InputError(f"{where}: not an alignment file: {error}") from None
    alignments = []
    for item in found:
        tiers = tuple(
            Tier(name, tuple(Interval(i.start, i.end, i.label) for i in intervals))
            for name, intervals in item.tiers.items()
        )
        alignments.append(Alignment(item.id, item.seconds, tiers))
        alignments[-1].check(f"{where}: {item.id}")
    return alignments


def _from_table(text: str, where: str) -> list[Alignment]:
    lines = [line.rstrip("\r") for line in text.split("\n")]
    header = lines[0].split("\t")
    if len(header) != 5 or (*header[:2], *header[3:]) != _COLUMNS or not header[2]:
        raise InputError(
            f"{where}: line 1 is {lines[0][:60]!r}, expected columns id, index, phone, start, end with tabs between"
        )
    by_id: dict[str, list[Interval]] = {}
    for id, interval in _rows(lines[1:], where):
        by_id.setdefault(id, []).append(interval)
    name = f"{header[2]}s"
    alignments = []
    for id, intervals in by_id.items():
        alignments.append(Alignment(id, intervals[-1].end_s, (Tier(name, tuple(intervals)),)))
        alignments[-1].check(f"{where}: {id}")
    return alignments


def _rows(lines: list[str], where: str) -> Iterator[tuple[str, Interval]]:
    for number, line in enumerate(lines, start=2):
        if not line:
            continue
        cells = line.split("\t")
        if len(cells) != 5:
            raise InputError(f"{where}: line {number}: {len(cells)} columns, expected 5")
        try:
            yield cells[0], Interval(float(cells[3]), float(cells[4]), cells[2])
        except ValueError:
            raise InputError(
                f"{where}: line {number}: start {cells[3]!r} and end {cells[4]!r} must be numbers of seconds"
            ) from None
