"""Tensors and one record beside them in a safetensors file; the record's key says whose file it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from glowvox.errors import CheckpointError
from glowvox.files import write_bytes


class Format(NamedTuple):
    """A kind of file.

    key   of its record in the header
    name  what it is, for messages
    hint  where to get one
    """

    key: str
    name: str
    hint: str


def write_tensors(path: Path, tensors: Mapping[str, Tensor], record: Mapping[str, Any], kind: Format) -> int:
    """Write a file; gives the number of bytes.

    tensors  name → (any shape)
    record   of values that JSON has
    raises   GlowvoxError when the disk refuses
    """
    plain = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    blob = save(plain, metadata={kind.key: json.dumps(record)})
    write_bytes(path, blob)
    return len(blob)


def is_of_kind(path: Path, kind: Format) -> bool:
    """Whether a file is one of that kind."""
    try:
        with safe_open(path, "pt") as file:
            return kind.key in (file.metadata() or {})
    except (OSError, SafetensorError):
        return False


def read_tensors(path: Path, kind: Format) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The record and the tensors of a file.

    raises  CheckpointError if it is missing, damaged, or of another kind
    """
    try:
        with safe_open(path, "pt") as file:
            record = json.loads((file.metadata() or {})[kind.key])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - a safe_open file is no mapping
    except FileNotFoundError:
        raise CheckpointError(f"{path}: no such file") from None
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path}: not a readable {kind.name}: {error}") from None
    except (KeyError, ValueError):
        record, tensors = None, {}
    if not isinstance(record, dict):
        raise CheckpointError(f"{path}: not a {kind.name} of glowvox", hint=kind.hint)
    return record, tensors
