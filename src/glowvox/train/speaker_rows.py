"""One more speaker for a trained voice: a row for its table, and nothing else changes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from msgspec import structs
from torch import Tensor

from glowvox.config import near
from glowvox.errors import CheckpointError, UsageError
from glowvox.models.speaker_vectors import SpeakerVectors
from glowvox.train.checkpoint import read_part, read_state, step_of, write_checkpoint
from glowvox.train.config import FinetuneConfig
from glowvox.train.finetune import SPEAKERS
from glowvox.train.run import Run, RunSettings
from glowvox.train.start import make_model
from glowvox.train.vector_files import Floats
from glowvox.train.weights import read_weights

PARTS = ("model", "ema")  # the optimizer's state is of the old table


def add_speaker(place: Path, folder: Path, name: str, *, vector: Floats | None = None, like: str | None = None) -> Run:
    """Write a run folder with the voice of a run or weights file and one more speaker; the voice itself stays.

    vector  (G,) of a voice that is told its speakers by vectors from outside
    like    the speaker of a voice with a table that trains whose row the new one begins as; None: the mean of all
    raises  UsageError for a name that is there already, a folder in use, or what does not suit the voice
    """
    if (folder / "run.toml").exists():
        raise UsageError(f"{folder}: there is a run already", hint="give another folder with -o")
    settings, parts, step, state = _trained(place)
    if name in settings.speakers:
        raise UsageError(f"{place}: there is a speaker '{name}' already")
    if not name.strip() or "," in name or ":" in name:
        raise UsageError(f"speaker '{name}': expected a name without commas and colons, which blends are written with")
    with torch.random.fork_rng():
        table = make_model(settings).speaker_table
    if table is None:
        raise UsageError(
            f"{place}: this voice has one speaker and nothing that tells speakers apart",
            hint="train on recordings of both, with --finetune-from this voice and --skip 'encoder.duration.*'",
        )
    given = isinstance(table, SpeakerVectors)
    _require_suitable(place, vector, like, given=given, width=table.embedding_dim)
    for values in parts.values():
        rows = values[SPEAKERS]
        new = torch.from_numpy(vector) if vector is not None else _beginning(rows, settings.speakers, like)
        values[SPEAKERS] = torch.cat([rows, new[None].to(rows)])
    kept = structs.replace(settings.train, prepared="", finetune=FinetuneConfig(), speaker_vectors=())
    run = Run.create(folder, structs.replace(settings, train=kept, speakers=(*settings.speakers, name)))
    write_checkpoint(run.checkpoints, step, parts, state)
    return run


def _trained(place: Path) -> tuple[RunSettings, dict[str, dict[str, Tensor]], int, dict[str, Any]]:
    """Settings, parts of the checkpoint it would speak with, step and state."""
    fresh: dict[str, Any] = {"initialised": True, "skipped": 0, "best": math.inf, "seconds": 0.0}
    if not place.is_dir():
        settings, values, _ = read_weights(place)
        names = ("model", "ema") if settings.train.ema else ("model",)
        return settings, {name: dict(values) for name in names}, 0, fresh
    run = Run.load(place)
    checkpoint = run.best() or run.latest()
    if checkpoint is None:
        raise CheckpointError(f"{place}: no checkpoint yet")
    state = read_state(checkpoint)
    parts = {name: read_part(checkpoint, name) for name in PARTS if f"{name}.safetensors" in state["sha256"]}
    return run.settings, parts, step_of(checkpoint), {**fresh, "initialised": state["initialised"]}


def _require_suitable(place: Path, vector: Floats | None, like: str | None, *, given: bool, width: int) -> None:
    """Refuse a vector or a likeness that the voice has no use for."""
    if given and vector is None:
        raise UsageError(
            f"{place}: this voice is told its speakers by vectors from outside",
            hint="give the new one's with --d-vectors FILE, or --recordings FOLDER to have them heard",
        )
    if not given and vector is not None:
        raise UsageError(
            f"{place}: this voice learnt its own table of speakers, which vectors from outside do not fit",
            hint="begin as one of its speakers with --like NAME, then train the new row",
        )
    if given and like is not None:
        raise UsageError(f"--like {like}: this voice is told its speakers by vectors; give --d-vectors or --recordings")
    if vector is not None and vector.shape != (width,):
        raise UsageError(f"{place}: its speaker vectors have {width} values, this one has {vector.size}")


def _beginning(rows: Tensor, names: Sequence[str], like: str | None) -> Tensor:
    if like is None:
        return rows.mean(dim=0)
    if like not in names:
        raise UsageError(f"--like {like}: no such speaker{near(like, names)}")
    return rows[list(names).index(like)]
