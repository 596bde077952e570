"""Piper: `metadata.csv` of `file|text` or `file|speaker|text`, recordings in `wav/` or `wavs/`."""

from __future__ import annotations

from pathlib import Path

from glowvox.data.audio_files import AudioFiles, usual_folders
from glowvox.data.layouts import ljspeech
from glowvox.data.layouts.listing import Listing, Source
from glowvox.data.layouts.pipe import Row, names_files, peek, read_table, speaker_column

COLUMNS = "file|text or file|speaker|text"


def find(root: Path) -> Path | None:
    """The table, where its columns are Piper's and not LJSpeech's."""
    table = ljspeech.find(root)
    return table if table is not None and matches(table) else None


def matches(table: Path) -> bool:
    """Whether the second of three columns names speakers, or the first of two names files."""
    if table.suffix.lower() != ".csv":
        return False
    rows = peek(table)
    if any(len(row) == 3 for row in rows):
        return speaker_column(rows) == 1
    return names_files(rows)


def read(source: Source) -> Listing:
    """Rows of the table."""
    listing = Listing()
    table = source.table or ljspeech.find(source.root)
    if table is not None:
        files = AudioFiles([source.audio] if source.audio else usual_folders(source.root))
        read_table(listing, source, table, files, _parse, COLUMNS)
    return listing


def _parse(cells: list[str]) -> Row | None:
    if len(cells) == 2:
        return cells[0], cells[1], ""
    return (cells[0], cells[2], cells[1]) if len(cells) == 3 else None
