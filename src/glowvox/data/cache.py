"""What earlier runs into a folder did: one line a clip, appended as clips finish, so that a kill loses nothing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from types import TracebackType

import msgspec

from glowvox.data.clip import Features
from glowvox.files import unwritable


class Cache:
    """The features known in a prepared folder, and a file to append to.

    Each shard appends to a file of its own, so that shards may run at the same time; all files are read.
    """

    def __init__(self, folder: Path, part: str) -> None:
        self.path = folder / "cache" / f"{part}.jsonl"
        self.known = _read(folder / "cache")
        try:
            self.path.parent.mkdir(exist_ok=True)
            _end_last_line(self.path)
            self._stream = self.path.open("ab")
        except OSError as error:
            raise unwritable(self.path, error) from None

    def __enter__(self) -> Cache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # a full disk has been reported by `add`
            self._stream.close()

    def add(self, features: Features) -> None:
        """Keep what was found out about a clip; written at once."""
        if self.known.get(features.id) == features:
            return
        self.known[features.id] = features
        try:
            self._stream.write(msgspec.json.encode(features) + b"\n")
            self._stream.flush()
        except OSError as error:
            raise unwritable(self.path, error) from None


def _read(folder: Path) -> dict[str, Features]:
    """The last line on each clip; a line cut off by a kill is passed over."""
    known: dict[str, Features] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_bytes().split(b"\n"):
            try:
                features = msgspec.json.decode(line, type=Features)
            except msgspec.DecodeError:
                continue
            known[features.id] = features
    return known


def _end_last_line(path: Path) -> None:
    """A line cut off by a kill must not swallow the next one."""
    if path.is_file() and path.stat().st_size and path.read_bytes()[-1:] != b"\n":
        with path.open("ab") as stream:
            stream.write(b"\n")
