"""A prepared folder: settings, one line a clip, and mels on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from glowvox.audio.mel import MelConfig
from glowvox.config import Settings, loads
from glowvox.errors import ConfigError, CorpusError
from glowvox.text.symbols import Symbols

FORMAT = 1


class Settled(Settings, frozen=True, kw_only=True):
    """`prepared.toml`: what all clips of the folder share."""

    format: int = FORMAT
    front_end: str
    front_end_version: str
    symbols: tuple[str, ...]
    speakers: tuple[str, ...]
    frame_multiple: int
    mel: MelConfig
    sound: bool = False


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of `index.jsonl`."""

    id: str
    speaker: str
    language: str
    split: str
    text: str
    symbols: list[str]
    ids: list[int]
    frames: int
    seconds: float
    mel: str


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip ready for training.

    speaker   number, into `Prepared.speakers`
    ids       of its symbols
    frames    of its mel
    mel_path  file of the mel, (frames, bands)
    language  ISO 639-1 code, or "und"
    """

    id: str
    speaker: int
    ids: tuple[int, ...]
    symbols: tuple[str, ...]
    frames: int
    text: str
    mel_path: Path
    language: str = "und"

    def mel(self) -> npt.NDArray[np.float32]:
        """The mel, mapped from disk: (frames, bands), in model units.

        raises  CorpusError when the file is missing, damaged or of another length
        """
        mel = self._load(self.mel_path, "mel")
        if mel.dtype != np.float32 or mel.ndim != 2 or len(mel) != self.frames:
            found = f"{mel.dtype} {mel.shape}, expected float32 ({self.frames}, bands)"
            raise CorpusError(f"{self.mel_path}: mel of clip '{self.id}' is {found}", hint=AGAIN)
        return mel

    def wave(self) -> npt.NDArray[np.int16]:
        """The cleaned recording, mapped from disk: (frames · hop,), full scale 32767.

        raises  CorpusError when the file is missing or damaged
        """
        return self._load(self._beside("waves"), "recording")

    def f0(self) -> npt.NDArray[np.float32]:
        """The pitch of the recording: (frames,) Hz, 0 where there is no voice.

        raises  CorpusError when the file is missing, damaged or of another length
        """
        f0 = self._load(self._beside("pitch"), "pitch")
        if f0.shape != (self.frames,):
            found = f"{f0.shape}, expected ({self.frames},)"
            raise CorpusError(f"{self._beside('pitch')}: pitch of clip '{self.id}' is {found}", hint=AGAIN)
        return f0

    def _beside(self, folder: str) -> Path:
        return self.mel_path.parent.parent / folder / self.mel_path.name

    def _load(self, path: Path, what: str) -> npt.NDArray[Any]:
        try:
            values: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise CorpusError(f"{path}: {what} of clip '{self.id}': {error}", hint=AGAIN) from None
        return values


AGAIN = "prepare the corpus again; what is whole is kept"


@dataclass(frozen=True)
class Prepared:
    """A prepared corpus."""

    folder: Path
    mel: MelConfig
    front_end: str
    front_end_version: str
    frame_multiple: int
    symbols: Symbols
    speakers: tuple[str, ...]
    sound: bool
    rows: Mapping[str, Sequence[Row]]

    @classmethod
    def load(cls, folder: Path | str) -> Prepared:
        """Read a prepared folder.

        raises  CorpusError naming file and line: not prepared, not finished, damaged, or of a newer format
        """
        folder = Path(folder)
        settled = _settled(folder / "prepared.toml")
        rows: dict[str, list[Row]] = {}
        for number, row in enumerate(_rows(folder / "index.jsonl"), start=1):
            if row.speaker not in settled.speakers:
                message = f"speaker '{row.speaker}' is not in prepared.toml"
                raise CorpusError(f"{folder / 'index.jsonl'}:{number}: {message}", hint=AGAIN)
            rows.setdefault(row.split, []).append(row)
        return cls(
            folder=folder,
            mel=settled.mel,
            front_end=settled.front_end,
            front_end_version=settled.front_end_version,
            frame_multiple=settled.frame_multiple,
            symbols=Symbols(settled.symbols),
            speakers=settled.speakers,
            sound=settled.sound,
            rows=rows,
        )

    def clips(self, split: str) -> list[Clip]:
        """The clips of "train", "val" or "test", in the order of the corpora."""
        number = {name: place for place, name in enumerate(self.speakers)}
        return [
            Clip(
                id=row.id,
                speaker=number[row.speaker],
                ids=tuple(row.ids),
                symbols=tuple(row.symbols),
                frames=row.frames,
                text=row.text,
                mel_path=self.folder / row.mel,
                language=row.language,
            )
            for row in self.rows.get(split, ())
        ]


def _settled(path: Path) -> Settled:
    try:
        settled = loads(path.read_text(encoding="utf-8"), Settled, where=str(path))
    except FileNotFoundError:
        hint = "prepare a corpus into it: glowvox data prepare CORPUS -o FOLDER"
        raise CorpusError(f"{path}: no such file: {path.parent} is no prepared folder", hint=hint) from None
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path}: {error}", hint=AGAIN) from None
    except ConfigError as error:
        raise CorpusError(error.message, hint=AGAIN) from None
    if settled.format > FORMAT:
        raise CorpusError(f"{path}: format {settled.format}, this version reads up to {FORMAT}", hint="update glowvox")
    return settled


def _rows(path: Path) -> list[Row]:
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        raise CorpusError(f"{path}: no such file: preparing was not finished", hint=AGAIN) from None
    rows = []
    for number, line in enumerate(lines, start=1):
        try:
            rows.append(msgspec.json.decode(line, type=Row))
        except msgspec.MsgspecError as error:
            raise CorpusError(f"{path}:{number}: {error}", hint=AGAIN) from None
    return rows
