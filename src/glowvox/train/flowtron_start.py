"""From settings and a prepared folder to a Flowtron that trains."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric

from glowvox.data.prepared import Clip, Prepared
from glowvox.errors import CorpusError, UsageError
from glowvox.files import write_text
from glowvox.models.flowtron import Flowtron
from glowvox.models.flowtron_file import build
from glowvox.train.feed import ClipFeed
from glowvox.train.flowtron_config import FlowtronTrainConfig
from glowvox.train.flowtron_recipe import FlowtronRecipe
from glowvox.train.flowtron_report import STARTED, write_flowtron_report
from glowvox.train.flowtron_samples import FlowtronSampleWriter
from glowvox.train.flowtron_speaker import FlowtronSpeaker, file_settings
from glowvox.train.loop import Loop, Stop
from glowvox.train.optimizer import swapped
from glowvox.train.run import FlowtronRun, FlowtronRunSettings, RunFolder
from glowvox.train.samples import shown
from glowvox.train.tracking import Tracker, find_tracker
from glowvox.train.warm_start import warm_start

log = logging.getLogger(__name__)

Record = Mapping[str, Any]


def open_flowtron_run(folder: Path, config: FlowtronTrainConfig) -> tuple[FlowtronRun, Prepared]:
    """The run folder of a configuration, new or taken up, and its data. Nothing is written yet.

    raises  UsageError where the folder holds a run of another model or other data
    """
    if not config.prepared:
        raise UsageError(
            "nothing to train on: no prepared folder is named",
            hint="make one with `glowvox data prepare CORPUS -o prepared/NAME`, then `glowvox train prepared/NAME`",
        )
    prepared = Prepared.load(Path(config.prepared))
    settings = FlowtronRunSettings(
        train=config,
        mel=prepared.mel,
        front_end=prepared.front_end,
        symbols=tuple(prepared.symbols.names),
        speakers=prepared.speakers,
    )
    if (folder / "run.toml").is_file():
        before = RunFolder.load_flowtron(folder).settings
        changed = [
            name
            for name in ("mel", "front_end", "symbols", "speakers")
            if getattr(before, name) != getattr(settings, name)
        ]
        changed += [name for name in ("model", "warm_start") if getattr(before.train, name) != getattr(config, name)]
        if changed:
            raise UsageError(
                f"{folder}: this run was begun with other settings: {', '.join(changed)} differ",
                hint="give the settings it was begun with, or another run folder",
            )
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
    clips, held_out = prepared.clips("train"), prepared.clips("val")
    if not clips:
        raise CorpusError(f"{prepared.folder}: the train list is empty", hint="see `glowvox data check`")
    torch.manual_seed(config.seed)
    model = build(file_settings(run.settings))
    beginning = _begin(run, model)
    fabric = Fabric(devices=devices, num_nodes=nodes, precision="32-true")
    fabric.launch()
    recipe = FlowtronRecipe(config, model, fabric)
    first = fabric.is_global_zero
    if first:
        RunFolder.create(folder, run.settings)
        if beginning:
            write_text(folder / STARTED, beginning + "\n")
    showing = _Showing(run, recipe, clips, held_out, find_tracker(folder / "events") if first else None)
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


def _begin(run: FlowtronRun, model: Flowtron) -> str:
    """Take other weights, where a new run is to begin with some; says which."""
    config = run.settings.train.warm_start
    if not config.weights or run.latest() is not None:
        return ""
    lines = warm_start(model, file_settings(run.settings), config).lines()
    log.info("begins with %s: %s", config.weights, "; ".join(lines))
    return "\n".join([f"from {config.weights}", *lines])


class _Showing:
    """Samples, the report and event files; none of them can stop a training."""

    def __init__(
        self,
        run: FlowtronRun,
        recipe: FlowtronRecipe,
        clips: list[Clip],
        held_out: list[Clip],
        tracker: Tracker | None,
    ) -> None:
        self.run, self.recipe, self.tracker = run, recipe, tracker
        most = Counter(clip.speaker for clip in clips).most_common(1)[0][0]
        self.writer = FlowtronSampleWriter(
            run.samples,
            sentences=run.settings.train.test_sentences,
            voice=run.settings.speakers[most],
            clips=shown(clips, held_out, diagnostic=False),
        )

    def record(self, record: Record) -> None:
        """Pass on one line of metrics."""
        if self.tracker is not None:
            tracker = self.tracker
            _safely("event files", lambda: tracker.record(record))

    def sample(self, step: int) -> None:
        """Write the samples of a step, then the report."""
        _safely("samples", lambda: self._sample(step))
        _safely("report", lambda: write_flowtron_report(self.run))

    def finish(self, ending: str) -> None:
        """Write the report for the last time, and close the event files."""
        if self.tracker is not None:
            _safely("event files", self.tracker.close)
        _safely("report", lambda: write_flowtron_report(self.run, ending=ending))

    def _sample(self, step: int) -> None:
        """By a copy on the CPU with the averaged weights: the model in training stays as it is."""
        recipe = self.recipe
        with torch.random.fork_rng():
            model = build(file_settings(self.run.settings))
        with swapped(recipe.model, recipe.average.values if recipe.average else {}):
            model.load_state_dict(recipe.model.state_dict())
        sheet = self.writer.write(step, FlowtronSpeaker(model, file_settings(self.run.settings)))
        if self.tracker is not None:
            self.tracker.samples(self.run.samples / f"step-{step:07d}", sheet)


def _safely(what: str, work: Callable[[], object]) -> None:
    try:
        work()
    except Exception as error:  # whatever went wrong here is worth less than the training
        log.warning("%s: %s: %s; training goes on without", what, type(error).__name__, error)
