"""LJSpeech: `metadata.csv` of `id|text`, `id|raw|normalised` or `id|raw|normalised|speaker`, recordings in `wavs/`."""

from __future__ import annotations

from pathlib import Path

from glowvox.data.audio_files import AudioFiles, usual_folders
from glowvox.data.layouts.listing import Entry, Listing, Source, add, shorten
from glowvox.data.problem import Place, Problem
from glowvox.data.table import Line, read_lines, relative

NAMES = ("metadata.csv", "metadata.txt")
HEADER_IDS = {"id", "file", "filename", "file_name", "audio", "audio_file", "path", "wav", "name"}
HEADER_TEXTS = {"text", "transcript", "transcription", "raw", "sentence", "raw_text", "normalized", "normalised"}


def find(root: Path) -> Path | None:
    """The table of such a corpus."""
    return next((root / name for name in NAMES if (root / name).is_file()), None)


def read(source: Source) -> Listing:
    """Rows of the table; the normalised column is preferred, for it says what was read aloud."""
    table = source.table or find(source.root)
    assert table is not None
    listing = Listing()
    lines, problems = read_lines(table, source.root)
    listing.problems += problems
    files = AudioFiles([source.audio] if source.audio else usual_folders(source.root))
    name = relative(table, source.root)
    for number, line in enumerate(lines):
        if number == 0 and is_header(line.text.split("|")):
            note_header(listing, name, line)
            continue
        listing.rows += 1
        entry = _entry(listing, line, name, source)
        if entry is not None:
            add(listing, entry, files, source.root)
    return listing


def is_header(cells: list[str]) -> bool:
    """Whether a first row names columns instead of a recording."""
    plain = [cell.strip().casefold() for cell in cells]
    return len(plain) > 1 and plain[0] in HEADER_IDS and any(cell in HEADER_TEXTS for cell in plain[1:])


def note_header(listing: Listing, name: str, line: Line) -> None:
    """Report a header row that was passed over."""
    cause = f"'{shorten(line.text)}' names columns and was passed over"
    listing.problems.append(Problem("note", "header row", Place(name, line.row), cause, "nothing to do"))


def _entry(listing: Listing, line: Line, name: str, source: Source) -> Entry | None:
    cells = line.text.split("|")
    place = Place(name, line.row)
    if not 2 <= len(cells) <= 4:
        cause = f"{len(cells)} column{'s' * (len(cells) != 1)} in '{shorten(line.text)}'"
        remedy = "write id|text, id|raw|normalised or id|raw|normalised|speaker; a text may hold no '|'"
        listing.error("columns", place, cause, remedy)
        return None
    raw, normalised = cells[1], cells[2] if len(cells) > 2 else ""
    speaker = cells[3].strip() if len(cells) == 4 else ""
    return Entry(place, cells[0], normalised if normalised.strip() else raw, speaker or source.speaker, source.language)
