"""Files of speaker vectors (d-vectors): what a speaker encoder heard in each clip, and whose clip it is.

Coqui's layout, as JSON or pickled by torch: {"clip": {"name": "anna", "embedding": [0.1, …]}, …}. Or a .npz of arrays
by speaker: (G,) or, of several clips, (clips, G).
"""

from __future__ import annotations

import json
import pickle
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from glowvox.config import near
from glowvox.errors import ConfigError
from glowvox.files import write_text

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class SpeakerVector:
    """One vector of a speaker, and the file and entry it stands in."""

    speaker: str
    values: npt.NDArray[np.float64]  # (G,)
    place: str


@dataclass(frozen=True)
class VectorTable:
    """Speakers in alphabetical order and the mean vector of each.

    vectors  (S, G)
    where    the files, for messages
    """

    names: tuple[str, ...]
    vectors: Floats
    where: str

    @property
    def width(self) -> int:
        """Values of a vector."""
        return int(self.vectors.shape[1])

    def of(self, speakers: Sequence[str]) -> Floats:
        """The vectors of these speakers (S, G).

        raises  ConfigError for a speaker that is not there, with the nearest
        """
        for speaker in speakers:
            if speaker not in self.names:
                raise ConfigError(f"{self.where}: no vector of speaker '{speaker}'{near(speaker, self.names)}")
        return self.vectors[[self.names.index(speaker) for speaker in speakers]]


def read_vectors(paths: Sequence[Path], width: int | None = None) -> VectorTable:
    """The speakers of one or several files; a speaker's vector is the mean of its clips'.

    width   that the vectors must have; None takes that of the first
    raises  ConfigError naming file and entry: unreadable, a clip that stands in them twice, no vector of finite
            numbers, or one of another width
    """
    seen: dict[str, Path] = {}
    found: dict[str, list[npt.NDArray[np.float64]]] = {}
    first = ""
    for path in paths:
        for clip, vector in (_read_npz(path) if path.suffix == ".npz" else _read_clips(path)).items():
            if clip in seen:
                raise ConfigError(f"{path}: '{clip}' stands in {seen[clip]} already")
            seen[clip] = path
            if width is None:
                width, first = len(vector.values), f"that of {vector.place}"
            if len(vector.values) != width:
                wanted = first or "as the model has them"
                raise ConfigError(
                    f"{vector.place} has {len(vector.values)} values; expected {width}, {wanted}",
                    hint="all vectors must come from one speaker encoder",
                )
            found.setdefault(vector.speaker, []).append(vector.values)
    where = ", ".join(map(str, paths))
    if not found:
        raise ConfigError(f"{where}: no speaker in it")
    names = tuple(sorted(found))
    return VectorTable(names, np.stack([np.mean(found[name], axis=0) for name in names]).astype(np.float32), where)


def write_vectors(path: Path, clips: Mapping[str, tuple[str, Floats]]) -> None:
    """Write clip → (speaker, vector) in Coqui's JSON layout, whole or not at all."""
    table = {clip: {"name": name, "embedding": vector.tolist()} for clip, (name, vector) in clips.items()}
    write_text(path, json.dumps(table, ensure_ascii=False, indent=1) + "\n")


def _read_clips(path: Path) -> dict[str, SpeakerVector]:
    vectors = {}
    for clip, entry in (_pickled(path) if path.suffix in (".pth", ".pt") else read_entries(path)).items():
        place = f"{path}: the vector of '{clip}'"
        if not isinstance(entry, Mapping) or "name" not in entry or "embedding" not in entry:
            raise ConfigError(f"{path}: '{clip}': expected a name and an embedding")
        vectors[str(clip)] = SpeakerVector(str(entry["name"]), _numbers(entry["embedding"], place), place)
    return vectors


def _numbers(values: object, place: str) -> npt.NDArray[np.float64]:
    try:
        vector = np.asarray(values, np.float64).reshape(-1)
    except (TypeError, ValueError):
        raise ConfigError(f"{place} is no list of numbers") from None
    if not len(vector) or not np.isfinite(vector).all() or not vector.any():
        raise ConfigError(f"{place} is empty, zero or not finite: expected what a speaker encoder gives")
    return vector


def read_entries(path: Path) -> Mapping[str, object]:
    """The entries of a JSON file by name.

    raises  ConfigError for a file that cannot be read, holds something else, or has a name twice
    """
    try:
        table = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=lambda pairs: _once(pairs, path))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (ValueError, OSError) as error:
        raise ConfigError(f"{path}: not valid JSON: {error}") from None
    return _entries(table, path)


def _pickled(path: Path) -> Mapping[str, object]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of other versions of pickle, which it reads as well
            return _entries(torch.load(path, map_location="cpu", weights_only=True), path)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (pickle.UnpicklingError, RuntimeError, OSError, EOFError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError(f"{path}: refused, not plain values and tensors: {reason}") from None


def _entries(table: object, path: Path) -> Mapping[str, object]:
    if not isinstance(table, Mapping):
        raise ConfigError(f"{path}: holds a {type(table).__name__}, expected entries by name")
    return table


def _once(pairs: list[tuple[str, object]], path: Path) -> dict[str, object]:
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ConfigError(f"{path}: '{twice}' stands in it twice")
    return table


def _read_npz(path: Path) -> dict[str, SpeakerVector]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            tables = {name: np.atleast_2d(arrays[name]) for name in arrays.files}
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ConfigError(f"{path}: not a readable file of arrays: {error}") from None
    vectors = {}
    for name, rows in tables.items():
        for number, row in enumerate(rows, start=1):
            place = f"{path}: vector {number} of '{name}'"
            vectors[f"{name} ({number})"] = SpeakerVector(name, _numbers(row, place), place)
    return vectors
