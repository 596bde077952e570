"""From settings and a prepared folder to a run that trains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from msgspec import structs

from glowvox.config import near
from glowvox.data.noise import require_recordings
from glowvox.data.prepared import Clip, Prepared
from glowvox.errors import ConfigError, UsageError
from glowvox.models.glow_tts import GlowTTS
from glowvox.train.beginning import begin_model
from glowvox.train.config import TrainConfig
from glowvox.train.cuda import cuda_switches
from glowvox.train.feed import ClipFeed
from glowvox.train.finetune import read_source, renumbered, settings_from
from glowvox.train.loop import Loop, Stop
from glowvox.train.opening import listed_clips, open_prepared, require_as_begun
from glowvox.train.recipe import GlowTTSRecipe
from glowvox.train.run import Run, RunSettings
from glowvox.train.samples import SampleWriter, shown, voices
from glowvox.train.showing import VoiceShowing
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
    prepared = open_prepared(config)
    settings = RunSettings(
        train=config,
        mel=prepared.mel,
        front_end=prepared.front_end,
        symbols=tuple(prepared.symbols.names),
        speakers=prepared.speakers,
    )
    if (folder / "run.toml").is_file():
        before = Run.load(folder).settings
        settings = structs.replace(settings, variation=before.variation)
        if config.finetune.weights or not before.train.prepared:  # it has names of its own, some without data here
            settings = _as_begun(before, settings)
        require_as_begun(
            folder,
            before,
            settings,
            ("model", "finetune", "speaker_vectors", "mel", "front_end", "symbols", "speakers", "overfit"),
        )
    elif config.finetune.weights:
        settings = settings_from(read_source(Path(config.finetune.weights)), settings)
    require_recordings(prepared, config.batch.noise)
    _require_voices(settings)
    return Run(folder, settings), prepared


def _as_begun(before: RunSettings, settings: RunSettings) -> RunSettings:
    """The settings of prepared data with the names that a run already has, where those hold all of the data's."""
    names = {
        field: getattr(before, field)
        for field in ("symbols", "speakers")
        if set(getattr(settings, field)) <= set(getattr(before, field))
    }
    return structs.replace(settings, **names)


def _require_voices(settings: RunSettings) -> None:
    """Refuse test sentences by speakers that are not there."""
    for sentence in settings.train.test_sentences:
        if not isinstance(sentence, str) and sentence[1] not in settings.speakers:
            raise ConfigError(
                f"test_sentences: '{sentence[0]}': no speaker '{sentence[1]}'{near(sentence[1], settings.speakers)}"
            )


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
    as_prepared = chosen(prepared, config)
    clips, held_out = (renumbered(part, prepared.speakers, run.settings) for part in as_prepared)
    fabric = Fabric(devices=devices, num_nodes=nodes, precision="32-true")
    fabric.launch()
    torch.manual_seed(config.seed)
    begun = begin_model(run, make_model(run.settings))
    first = fabric.is_global_zero
    if first:
        Run.create(folder, run.settings)
        write_summary(run, summarise(prepared, *as_prepared))
        begun.tell(run)
    recipe = GlowTTSRecipe(config, begun.model, fabric, begun.selection)
    recipe.initialised = begun.initialised
    showing = VoiceShowing(
        run, recipe, _sampling(run, clips, held_out, loaded), find_tracker(run.folder / "events") if first else None
    )
    tell = watch(run) if first else lambda record: None

    def report(record: Record) -> None:
        showing.record(record)
        tell(record)

    feed = ClipFeed(clips, held_out, config, prepared.mel)
    loop = Loop(run, recipe, feed, sample=showing.sample, report=report)
    loop.resume()
    with cuda_switches(config.cuda), Stop(max_minutes) as stop:
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
    clips, held_out = listed_clips(prepared)
    if config.overfit:
        if config.overfit > len(clips):
            raise UsageError(f"--overfit {config.overfit}: the train list of {prepared.folder} has {len(clips)} clips")
        first = min(len(clips) // 2, len(clips) - config.overfit)
        middle = sorted(clips, key=lambda clip: clip.frames)[first : first + config.overfit]
        return middle, middle
    return clips, held_out
