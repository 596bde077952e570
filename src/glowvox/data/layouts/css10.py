"""CSS10: `transcript.txt` of `path|text|normalised|seconds`, recordings beside it."""

from __future__ import annotations

from pathlib import Path

from glowvox.data.audio_files import AudioFiles
from glowvox.data.layouts.listing import Listing, Source
from glowvox.data.layouts.pipe import Row, names_files, peek, read_table


def find(root: Path) -> Path | None:
    """The transcript of such a corpus."""
    path = root / "transcript.txt"
    return path if path.is_file() and matches(path) else None


def matches(table: Path) -> bool:
    """Whether rows have four columns, the first a file and the last a number."""
    rows = peek(table)
    return names_files(rows) and all(len(row) == 4 and row[3].strip().replace(".", "", 1).isdigit() for row in rows)


def read(source: Source) -> Listing:
    """Rows of the transcript."""
    listing = Listing()
    table = source.table or source.root / "transcript.txt"
    read_table(
        listing, source, table, AudioFiles([source.audio or source.root]), _parse, "path|text|normalised|seconds"
    )
    return listing


def _parse(cells: list[str]) -> Row | None:
    return (cells[0], cells[2] if cells[2].strip() else cells[1], "") if len(cells) == 4 else None
