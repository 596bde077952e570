"""Finding the recording an entry names: by path or bare name, with or without extension, never outside the corpus."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

EXTENSIONS = (".wav", ".flac", ".ogg", ".opus", ".mp3")  # in order of preference where one name has several
USUAL_FOLDERS = ("wavs", "wav", "audio", "clips", "flac", "mp3", "opus", "recordings")


class AudioFiles:
    """The recordings below one or more folders, by their name relative to each.

    Names compare in Unicode's composed form, since file systems and editors differ in how they write an accent.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self._paths: dict[str, Path] = {}
        self._by_base: dict[str, list[Path]] = {}
        found = [path for folder in self.folders for path in _recordings(folder)]
        for folder in self.folders:
            for path in found:
                if path.is_relative_to(folder):
                    name = _composed(path.relative_to(folder).as_posix())
                    self._paths.setdefault(name, path)
                    self._paths.setdefault(name.rpartition(".")[0], path)
        for path in dict.fromkeys(found):
            base = _composed(path.name)
            for key in {base, base.rpartition(".")[0]}:
                self._by_base.setdefault(key, []).append(path)

    def __len__(self) -> int:
        return len(self.paths())

    def paths(self) -> list[Path]:
        """All recordings, sorted."""
        return sorted({path for paths in self._by_base.values() for path in paths})

    def find(self, name: str) -> Path | None:
        """The recording of that relative path or, where no folder has it, the only one of that bare name."""
        composed = _composed(name.strip().replace("\\", "/")).removeprefix("./")
        if composed in self._paths:
            return self._paths[composed]
        same_base = self._by_base.get(composed.rpartition("/")[2], [])
        return same_base[0] if len(same_base) == 1 else None

    def near(self, name: str) -> str | None:
        """A recording whose name differs in nothing but letter case."""
        wanted = _composed(name).rpartition("/")[2].casefold()
        return next((key for key in self._by_base if key.casefold() == wanted), None)


def escapes(name: str) -> bool:
    """Whether a name leads out of the corpus: absolute, or climbing through `..`."""
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    return posix.is_absolute() or bool(windows.drive or windows.root) or ".." in windows.parts


def stem(name: str) -> str:
    """The name without a known audio extension; dots that belong to the name stay."""
    return name[: -len(Path(name).suffix)] if Path(name).suffix.lower() in EXTENSIONS else name


def usual_folders(root: Path) -> list[Path]:
    """The folders of recordings a corpus usually has, else the corpus itself."""
    return [root / name for name in USUAL_FOLDERS if (root / name).is_dir()] or [root]


def _recordings(folder: Path) -> list[Path]:
    paths = [
        Path(parent) / name
        for parent, _, names in os.walk(folder)
        for name in names
        if name.lower().endswith(EXTENSIONS) and not name.startswith("._")
    ]
    return sorted(paths, key=lambda path: (path.parent, path.stem, EXTENSIONS.index(path.suffix.lower())))


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)
