"""LibriTTS and LibriTTS-R: `SUBSET/SPEAKER/CHAPTER/NAME.normalized.txt` beside `NAME.wav`."""

from __future__ import annotations

from pathlib import Path

from glowvox.data.audio_files import AudioFiles
from glowvox.data.layouts.listing import Entry, Listing, Source
from glowvox.data.problem import Place
from glowvox.data.table import relative

ENDING = ".normalized.txt"
SUBSETS = {"train": "train", "dev": "val", "test": "test"}  # how a subset's name begins


def find(root: Path) -> Path | None:
    """The first text, in a subset or above several."""
    return next((path for pattern in ("*/*/*", "*/*/*/*") for path in root.glob(pattern + ENDING)), None)


def read(source: Source) -> Listing:
    """One utterance a text file; several subsets side by side are splits."""
    listing = Listing()
    files = AudioFiles([source.audio or source.root])
    texts = sorted(source.root.rglob("*" + ENDING))
    subsets = {_subset(path, source.root) for path in texts}
    for path in texts:
        key = path.name.removesuffix(ENDING)
        text = listing.clip_text(path, source.root, key)
        if text is None:
            continue
        name = key if source.audio else f"{relative(path.parent, source.root)}/{key}"
        split = _subset(path, source.root) if len(subsets) > 1 else None
        speaker = path.parent.parent.name
        place = Place(relative(path, source.root))
        listing.add(Entry(place, name, text, speaker, source.language, split, key), files, source)
    return listing


def _subset(path: Path, root: Path) -> str | None:
    parts = path.relative_to(root).parts
    return next((SUBSETS[part.split("-")[0]] for part in parts[:-3] if part.split("-")[0] in SUBSETS), None)
