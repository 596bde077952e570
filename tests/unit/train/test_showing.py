"""Showing a run while it trains, whatever goes wrong with it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import cast

import pytest
import torch

from glowvox.errors import AudioError
from glowvox.train.recipe import GlowTTSRecipe
from glowvox.train.run import Run
from glowvox.train.samples import SampleSheet, SampleWriter
from glowvox.train.showing import VoiceShowing
from glowvox.train.speaker import Speaker
from tests.unit.train.conftest import Sampled


class Average:
    """Averaged weights."""

    def __init__(self, values: dict[str, torch.Tensor]) -> None:
        self.values = values


class Recipe:
    """The parts of a recipe that are looked at."""

    def __init__(self, model: torch.nn.Module, average: Average | None) -> None:
        self.model = model
        self.average = average


class Writer:
    """A sample writer that keeps the embedding of who spoke, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.heard: list[torch.Tensor] = []

    def write(self, step: int, speaker: Speaker) -> SampleSheet:
        if self.error:
            raise self.error
        self.heard.append(speaker.model.encoder.embedding.weight.detach().clone())
        return SampleSheet(step=step)


class Tracker:
    """A tracker whose disk is full."""

    def record(self, record: dict[str, float]) -> None:
        raise OSError(28, "No space left on device")

    def samples(self, folder: Path, sheet: SampleSheet) -> None:
        raise OSError(28, "No space left on device")

    def close(self) -> None:
        raise OSError(28, "No space left on device")


def showing(
    sampled: Sampled, folder: Path, writer: Writer, *, average: bool = True, tracker: object = None
) -> VoiceShowing:
    run = Run.create(folder, sampled.run.settings)
    model = sampled.speaker.model
    values = {name: value.detach() + 1 for name, value in model.named_parameters()}
    recipe = Recipe(model, Average(values) if average else None)
    return VoiceShowing(run, cast(GlowTTSRecipe, recipe), cast(SampleWriter, writer), cast("None", tracker))


def test_averaged_weights_speak_and_the_model_in_training_stays_as_it_is(sampled: Sampled, tmp_path: Path) -> None:
    writer = Writer()
    model = sampled.speaker.model
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model.train()
    torch.manual_seed(3)
    state = torch.get_rng_state()
    shown = showing(sampled, tmp_path / "run", writer)
    shown.sample(1)
    shown.sample(2)
    assert model.training
    model.eval()
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert len(writer.heard) == 2
    for weight in writer.heard:
        assert torch.equal(weight, before["encoder.embedding.weight"] + 1)
    assert (tmp_path / "run" / "report.html").is_file()


def test_without_an_average_the_weights_themselves_speak(sampled: Sampled, tmp_path: Path) -> None:
    writer = Writer()
    showing(sampled, tmp_path / "run", writer, average=False).sample(1)
    assert torch.equal(writer.heard[0], sampled.speaker.model.encoder.embedding.weight)


@pytest.mark.parametrize("error", [AudioError("no sound"), RuntimeError("shape"), OSError(28, "No space left")])
def test_a_failure_is_told_once_and_the_report_is_still_written(
    sampled: Sampled, tmp_path: Path, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    shown = showing(sampled, tmp_path / "run", Writer(error))
    with caplog.at_level(logging.WARNING):
        shown.sample(1)
        shown.sample(2)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "training goes on without" in caplog.text
    assert (tmp_path / "run" / "report.html").is_file()


def test_event_files_that_cannot_be_written_stop_nothing(
    sampled: Sampled, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shown = showing(sampled, tmp_path / "run", Writer(), tracker=Tracker())
    shown.record({"step": 1, "nll": 1.0})
    shown.record({"step": 2, "nll": 1.0})
    shown.finish("all 2 steps are done")
    assert caplog.text.count("No space left") == 1
    assert "all 2 steps are done" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
