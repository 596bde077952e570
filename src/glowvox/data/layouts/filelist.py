"""NVIDIA filelists: `path|text`, `path|text|speaker` or `path|speaker|text`, one file a split (`*train*.txt`, …)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from glowvox.data.audio_files import AudioFiles
from glowvox.data.layouts.listing import Listing, Source
from glowvox.data.layouts.pipe import Parse, Row, names_files, peek, read_table, speaker_column

COLUMNS = "path|text or path|text|speaker"
SPLIT_WORDS = {"train": ("train",), "val": ("val", "valid", "dev"), "test": ("test", "eval")}


def find(root: Path) -> Path | None:
    """The first list of such a corpus, in its folder or in `filelists/`."""
    return next(iter(_lists(root)), None)


def matches(table: Path) -> bool:
    """Whether the first column of every row is an audio file."""
    return names_files(peek(table))


def read(source: Source) -> Listing:
    """Rows of all lists; a list's name tells its split."""
    listing = Listing()
    files = AudioFiles([source.audio or source.root])
    tables = [source.table] if source.table else _lists(source.root)
    for table in tables:
        start = len(listing.utterances)
        read_table(listing, source, table, files, _parser(table), COLUMNS)
        split = _split(table) if len(tables) > 1 else None
        if split is not None:
            listing.splits.setdefault(split, []).extend(u.id for u in listing.utterances[start:])
    _shorten_ids(listing)
    return listing


def _lists(root: Path) -> list[Path]:
    found = [path for folder in (root, root / "filelists") for path in sorted(folder.glob("*.txt"))]
    return [path for path in found if _split(path) is not None and matches(path)]


def _split(path: Path) -> str | None:
    words = path.stem.lower().replace("-", "_").split("_")
    return next((split for split, names in SPLIT_WORDS.items() if any(name in words for name in names)), None)


def _parser(table: Path) -> Parse:
    text, speaker = (2, 1) if speaker_column(peek(table)) == 1 else (1, 2)

    def parse(cells: list[str]) -> Row | None:
        if len(cells) == 2:
            return cells[0], cells[1], ""
        return (cells[0], cells[text], cells[speaker]) if len(cells) == 3 else None

    return parse


def _shorten_ids(listing: Listing) -> None:
    """Drop the folders from ids where bare names are as unique as the paths."""
    paths = {utterance.id for utterance in listing.utterances}
    bare = {path: path.replace("\\", "/").rpartition("/")[2] for path in paths}
    if max(Counter(bare.values()).values(), default=0) > 1:
        return
    listing.utterances = [replace(u, id=bare[u.id]) for u in listing.utterances]
    listing.splits = {split: [bare[key] for key in ids] for split, ids in listing.splits.items()}
