"""A folder of recordings with a text file of the same name beside each; folders inside it are speakers."""

from __future__ import annotations

import os
from pathlib import Path

from glowvox.data.audio_files import EXTENSIONS, AudioFiles, stem
from glowvox.data.layouts.listing import Entry, Listing, Source
from glowvox.data.problem import Place, Problem, shorten
from glowvox.data.table import relative

TEXT_ENDINGS = (".txt", ".lab")


def find(root: Path) -> Path | None:
    """The first recording with a text beside it."""
    for parent, folders, names in os.walk(root):
        folders.sort()
        here = set(names)
        for name in sorted(names):
            if name.lower().endswith(EXTENSIONS) and any(stem(name) + ending in here for ending in TEXT_ENDINGS):
                return Path(parent) / name
    return None


def read(source: Source) -> Listing:
    """One utterance a recording; recordings without a text are reported."""
    listing = Listing()
    root = source.audio or source.root
    files = AudioFiles([root])
    for path in files.paths():
        name = stem(relative(path, root))
        text = next((p for ending in TEXT_ENDINGS if (p := path.with_name(stem(path.name) + ending)).is_file()), None)
        place = Place(relative(path, source.root))
        if text is None:
            cause = f"'{shorten(path.name)}' has no text file beside it"
            remedy = f"write what is said into {stem(path.name)}.txt, or take the recording out"
            listing.refuse(Problem("error", "missing text", place, cause, remedy, id=name))
            continue
        words = listing.clip_text(text, source.root, name)
        if words is not None:
            speaker = path.parent.name if path.parent != root else source.speaker
            place = Place(relative(text, source.root))
            listing.add(Entry(place, name, words, speaker, source.language, id=name), files, source)
    return listing
