"""The speakers of Coqui's models: names by number, and vectors of a speaker encoder (d-vectors) by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from glowvox.errors import CheckpointError, ConfigError
from glowvox.importers.tensors import read_container
from glowvox.train import vector_files


def read_names(path: Path, count: int | None = None) -> tuple[str, ...]:
    """Names of `count` speakers in the order of their numbers, from a file of name → number.

    count   None takes as many as the file names
    raises  ConfigError for a file that cannot be read, a name or number that stands in it twice, or a number that the
            model does not have
    """
    table = _read(path)
    count = len(table) if count is None else count
    names: dict[int, str] = {}
    for name, number in table.items():
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < count:
            raise ConfigError(f"{path}: '{name}' has number {number!r}; the model has speakers 0 to {count - 1}")
        if number in names:
            raise ConfigError(f"{path}: '{names[number]}' and '{name}' both have number {number}")
        names[number] = str(name)
    return tuple(names.get(number, f"speaker-{number}") for number in range(count))


def read_vectors(paths: Sequence[Path], width: int) -> tuple[tuple[str, ...], Tensor]:
    """Speakers in alphabetical order and the mean vector of each (S, G), from files of clip → name and embedding.

    raises  ConfigError for a file that cannot be read, a clip that stands in them twice, or a vector of another width
    """
    found = vector_files.read_vectors(paths, width)
    return found.names, torch.from_numpy(found.vectors)


def _read(path: Path) -> Mapping[str, object]:
    if path.suffix not in (".pth", ".pt"):
        return vector_files.read_entries(path)
    try:
        return read_container(path)
    except CheckpointError as error:
        raise ConfigError(error.message) from None
