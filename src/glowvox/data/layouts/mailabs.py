"""M-AILABS: LJSpeech tables in nested folders, `en_US/by_book/female/SPEAKER/BOOK/metadata.csv` beside `wavs/`."""

from __future__ import annotations

import re
from pathlib import Path

from glowvox.data.audio_files import AudioFiles, usual_folders
from glowvox.data.layouts import ljspeech
from glowvox.data.layouts.listing import Listing, Source
from glowvox.data.layouts.pipe import read_table

DEEPEST = 5


def find(root: Path) -> Path | None:
    """The first nested table."""
    return next(iter(_tables(root)), None)


def read(source: Source) -> Listing:
    """Rows of all tables; the folder above a book names its speaker, a folder as `de_DE` the language."""
    listing = Listing()
    for table in _tables(source.root):
        book = table.parent
        above = book.relative_to(source.root).parts[:-1]
        speaker = above[-1] if above else book.name
        tag = next((part for part in (source.root.name, *above) if re.fullmatch(r"[a-z]{2}_[A-Z]{2}", part)), None)
        part = Source(source.root, table, source.audio, speaker, tag[:2] if tag else source.language)
        files = AudioFiles([source.audio] if source.audio else usual_folders(book))
        read_table(listing, part, table, files, ljspeech.parse, ljspeech.COLUMNS)
    return listing


def _tables(root: Path) -> list[Path]:
    patterns = ("/".join(["*"] * depth + ["metadata.csv"]) for depth in range(1, DEEPEST + 1))
    found = sorted(path for pattern in patterns for path in root.glob(pattern))
    return [path for path in found if any((path.parent / name).is_dir() for name in ("wavs", "wav"))]
