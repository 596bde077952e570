"""LJSpeech: `metadata.csv` of `id|text`, `id|raw|normalised` or `id|raw|normalised|speaker`, recordings in `wavs/`."""

from __future__ import annotations

from pathlib import Path

from glowvox.data.audio_files import AudioFiles, usual_folders
from glowvox.data.layouts.listing import Listing, Source
from glowvox.data.layouts.pipe import Row, read_table

NAMES = ("metadata.csv", "metadata.txt")
COLUMNS = "id|text, id|raw|normalised or id|raw|normalised|speaker"


def find(root: Path) -> Path | None:
    """The table of such a corpus."""
    return next((root / name for name in NAMES if (root / name).is_file()), None)


def matches(table: Path) -> bool:
    """Whether a table given by name may be one: anything that is not tab-separated, good or bad."""
    return table.suffix.lower() in (".csv", ".txt")


def read(source: Source) -> Listing:
    """Rows of the table."""
    listing = Listing()
    table = source.table or find(source.root)
    if table is not None:
        files = AudioFiles([source.audio] if source.audio else usual_folders(source.root))
        read_table(listing, source, table, files, parse, COLUMNS)
    return listing


def parse(cells: list[str]) -> Row | None:
    """The normalised text is preferred to the raw one: it says what was read aloud."""
    if not 2 <= len(cells) <= 4:
        return None
    normalised = cells[2] if len(cells) > 2 else ""
    return cells[0], normalised if normalised.strip() else cells[1], cells[3] if len(cells) == 4 else ""
