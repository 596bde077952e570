"""From settings and a prepared folder to a Flowtron that trains."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric

from glowvox.data.noise import require_recordings
from glowvox.data.prepared import Clip, Prepared
from glowvox.files import write_text
from glowvox.models.flowtron import Flowtron
from glowvox.models.flowtron_file import build
from glowvox.train.feed import ClipFeed
from glowvox.train.flowtron_config import FlowtronTrainConfig
from glowvox.train.flowtron_guide import AttentionGuide
from glowvox.train.flowtron_recipe import FlowtronRecipe
from glowvox.train.flowtron_report import STARTED, write_flowtron_report
from glowvox.train.flowtron_samples import FlowtronSampleWriter
from glowvox.train.flowtron_speaker import FlowtronSpeaker, file_settings
from glowvox.train.loop import Loop, Stop
from glowvox.train.opening import listed_clips, open_prepared, require_as_begun
from glowvox.train.run import FlowtronRun, FlowtronRunSettings, RunFolder
from glowvox.train.samples import SampleSheet, shown
from glowvox.train.showing import Showing
from glowvox.train.tracking import Tracker, find_tracker
from glowvox.train.warm_start import warm_start

log = logging.getLogger(__name__)

Record = Mapping[str, Any]


def open_flowtron_run(folder: Path, config: FlowtronTrainConfig) -> tuple[FlowtronRun, Prepared]:
    """The run folder of a configuration, new or taken up, and its data. Nothing is written yet.

    raises  UsageError where the folder holds a run of another model or other data
    """
    prepared = open_prepared(config)
    require_recordings(prepared, config.batch.noise)
    settings = FlowtronRunSettings(
        train=config,
        mel=prepared.mel,
        front_end=prepared.front_end,
        symbols=tuple(prepared.symbols.names),
        speakers=prepared.speakers,
    )
    if (folder / "run.toml").is_file():
        before = RunFolder.load_flowtron(folder).settings
        names = ("mel", "front_end", "symbols", "speakers", "model", "warm_start")
        require_as_begun(folder, before, settings, names)
    return RunFolder(folder, settings), prepared


def train_flowtron(
    folder: Path,
    config: FlowtronTrainConfig,
    *,
    devices: int | str = "auto",
    nodes: int = 1,
    max_minutes: float | None = None,
    watch: Callable[[FlowtronRun], Callable[[Record], None]] = lambda run: lambda record: None,
) -> str:
    """Train a Flowtron's run from where it stands; says why it ended, or nothing in processes other than the first.

    watch  called once with the run, gives what is then called with every record of its metrics
    """
    run, prepared = open_flowtron_run(folder, config)
    clips, held_out = listed_clips(prepared)
    torch.manual_seed(config.seed)
    model = build(file_settings(run.settings))
    beginning = _begin(run, model)
    fabric = Fabric(devices=devices, num_nodes=nodes, precision="32-true")
    fabric.launch()
    recipe = FlowtronRecipe(config, model, fabric, _guide(run))
    first = fabric.is_global_zero
    if first:
        RunFolder.create(folder, run.settings)
        if beginning:
            write_text(folder / STARTED, beginning + "\n")
    showing = _FlowtronShowing(run, recipe, clips, held_out, find_tracker(folder / "events") if first else None)
    tell = watch(run) if first else lambda record: None

    def report(record: Record) -> None:
        showing.record(record)
        tell(record)

    loop = Loop(run, recipe, ClipFeed(clips, held_out, config, prepared.mel), sample=showing.sample, report=report)
    loop.resume()
    with Stop(max_minutes) as stop:
        ending = loop.fit(stop)
    if not first:
        return ""
    showing.finish(ending)
    return ending


def _guide(run: FlowtronRun) -> AttentionGuide:
    """What tells attention where to look at the beginning."""
    settings = run.settings
    place = settings.train.attention.guide_by
    if not place:
        return AttentionGuide()
    return AttentionGuide.load(Path(place), settings.mel, settings.symbols, settings.speakers)


def _begin(run: FlowtronRun, model: Flowtron) -> str:
    """Take other weights, where a new run is to begin with some; says which."""
    config = run.settings.train.warm_start
    if not config.weights or run.latest() is not None:
        return ""
    lines = warm_start(model, file_settings(run.settings), config).lines()
    log.info("begins with %s: %s", config.weights, "; ".join(lines))
    return "\n".join([f"from {config.weights}", *lines])


class _FlowtronShowing(Showing):
    """What a Flowtron shows."""

    def __init__(
        self,
        run: FlowtronRun,
        recipe: FlowtronRecipe,
        clips: list[Clip],
        held_out: list[Clip],
        tracker: Tracker | None,
    ) -> None:
        super().__init__(run, tracker)
        self.run, self.recipe = run, recipe
        most = Counter(clip.speaker for clip in clips).most_common(1)[0][0]
        self.writer = FlowtronSampleWriter(
            run.samples,
            sentences=run.settings.train.test_sentences,
            voice=run.settings.speakers[most],
            clips=shown(clips, held_out, diagnostic=False),
        )

    def speak(self, step: int) -> SampleSheet:
        """As `Showing` says."""
        recipe = self.recipe
        with torch.random.fork_rng():
            model = build(file_settings(self.run.settings))
        with recipe.averaged():
            model.load_state_dict(recipe.model.state_dict())
        return self.writer.write(step, FlowtronSpeaker(model, file_settings(self.run.settings)))

    def write_page(self, ending: str | None = None) -> object:
        """As `Showing` says."""
        return write_flowtron_report(self.run, ending=ending)
