"""Tables of `|`-separated columns: what LJSpeech, Piper, Coqui, CSS10 and filelists share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from glowvox.data.audio_files import EXTENSIONS, AudioFiles
from glowvox.data.layouts.listing import Entry, Listing, Source, huge_text
from glowvox.data.problem import Place, Problem, shorten
from glowvox.data.table import LONGEST_TEXT, Line, read_lines, relative

Row = tuple[str, str, str]  # recording, text, speaker ("" where the table has none)
Parse = Callable[[list[str]], Row | None]

PEEK = 400  # rows that decide what the columns mean
ID_HEADS = {
    "id",
    "file",
    "filename",
    "file_name",
    "file_id",
    "audio",
    "audio_file",
    "audio_path",
    "path",
    "wav",
    "name",
}
TEXT_HEADS = {"text", "transcript", "transcription", "raw", "raw_text", "sentence", "normalized", "normalised"}


def read_table(listing: Listing, source: Source, table: Path, files: AudioFiles, parse: Parse, expected: str) -> None:
    """Add the rows of a table to a listing.

    parse     a row's columns as recording, text and speaker, or None where their number is wrong
    expected  the columns in words, for the message about such a row
    """
    name = relative(table, source.root)
    lines = listing.lines(table, source.root)
    if lines and not any("|" in line.text for line in lines):
        cause = f"no row has a '|', the first is '{shorten(lines[0].text)}'"
        listing.problems.append(Problem("fatal", "separator", Place(name), cause, f"write {expected}"))
        return
    for number, line in enumerate(lines):
        cells = line.text.split("|")
        if number == 0 and is_header(cells):
            _note_header(listing, name, line)
            continue
        place = Place(name, line.row)
        longest = max(cells, key=len)
        if len(longest) > LONGEST_TEXT:
            listing.refuse(huge_text(place, cells[0].strip(), longest))
            continue
        row = parse(cells)
        if row is None:
            cause = f"{len(cells)} column{'s' * (len(cells) != 1)} in '{shorten(line.text)}'"
            remedy = f"write {expected}; a text may hold no '|'"
            listing.refuse(Problem("error", "columns", place, cause, remedy, id=cells[0].strip() or None))
            continue
        listing.add(Entry(place, row[0], row[1], row[2], source.language), files, source)


def is_header(cells: list[str]) -> bool:
    """Whether a first row names columns instead of a recording."""
    plain = [cell.strip().casefold() for cell in cells]
    return len(plain) > 1 and plain[0] in ID_HEADS and any(cell in TEXT_HEADS for cell in plain[1:])


def peek(table: Path) -> list[list[str]]:
    """The first rows of a table, without a header, to tell what its columns mean."""
    lines, _ = read_lines(table, table.parent)
    rows = [line.text.split("|") for line in lines[:PEEK]]
    return rows[1:] if rows and is_header(rows[0]) else rows


def speaker_column(rows: list[list[str]]) -> int | None:
    """Which of the second and third columns names speakers, if one does: single words that recur beside a text."""
    triples = [row for row in rows if len(row) == 3]
    if not triples:
        return None
    for column, other in ((2, 1), (1, 2)):
        values = [row[column].strip() for row in triples]
        wordy = any(len(row[other].split()) > 1 for row in triples)
        recur = len(set(values)) * 2 <= len(values) or all(value.isdigit() for value in values)
        if wordy and recur and all(value and len(value.split()) == 1 for value in values):
            return column
    return None


def names_files(rows: list[list[str]]) -> bool:
    """Whether the first column has file names with an audio extension."""
    return bool(rows) and all(len(row) > 1 and row[0].strip().lower().endswith(EXTENSIONS) for row in rows)


def _note_header(listing: Listing, name: str, line: Line) -> None:
    cause = f"'{shorten(line.text)}' names columns and was passed over"
    listing.problems.append(Problem("note", "header row", Place(name, line.row), cause, "nothing to do"))
