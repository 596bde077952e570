"""From settings and a prepared folder to a vocoder that trains, WaveGlow among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric

from glowvox.audio.mel import MelConfig
from glowvox.data.prepared import Clip, Prepared
from glowvox.errors import CheckpointError
from glowvox.models.waveglow import WaveGlow
from glowvox.train.copies import write_copies
from glowvox.train.feed import SegmentFeed
from glowvox.train.loop import Loop, Stop
from glowvox.train.opening import open_prepared, require_as_begun
from glowvox.train.run import VocoderRun, VocoderSettings
from glowvox.train.vocoder_config import VocoderTrainConfig
from glowvox.train.vocoder_recipe import VocoderRecipe
from glowvox.train.vocoder_report import write_vocoder_report
from glowvox.train.vocoders import Network, Vocoder, make_vocoder
from glowvox.train.waveglow_config import WaveGlowTrainConfig
from glowvox.train.waveglow_recipe import WaveGlowRecipe

Record = Mapping[str, Any]
AnyConfig = VocoderTrainConfig | WaveGlowTrainConfig


def open_vocoder_run(folder: Path, config: AnyConfig) -> tuple[VocoderRun, Prepared]:
    """The run folder of a configuration, new or taken up, and its data. Nothing is written yet.

    raises  UsageError where the folder holds a run of another model or mel, CorpusError where the data has no sound
    """
    prepared = open_prepared(config, sound=True)
    settings = VocoderSettings(train=config, mel=prepared.mel)
    if (folder / "run.toml").is_file():
        require_as_begun(folder, VocoderRun.load_vocoder(folder).settings, settings, ("model", "mel"))
    return VocoderRun(folder, settings), prepared


def train_vocoder(
    folder: Path,
    config: AnyConfig,
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
    if config.begin_with:
        take_weights(model, Path(config.begin_with), prepared.mel)
    recipe = _recipe(config, model, fabric)
    feed = SegmentFeed(clips, held_out, config, prepared.mel)
    shown = one_a_speaker(held_out or clips)

    def sample(step: int) -> None:
        write_copies(run.samples / f"step-{step:07d}", recipe, shown)
        write_vocoder_report(run)

    loop = Loop(run, recipe, feed, sample=sample, report=watch(run) if first else lambda record: None)
    loop.resume()
    with Stop(max_minutes) as stop:
        ending = loop.fit(stop)
    if not first:
        return ""
    write_vocoder_report(run, ending=ending)
    return ending


def _recipe(config: AnyConfig, model: Network, fabric: Fabric) -> VocoderRecipe | WaveGlowRecipe:
    if isinstance(config, WaveGlowTrainConfig):
        assert isinstance(model, WaveGlow)
        return WaveGlowRecipe(config, model, fabric)
    assert not isinstance(model, WaveGlow)
    return VocoderRecipe(config, model, fabric)


def take_weights(model: Network, place: Path, mel: MelConfig) -> None:
    """Begin as a trained vocoder: its averaged weights, nothing of its optimizer.

    place   a run folder, a weights file, or what `glowvox import` made of a published vocoder
    raises  CheckpointError if it is none of them, or of another model; InputError where it was trained on other mels
    """
    vocoder = Vocoder.load(place)
    vocoder.require(mel, maker="the prepared folder")
    other = vocoder.model
    if not isinstance(other, type(model)):
        raise CheckpointError(f"{place}: {type(other).__name__}, expected {type(model).__name__}")
    if isinstance(other, WaveGlow) and other.config != model.config:  # not all of which its tensors show
        raise CheckpointError(
            f"{place}: not a WaveGlow of this run's size", hint="give its size with --set model.width=…"
        )
    try:
        model.load_state_dict(other.state_dict())
    except RuntimeError as error:
        raise CheckpointError(f"{place}: of another size than this run's model: {error}") from None


def one_a_speaker(clips: list[Clip]) -> list[Clip]:
    """The first clip of each speaker."""
    found: dict[int, Clip] = {}
    for clip in clips:
        found.setdefault(clip.speaker, clip)
    return list(found.values())
