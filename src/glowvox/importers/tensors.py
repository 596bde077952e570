"""Reading other people's checkpoint files without running anything in them."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from glowvox.errors import CheckpointError
from glowvox.importers.pickled import read_pickled, refuse_archives

# what unpickling a file that is none raises, torch's own assertions included
DAMAGE = (RuntimeError, EOFError, LookupError, OSError, ValueError, TypeError, AttributeError, AssertionError)

# where a checkpoint may keep a model's tensors
ENTRIES = ("model", "state_dict", "generator", "generator_state_dict")


def read_container(path: Path) -> dict[str, Any]:
    """The content of a safetensors file or a torch pickle; a model pickled whole becomes its state dict.

    A pickle is read by torch's restricted unpickler, which builds tensors and plain containers and refuses everything
    else, or, where it holds modules, by ours, which takes their tensors alone: a hostile file cannot run code.

    raises  CheckpointError if the file is missing, damaged, or holds anything but tensors and plain values
    """
    try:
        if path.suffix == ".safetensors":
            return dict(load_file(path))
        content = _read_pickle(path)
    except FileNotFoundError:
        raise CheckpointError(f"{path}: no such file") from None
    except pickle.UnpicklingError as error:
        first = str(error).splitlines()[0]
        raise CheckpointError(
            f"{path}: refused: it holds more than tensors and plain values ({first})",
            hint="only the tensors of a model can be imported; loading such a file in full could run any code in it",
        ) from None
    except (SafetensorError, *DAMAGE) as error:
        raise CheckpointError(f"{path}: not a readable checkpoint: {error}") from None
    if not isinstance(content, dict):
        raise CheckpointError(f"{path}: holds a {type(content).__name__}, expected named tensors")
    return content


def _read_pickle(path: Path) -> object:
    refuse_archives(path)
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        return read_pickled(path)


def state_dict(content: dict[str, Any], path: Path) -> dict[str, Tensor]:
    """The named tensors in a container: the container itself, or one of its entries (`ENTRIES`).

    raises  CheckpointError if there are none
    """
    for inner in (content, *(content.get(name) for name in ENTRIES)):
        if isinstance(inner, dict) and inner and all(isinstance(value, Tensor) for value in inner.values()):
            return {name.removeprefix("module."): value for name, value in inner.items()}
    raise CheckpointError(f"{path}: no named tensors in it; its entries are {', '.join(map(str, list(content)[:8]))}")
