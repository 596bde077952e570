"""Coqui: tables with a header, `audio_file|text|speaker_name|…`: `metadata.csv` or `metadata_train.csv`, `_eval`."""

from __future__ import annotations

from pathlib import Path

from glowvox.data.audio_files import AudioFiles
from glowvox.data.layouts.listing import Entry, Listing, Source
from glowvox.data.problem import Place, Problem, shorten
from glowvox.data.table import read_lines, relative

NAMES = {
    "metadata.csv": None,
    "metadata_train.csv": "train",
    "metadata_eval.csv": "val",
    "metadata_val.csv": "val",
    "metadata_test.csv": "test",
}


def find(root: Path) -> Path | None:
    """The first table with such a header."""
    return next(iter(_tables(root)), None)


def matches(table: Path) -> bool:
    """Whether the table's first row is such a header."""
    lines, _ = read_lines(table, table.parent)
    return bool(lines) and {"audio_file", "text"} <= set(_head(lines[0].text))


def read(source: Source) -> Listing:
    """Rows of all tables; each file is a split of its own unless it is the only one."""
    listing = Listing()
    files = AudioFiles([source.audio or source.root])
    tables = [source.table] if source.table else _tables(source.root)
    for table in tables:
        _read_one(listing, source, table, files, NAMES.get(table.name) if len(tables) > 1 else None)
    return listing


def _read_one(listing: Listing, source: Source, table: Path, files: AudioFiles, split: str | None) -> None:
    name = relative(table, source.root)
    lines = listing.lines(table, source.root)
    if not lines:
        return
    head = _head(lines[0].text)
    absent = [column for column in ("audio_file", "text") if column not in head]
    if absent:
        cause = f"the header '{shorten(lines[0].text)}' has no column '{absent[0]}'"
        remedy = "write audio_file|text|speaker_name as the first row"
        listing.problems.append(Problem("fatal", "header row", Place(name, lines[0].row), cause, remedy))
        return
    for line in lines[1:]:
        place, cells = Place(name, line.row), line.text.split("|")
        if len(cells) != len(head):
            cause = f"{len(cells)} columns in '{shorten(line.text)}', the header has {len(head)}"
            listing.refuse(Problem("error", "columns", place, cause, "a text may hold no '|'", id=cells[0] or None))
            continue
        row = dict(zip(head, cells, strict=True))
        speaker = row.get("speaker_name", "")
        listing.add(Entry(place, row["audio_file"], row["text"], speaker, source.language, split), files, source)


def _tables(root: Path) -> list[Path]:
    return [root / name for name in NAMES if (root / name).is_file() and matches(root / name)]


def _head(line: str) -> list[str]:
    return [cell.strip().casefold() for cell in line.split("|")]
