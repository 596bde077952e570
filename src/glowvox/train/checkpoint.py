"""Checkpoints: a folder of safetensors and one JSON file, complete or absent.

    step-0001000/
    ├── model.safetensors      parameters as trained
    ├── ema.safetensors        their running average
    ├── optimizer.safetensors  the optimizer's moments
    └── state.json             step, counters, and the SHA-256 of the other files and of itself

A checkpoint is written under a name that starts with a dot and renamed when every byte is on the disk, so that a run
killed while saving finds the one before untouched.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from glowvox.errors import CheckpointError, GlowvoxError

NAME = re.compile(r"step-(\d{7,})")
FORMAT = 1
ALTERED = "the file is not the one that was saved (its checksum differs): truncated or altered"


def write_checkpoint(
    folder: Path, step: int, parts: Mapping[str, Mapping[str, Tensor]], state: Mapping[str, Any]
) -> Path:
    """Write `parts` (name → tensors) and `state` as `folder/step-NNNNNNN`.

    raises  GlowvoxError when the disk refuses; nothing that was there before is touched
    """
    final = folder / f"step-{step:07d}"
    draft = folder / f".step-{step:07d}.writing"
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        sums = {}
        for name, tensors in parts.items():
            blob = save({key: tensor.detach().contiguous().cpu() for key, tensor in tensors.items()})
            sums[f"{name}.safetensors"] = hashlib.sha256(blob).hexdigest()
            _write(draft / f"{name}.safetensors", blob)
        whole = {"format": FORMAT, "step": step, "sha256": sums, **state}
        _write(draft / "state.json", json.dumps({**whole, "seal": _seal(whole)}, indent=1).encode())
        if final.exists():  # the same step saved again, after a resume
            before = folder / f".step-{step:07d}.removing"
            shutil.rmtree(before, ignore_errors=True)
            final.rename(before)
        draft.rename(final)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise GlowvoxError(
            f"{final}: the checkpoint could not be written: {error.strerror or error}",
            hint="earlier checkpoints are untouched; make room and start the same command again to resume",
        ) from None
    return final


def _write(path: Path, blob: bytes) -> None:
    with path.open("wb") as file:
        file.write(blob)
        file.flush()
        os.fsync(file.fileno())


def checkpoints(folder: Path) -> list[Path]:
    """The complete checkpoints of a folder, oldest first."""
    if not folder.is_dir():
        return []
    return sorted((path for path in folder.iterdir() if NAME.fullmatch(path.name)), key=step_of)


def step_of(checkpoint: Path) -> int:
    """The step in a checkpoint's name."""
    match = NAME.fullmatch(checkpoint.name)
    assert match is not None
    return int(match[1])


def read_state(checkpoint: Path) -> dict[str, Any]:
    """The JSON state of a checkpoint.

    raises  CheckpointError if it is missing, unreadable or of another format
    """
    path = checkpoint / "state.json"
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path}: not a readable checkpoint state: {error}", hint=_remedy(checkpoint)) from None
    if not isinstance(state, dict) or state.get("format") != FORMAT or not isinstance(state.get("sha256"), dict):
        raise CheckpointError(f"{path}: unknown checkpoint format, expected {FORMAT}", hint=_remedy(checkpoint))
    seal = state.pop("seal", None)
    if seal is not None and seal != _seal(state):
        raise CheckpointError(f"{path}: {ALTERED}", hint=_remedy(checkpoint))
    return state


def _seal(state: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


def read_part(checkpoint: Path, name: str) -> dict[str, Tensor]:
    """The tensors of one part, verified against the checksum in the state.

    raises  CheckpointError if the file is missing, truncated or altered
    """
    path = checkpoint / f"{name}.safetensors"
    expected = read_state(checkpoint)["sha256"].get(path.name)
    try:
        blob = path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror}", hint=_remedy(checkpoint)) from None
    if hashlib.sha256(blob).hexdigest() != expected:
        raise CheckpointError(f"{path}: {ALTERED}", hint=_remedy(checkpoint))
    try:
        return load(blob)
    except SafetensorError as error:
        raise CheckpointError(f"{path}: {error}", hint=_remedy(checkpoint)) from None


def prune(folder: Path, *, keep: int, spared: Set[str]) -> None:
    """Remove all but the last `keep` checkpoints and those named, and drafts that a killed run left."""
    for path in checkpoints(folder)[:-keep]:
        if path.name not in spared:
            path.rename(path.with_name(f".{path.name}.removing"))  # so that half a checkpoint never looks whole
    for leftover in folder.glob(".step-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _remedy(checkpoint: Path) -> str:
    return f"remove the folder {checkpoint} to go on from the checkpoint before it"
