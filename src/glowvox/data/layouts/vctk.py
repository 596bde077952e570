"""VCTK: `txt/p225/p225_001.txt` and `wav48…/p225/p225_001….flac`, one folder a speaker."""

from __future__ import annotations

from pathlib import Path

from glowvox.data.audio_files import AudioFiles
from glowvox.data.layouts.listing import Entry, Listing, Source
from glowvox.data.problem import Place
from glowvox.data.table import relative

MICROPHONES = ("", "_mic1", "_mic2")  # release 0.92 has two of each take; the first is the closer one


def find(root: Path) -> Path | None:
    """The folder of the texts."""
    texts = root / "txt"
    return texts if _audio_folders(root) and any(texts.glob("*/*.txt")) else None


def read(source: Source) -> Listing:
    """One utterance a text file."""
    listing = Listing()
    files = AudioFiles([source.audio] if source.audio else _audio_folders(source.root))
    for path in sorted((source.root / "txt").glob("*/*.txt")):
        speaker, key = path.parent.name, path.stem
        names = [f"{speaker}/{key}{microphone}" for microphone in MICROPHONES]
        name = next((name for name in names if files.find(name)), f"{speaker}/{key}")
        text = listing.clip_text(path, source.root, key)
        if text is not None:
            place = Place(relative(path, source.root))
            listing.add(Entry(place, name, text, speaker, source.language, id=key), files, source)
    return listing


def _audio_folders(root: Path) -> list[Path]:
    return sorted(path for path in root.glob("wav*") if path.is_dir())
