"""Common Voice: TSV tables with a header (`client_id`, `path`, `sentence`, `locale`), recordings in `clips/`."""

from __future__ import annotations

from pathlib import Path

from glowvox.data.audio_files import AudioFiles
from glowvox.data.layouts.listing import Entry, Listing, Source
from glowvox.data.problem import Place, Problem, shorten
from glowvox.data.table import read_lines, relative

SPLIT_TABLES = {"train.tsv": "train", "dev.tsv": "val", "test.tsv": "test"}
WHOLE = "validated.tsv"
SPEAKER_DIGITS = 12  # of the 128 of a client id: still unique, and readable


def find(root: Path) -> Path | None:
    """The first table of such a corpus."""
    return next((root / name for name in (*SPLIT_TABLES, WHOLE) if (root / name).is_file()), None)


def matches(table: Path) -> bool:
    """Whether the table has the columns `path` and `sentence`."""
    lines, _ = read_lines(table, table.parent)
    return bool(lines) and {"path", "sentence"} <= set(lines[0].text.split("\t"))


def read(source: Source) -> Listing:
    """Rows of the split tables, or of `validated.tsv` where there are none."""
    listing = Listing()
    clips = source.root / "clips"
    files = AudioFiles([source.audio or (clips if clips.is_dir() else source.root)])
    tables = [source.table] if source.table else [source.root / n for n in SPLIT_TABLES if (source.root / n).is_file()]
    for table in tables or [source.root / WHOLE]:
        _read_one(listing, source, table, files, SPLIT_TABLES.get(table.name) if len(tables) > 1 else None)
    return listing


def _read_one(listing: Listing, source: Source, table: Path, files: AudioFiles, split: str | None) -> None:
    name = relative(table, source.root)
    lines = listing.lines(table, source.root)
    if not lines:
        return
    head = lines[0].text.split("\t")
    absent = [column for column in ("path", "sentence") if column not in head]
    if absent:
        cause = f"the header '{shorten(lines[0].text)}' has no column '{absent[0]}'"
        remedy = "use a table as Common Voice ships it, tab-separated with its header"
        listing.problems.append(Problem("fatal", "header row", Place(name, lines[0].row), cause, remedy))
        return
    for line in lines[1:]:
        cells, place = line.text.split("\t"), Place(name, line.row)
        if not max(head.index("path"), head.index("sentence")) < len(cells) <= len(head):
            cause = f"{len(cells)} columns in '{shorten(line.text)}', the header has {len(head)}"
            listing.refuse(Problem("error", "columns", place, cause, "separate columns by one tab each"))
            continue
        row = dict(zip(head, cells, strict=False))
        speaker = row.get("client_id", "")[:SPEAKER_DIGITS]
        language = row.get("locale", "").split("-")[0] or source.language
        listing.add(Entry(place, row["path"], row["sentence"], speaker, language, split), files, source)
