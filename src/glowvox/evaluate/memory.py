"""What judges said of clips, kept in a folder, so that no clip is judged twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec

from glowvox.audio.wave import Audio
from glowvox.errors import GlowvoxError
from glowvox.files import unwritable, write_bytes


class Judgement(msgspec.Struct, frozen=True):
    """What one judge said of one clip: words, or values by the name of their column."""

    text: str = ""
    values: dict[str, float] = {}


class Memory:
    """Judgements by clip and judge: one JSON file a clip, named by its samples.

    A clip that sounds otherwise is another clip, whatever its file is called; a judge that hears otherwise must call
    itself otherwise.

    folder  made on the first judgement; None keeps nothing
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    def recall(self, audio: Audio, judge: str, ask: Callable[[], Judgement]) -> Judgement:
        """What the judge said of the clip before, else what it says now.

        raises  GlowvoxError for a file of the folder that holds something else, or a folder that cannot be written
        """
        if self.folder is None:
            return ask()
        name = fingerprint(audio)
        path = self.folder / name[:2] / f"{name}.json"
        known = _read(path)
        if judge not in known:
            known[judge] = ask()
            _make(path.parent)
            write_bytes(path, msgspec.json.encode(known))
        return known[judge]


def fingerprint(audio: Audio) -> str:
    """32 hexadecimal digits that stand for the samples and their rate."""
    digest = hashlib.sha256(f"{audio.sample_rate} Hz, {audio.samples.dtype.str}\n".encode())
    digest.update(audio.samples.tobytes())
    return digest.hexdigest()[:32]


def _read(path: Path) -> dict[str, Judgement]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Judgement])
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, msgspec.MsgspecError) as error:
        raise GlowvoxError(f"{path}: no judgements of a clip: {error}", hint="delete the file") from None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from None
