"""The options of `glowvox train` that say what a voice begins with and what of it trains, as settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol


class Beginnings(Protocol):
    """What the command line says."""

    @property
    def finetune_from(self) -> Path | None: ...

    @property
    def load(self) -> tuple[str, ...]: ...

    @property
    def skip(self) -> tuple[str, ...]: ...

    @property
    def train_only(self) -> tuple[str, ...]: ...

    @property
    def freeze(self) -> tuple[str, ...]: ...

    @property
    def only_speakers(self) -> tuple[str, ...]: ...

    @property
    def like(self) -> str | None: ...

    @property
    def d_vectors(self) -> tuple[Path, ...]: ...


def add_beginnings(table: dict[str, Any], asked: Beginnings, *, model_said: bool) -> None:
    """Put the options into a table of settings; a voice to begin with brings its model, where none is said."""
    from glowvox.config import plain

    if asked.finetune_from is not None and not model_said:
        from glowvox.train.finetune import read_source

        table["model"] = plain(read_source(asked.finetune_from).settings.train.model)
    named = {
        "weights": str(asked.finetune_from) if asked.finetune_from else None,
        "load": list(asked.load),
        "leave_out": list(asked.skip),
        "train": list(asked.train_only),
        "freeze": list(asked.freeze),
        "speakers": list(asked.only_speakers),
        "like": asked.like,
    }
    given = {key: value for key, value in named.items() if value}
    if given:
        table["finetune"] = {**table.get("finetune", {}), **given}
    if asked.d_vectors:
        from glowvox.train.vector_files import read_vectors

        table["speaker_vectors"] = [str(path) for path in asked.d_vectors]
        width = read_vectors(asked.d_vectors).width
        table["model"] = {**table.get("model", {}), "speakers": "given"}
        if asked.finetune_from is None:
            table["model"]["speaker_width"] = width
