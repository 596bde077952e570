"""From settings and a prepared folder to a run that trains."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric

from glowvox.config import plain
from glowvox.data.prepared import Clip, Prepared
from glowvox.errors import CorpusError, UsageError
from glowvox.models.glow_tts import GlowTTS
from glowvox.train.config import TrainConfig
from glowvox.train.loop import Loop, Stop
from glowvox.train.recipe import GlowTTSRecipe
from glowvox.train.run import Run, RunSettings

log = logging.getLogger(__name__)

PRECISIONS = {"bf16": "bf16-mixed", "fp32": "32-true"}


def make_model(settings: RunSettings) -> GlowTTS:
    """An untrained model of a run's settings."""
    return GlowTTS(
        settings.train.model,
        vocabulary=len(settings.symbols),
        bands=settings.mel.bands,
        speakers=len(settings.speakers),
    )


def open_run(folder: Path, config: TrainConfig) -> tuple[Run, Prepared]:
    """The run folder of a configuration, new or taken up, and its data.

    raises  UsageError where the folder holds a run of another model or other data
    """
    prepared = Prepared.load(Path(config.prepared))
    settings = RunSettings(
        train=config,
        mel=prepared.mel,
        front_end=prepared.front_end,
        symbols=tuple(prepared.symbols.names),
        speakers=prepared.speakers,
    )
    if (folder / "run.toml").is_file():
        before = Run.load(folder).settings
        for name, old, new in (
            ("model", before.train.model, config.model),
            ("mel", before.mel, settings.mel),
            ("symbols", before.symbols, settings.symbols),
            ("speakers", before.speakers, settings.speakers),
        ):
            if old != new:
                raise UsageError(
                    f"{folder}: this run was begun with other settings: {name} differs ({_difference(old, new)})",
                    hint="give the settings it was begun with, or another run folder",
                )
    return Run.create(folder, settings), prepared


def _difference(old: Any, new: Any) -> str:
    if hasattr(old, "__struct_fields__"):
        a, b = plain(old), plain(new)
        return ", ".join(
            f"{key}: {a.get(key)} there, {b.get(key)} here" for key in a.keys() | b.keys() if a.get(key) != b.get(key)
        )
    return f"{len(old)} there, {len(new)} here" if len(old) != len(new) else f"{old} there, {new} here"


def train(
    folder: Path,
    config: TrainConfig,
    *,
    devices: int | str = "auto",
    nodes: int = 1,
    max_minutes: float | None = None,
    report: Callable[[dict[str, Any]], None] = lambda record: None,
) -> str:
    """Train a run from where it stands; says why it ended."""
    fabric = Fabric(devices=devices, num_nodes=nodes, precision=PRECISIONS[config.precision])  # type: ignore[arg-type]
    fabric.launch()
    run, prepared = open_run(folder, config)
    clips, held_out = chosen(prepared, config)
    torch.manual_seed(config.seed)
    recipe = GlowTTSRecipe(config, make_model(run.settings), fabric)
    loop = Loop(run, recipe, clips, held_out, sample=lambda step: None, report=report)
    loop.resume()
    with Stop(max_minutes) as stop:
        return loop.fit(stop)


def chosen(prepared: Prepared, config: TrainConfig) -> tuple[list[Clip], list[Clip]]:
    """Training and held-out clips; a diagnostic overfit takes a few of the first and validates on the same."""
    clips, held_out = prepared.clips("train"), prepared.clips("val")
    if not clips:
        raise CorpusError(f"{prepared.folder}: the train list is empty", hint="see `glowvox data check`")
    if config.overfit:
        middle = sorted(clips, key=lambda clip: clip.frames)[len(clips) // 2 :][: config.overfit]
        return middle, middle
    return clips, held_out
