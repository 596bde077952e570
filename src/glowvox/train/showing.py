"""What a run shows of itself while it trains: samples, the report page, event files. None of it can stop a training."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import torch

from glowvox.train.recipe import GlowTTSRecipe
from glowvox.train.report import write_report
from glowvox.train.run import AnyRun, Run
from glowvox.train.samples import SampleSheet, SampleWriter
from glowvox.train.speaker import Speaker
from glowvox.train.tracking import Tracker

log = logging.getLogger(__name__)


class Showing(ABC):
    """Called by the loop when there is something to show.

    Samples are spoken by a copy of the model with its averaged weights, on the CPU, so that the model in training, its
    mode and the random numbers it will draw stay as they are.
    """

    def __init__(self, run: AnyRun, tracker: Tracker | None) -> None:
        self.folder, self.tracker = run.samples, tracker
        self._told: set[str] = set()

    @abstractmethod
    def speak(self, step: int) -> SampleSheet:
        """Write what is to be heard and seen of a step."""

    @abstractmethod
    def write_page(self, ending: str | None = None) -> object:
        """Write the report."""

    def record(self, record: Mapping[str, Any]) -> None:
        """Pass on one line of metrics."""
        tracker = self.tracker
        if tracker is not None:
            self._safely("event files", lambda: tracker.record(record))

    def sample(self, step: int) -> None:
        """Write the samples of a step, then the report."""
        self._safely("samples", lambda: self._sample(step))
        self._safely("report", self.write_page)

    def finish(self, ending: str) -> None:
        """Write the report for the last time, and close the event files."""
        if self.tracker is not None:
            self._safely("event files", self.tracker.close)
        self._safely("report", lambda: self.write_page(ending))

    def _sample(self, step: int) -> None:
        sheet = self.speak(step)
        if self.tracker is not None:
            self.tracker.samples(self.folder / f"step-{step:07d}", sheet)

    def _safely(self, what: str, work: Callable[[], object]) -> None:
        """Do it; a failure of any kind is told once and training goes on."""
        try:
            work()
        except Exception as error:  # whatever went wrong here is worth less than the training
            problem = f"{what}: {type(error).__name__}: {error}"
            if problem not in self._told:
                self._told.add(problem)
                log.warning("%s; training goes on without", problem)


class VoiceShowing(Showing):
    """What a Glow-TTS shows."""

    def __init__(self, run: Run, recipe: GlowTTSRecipe, writer: SampleWriter, tracker: Tracker | None) -> None:
        super().__init__(run, tracker)
        self.run, self.recipe, self.writer = run, recipe, writer
        self._speaker: Speaker | None = None

    def speak(self, step: int) -> SampleSheet:
        """As `Showing` says; and histograms of the weights, where they are wanted."""
        sheet = self.writer.write(step, self._voice())
        if self.tracker is not None and self.run.settings.train.weight_histograms:
            self.tracker.weights(step, self.recipe.model)
        return sheet

    def write_page(self, ending: str | None = None) -> object:
        """As `Showing` says."""
        return write_report(self.run, ending=ending)

    def _voice(self) -> Speaker:
        average = self.recipe.average
        values = {**self.recipe.model.state_dict(), **(average.values if average is not None else {})}
        if self._speaker is None:
            with torch.random.fork_rng():  # a new model draws its first weights
                self._speaker = Speaker(self.run.settings, values)
        else:
            self._speaker.model.load_state_dict(values)
        return self._speaker
