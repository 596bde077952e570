"""From settings and a prepared folder to a run that trains."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from msgspec import Struct

from glowvox.config import plain
from glowvox.data.prepared import Clip, Prepared
from glowvox.errors import CorpusError, UsageError
from glowvox.models.glow_tts import GlowTTS
from glowvox.train.config import TrainConfig
from glowvox.train.feed import ClipFeed
from glowvox.train.loop import Loop, Stop
from glowvox.train.recipe import GlowTTSRecipe
from glowvox.train.run import Run, RunSettings
from glowvox.train.samples import SampleWriter, shown, voices
from glowvox.train.showing import Showing
from glowvox.train.summary import summarise, write_summary
from glowvox.train.tracking import find_tracker
from glowvox.train.vocoders import Vocoder

Record = dict[str, Any]


def make_model(settings: RunSettings) -> GlowTTS:
    """An untrained model of a run's settings."""
    return GlowTTS(
        settings.train.model,
        vocabulary=len(settings.symbols),
        bands=settings.mel.bands,
        speakers=len(settings.speakers),
    )


def open_run(folder: Path, config: TrainConfig) -> tuple[Run, Prepared]:
    """The run folder of a configuration, new or taken up, and its data. Nothing is written yet.

    raises  UsageError where the folder holds a run of another model or other data
    """
    if not config.prepared:
        raise UsageError(
            "nothing to train on: no prepared folder is named",
            hint="make one with `glowvox data prepare CORPUS -o prepared/NAME`, then `glowvox train prepared/NAME`",
        )
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
            ("front_end", before.front_end, settings.front_end),
            ("symbols", before.symbols, settings.symbols),
            ("speakers", before.speakers, settings.speakers),
            ("overfit", before.train.overfit, config.overfit),
        ):
            if old != new:
                raise UsageError(
                    f"{folder}: this run was begun with other settings: {name} differs ({_difference(old, new)})",
                    hint="give the settings it was begun with, or another run folder",
                )
    return Run(folder, settings), prepared


def _difference(old: object, new: object) -> str:
    if isinstance(old, Struct) and isinstance(new, Struct):
        a, b = _flat(plain(old)), _flat(plain(new))
        keys = [key for key in {**a, **b} if a.get(key) != b.get(key)]
        return ", ".join(f"{key}: {a.get(key)} there, {b.get(key)} here" for key in keys)
    if isinstance(old, tuple) and isinstance(new, tuple) and len(old) != len(new):
        return f"{len(old)} there, {len(new)} here"
    return f"{old} there, {new} here"


def _flat(table: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in table.items():
        found |= _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return found


def train(
    folder: Path,
    config: TrainConfig,
    *,
    devices: int | str = "auto",
    nodes: int = 1,
    max_minutes: float | None = None,
    vocoders: Sequence[Path] = (),
    watch: Callable[[Run], Callable[[Record], None]] = lambda run: lambda record: None,
) -> str:
    """Train a run from where it stands; says why it ended, or nothing in processes other than the first.

    vocoders  whose sound the report plays beside Griffin-Lim's
    watch     called once with the run, gives what is then called with every record of its metrics
    """
    run, prepared = open_run(folder, config)
    loaded = [Vocoder.load(place) for place in vocoders]
    for vocoder in loaded:
        vocoder.require(prepared.mel, maker=str(prepared.folder))
    clips, held_out = chosen(prepared, config)
    fabric = Fabric(devices=devices, num_nodes=nodes, precision="32-true")
    fabric.launch()
    first = fabric.is_global_zero
    if first:
        Run.create(folder, run.settings)
        write_summary(run, summarise(prepared, clips, held_out))
    torch.manual_seed(config.seed)
    recipe = GlowTTSRecipe(config, make_model(run.settings), fabric)
    showing = Showing(
        run, recipe, _sampling(run, clips, held_out, loaded), find_tracker(run.folder / "events") if first else None
    )
    tell = watch(run) if first else lambda record: None

    def report(record: Record) -> None:
        showing.record(record)
        tell(record)

    loop = Loop(run, recipe, ClipFeed(clips, held_out, config), sample=showing.sample, report=report)
    loop.resume()
    with Stop(max_minutes) as stop:
        ending = loop.fit(stop)
    if not first:
        return ""
    showing.finish(ending)
    return ending


def _sampling(run: Run, clips: list[Clip], held_out: list[Clip], vocoders: list[Vocoder]) -> SampleWriter:
    """What is sampled: test sentences by the main speakers, and a recording; of a diagnostic run, recordings only."""
    config = run.settings.train
    diagnostic = config.overfit > 0
    return SampleWriter(
        run.samples,
        sentences=() if diagnostic else config.test_sentences,
        voices=voices(clips, run.settings.speakers),
        clips=shown(clips, held_out, diagnostic=diagnostic),
        vocoders=vocoders,
    )


def chosen(prepared: Prepared, config: TrainConfig) -> tuple[list[Clip], list[Clip]]:
    """Training and held-out clips; a diagnostic overfit takes a few of the first and validates on the same."""
    clips, held_out = prepared.clips("train"), prepared.clips("val")
    if not clips:
        raise CorpusError(f"{prepared.folder}: the train list is empty", hint="see `glowvox data check`")
    if config.overfit:
        if config.overfit > len(clips):
            raise UsageError(f"--overfit {config.overfit}: the train list of {prepared.folder} has {len(clips)} clips")
        first = min(len(clips) // 2, len(clips) - config.overfit)
        middle = sorted(clips, key=lambda clip: clip.frames)[first : first + config.overfit]
        return middle, middle
    return clips, held_out
