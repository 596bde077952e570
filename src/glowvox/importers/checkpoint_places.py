"""Which files of a published model's folder are its tensors, its settings and its speakers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from glowvox.errors import CheckpointError, UsageError

# what a folder of one checkpoint may hold, in the order of preference
GLOW_TTS = ("model.safetensors", "pytorch_model.bin", "G_*.pth", "G_*.safetensors")
GENERATORS = ("g_*", "generator*", "bigvgan_generator*", "*.pt", "model.safetensors", "pytorch_model.bin")
VOCOS = ("pytorch_model.bin", "*.ckpt", "model.safetensors")
SETTINGS = ("args.json", "config.json", "config.yaml")
SPEAKERS = ("spk2id.json",)
UPWARDS = 3  # folders above a checkpoint in which its settings are looked for
_SUBFOLDERS = ("checkpoint", "checkpoints", ".")
_BY_STEP = re.compile(r"epoch-(\d+)_step-(\d+)_loss-.+")


class Published(NamedTuple):
    """The files of one published model."""

    tensors: Path
    config: Path
    speakers: Path | None


def find_published(place: Path, config: Path | None, wanted: Sequence[str]) -> Published:
    """The files meant by a checkpoint, which may be the file itself, its folder, or that of the whole experiment.

    config  the settings, where they were named; else those beside the tensors or above
    wanted  names of tensor files, as patterns, in the order of preference
    raises  CheckpointError for a folder without a checkpoint, UsageError where no settings lie beside it
    """
    tensors = place if not place.is_dir() else _tensors(place, wanted)
    above = [tensors.parent, *list(tensors.parents)[1 : UPWARDS + 1]]
    found = config or _first(above, SETTINGS)
    if found is None:
        raise UsageError(
            f"{place}: no {' or '.join(SETTINGS)} beside it or above it",
            hint="name the file of settings that it was trained with: --config FILE",
        )
    return Published(tensors, found, _first(above, SPEAKERS))


def _tensors(folder: Path, wanted: Sequence[str]) -> Path:
    steps = [path for name in _SUBFOLDERS for path in (folder / name).glob("epoch-*_step-*_loss-*") if path.is_dir()]
    places = [max(steps, key=_step)] if steps else [folder, *(folder / name for name in _SUBFOLDERS[:-1])]
    for place in places:
        for pattern in wanted:
            if files := [path for path in place.glob(pattern) if path.is_file()]:
                return max(files, key=lambda path: (_number(path), path.name))
    raise CheckpointError(
        f"{places[0]}: no checkpoint in this folder",
        hint=f"looked for {', '.join(wanted)}, and for folders epoch-…_step-…_loss-… of such",
    )


def _step(path: Path) -> int:
    found = _BY_STEP.fullmatch(path.name)
    return int(found[2]) if found else -1


def _number(path: Path) -> int:
    """The last number in a name, which counts steps: g_02500000."""
    numbers = re.findall(r"\d+", path.stem)
    return int(numbers[-1]) if numbers else -1


def _first(folders: Iterable[Path], names: Sequence[str]) -> Path | None:
    return next((path for folder in folders for name in names if (path := folder / name).is_file()), None)
