"""From settings and a prepared folder to a vocoder that trains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric

from glowvox.data.prepared import Clip, Prepared
from glowvox.errors import CorpusError, UsageError
from glowvox.train.feed import SegmentFeed
from glowvox.train.loop import Loop, Stop
from glowvox.train.run import VocoderRun, VocoderSettings
from glowvox.train.vocoder_config import VocoderTrainConfig
from glowvox.train.vocoder_recipe import VocoderRecipe
from glowvox.train.vocoder_report import write_vocoder_report
from glowvox.train.vocoder_samples import write_samples
from glowvox.train.vocoders import make_vocoder

Record = Mapping[str, Any]


def open_vocoder_run(folder: Path, config: VocoderTrainConfig) -> tuple[VocoderRun, Prepared]:
    """The run folder of a configuration, new or taken up, and its data. Nothing is written yet.

    raises  UsageError where the folder holds a run of another model or mel, CorpusError where the data has no sound
    """
    if not config.prepared:
        raise UsageError(
            "nothing to train on: no prepared folder is named",
            hint="make one with `glowvox data prepare CORPUS -o prepared/NAME --sound`",
        )
    prepared = Prepared.load(Path(config.prepared))
    if not prepared.sound:
        raise CorpusError(
            f"{prepared.folder}: prepared without its recordings, which a vocoder learns from",
            hint="prepare it again with --sound; what is done is kept",
        )
    settings = VocoderSettings(train=config, mel=prepared.mel)
    if (folder / "run.toml").is_file():
        before = VocoderRun.load_vocoder(folder).settings
        if before.train.model != config.model or before.mel != prepared.mel:
            what = "model" if before.train.model != config.model else "mel"
            raise UsageError(
                f"{folder}: this run was begun with other settings: {what} differs",
                hint="give the settings it was begun with, or another run folder",
            )
    return VocoderRun(folder, settings), prepared


def train_vocoder(
    folder: Path,
    config: VocoderTrainConfig,
    *,
    devices: int | str = "auto",
    nodes: int = 1,
    max_minutes: float | None = None,
    watch: Callable[[VocoderRun], Callable[[Record], None]] = lambda run: lambda record: None,
) -> str:
    """Train a vocoder's run from where it stands; says why it ended, or nothing in processes other than the first.

    watch  called once with the run, gives what is then called with every record of its metrics
    """
    run, prepared = open_vocoder_run(folder, config)
    clips, held_out = prepared.clips("train"), prepared.clips("val")
    fabric = Fabric(devices=devices, num_nodes=nodes, precision="32-true")
    fabric.launch()
    first = fabric.is_global_zero
    if first:
        VocoderRun.create(folder, run.settings)
    torch.manual_seed(config.seed)
    model = make_vocoder(config.model, prepared.mel)
    recipe = VocoderRecipe(config, model, fabric)
    feed = SegmentFeed(clips, held_out, config, prepared.mel)
    shown = one_a_speaker(held_out or clips)

    def sample(step: int) -> None:
        write_samples(run.samples / f"step-{step:07d}", recipe, shown)
        write_vocoder_report(run)

    loop = Loop(run, recipe, feed, sample=sample, report=watch(run) if first else lambda record: None)
    loop.resume()
    with Stop(max_minutes) as stop:
        ending = loop.fit(stop)
    if not first:
        return ""
    write_vocoder_report(run, ending=ending)
    return ending


def one_a_speaker(clips: list[Clip]) -> list[Clip]:
    """The first clip of each speaker."""
    found: dict[int, Clip] = {}
    for clip in clips:
        found.setdefault(clip.speaker, clip)
    return list(found.values())
