"""The speakers of Coqui's models: names by number, and vectors of a speaker encoder (d-vectors) by name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from glowvox.errors import CheckpointError, ConfigError
from glowvox.importers.tensors import read_container


def read_names(path: Path, count: int) -> tuple[str, ...]:
    """Names of `count` speakers in the order of their numbers, from a file of name → number.

    raises  ConfigError for a file that cannot be read, a name or number that stands in it twice, or a number that the
            model does not have
    """
    table = _read(path)
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
    sums: dict[str, list[Tensor]] = {}
    seen: dict[str, Path] = {}
    for path in paths:
        for clip, entry in _read(path).items():
            if clip in seen:
                raise ConfigError(f"{path}: '{clip}' stands in {seen[clip]} already")
            seen[clip] = path
            if not isinstance(entry, dict) or "name" not in entry or "embedding" not in entry:
                raise ConfigError(f"{path}: '{clip}': expected a name and an embedding")
            try:
                vector = torch.as_tensor(entry["embedding"], dtype=torch.float64).reshape(-1)
            except (TypeError, ValueError, RuntimeError):
                raise ConfigError(f"{path}: '{clip}': the embedding is no list of numbers") from None
            if len(vector) != width:
                raise ConfigError(
                    f"{path}: the vector of '{clip}' has {len(vector)} values; the model was trained with {width} "
                    "(d_vector_dim)"
                )
            sums.setdefault(str(entry["name"]), []).append(vector)
    if not sums:
        raise ConfigError(f"{', '.join(map(str, paths))}: no speaker in it")
    names = tuple(sorted(sums))
    return names, torch.stack([torch.stack(sums[name]).mean(dim=0) for name in names]).float()


def _read(path: Path) -> dict[str, Any]:
    if path.suffix in (".pth", ".pt"):
        try:
            return read_container(path)
        except CheckpointError as error:
            raise ConfigError(error.message) from None
    try:
        table = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=lambda pairs: _once(pairs, path))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (ValueError, OSError) as error:
        raise ConfigError(f"{path}: not valid JSON: {error}") from None
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: holds a {type(table).__name__}, expected entries by name")
    return table


def _once(pairs: list[tuple[str, Any]], path: Path) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ConfigError(f"{path}: '{twice}' stands in it twice")
    return table
