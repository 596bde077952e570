"""A run with random weights that has been sampled once; making sound and pictures takes seconds."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from glowvox.data.prepared import Prepared
from glowvox.train.run import Run
from glowvox.train.samples import SampleSheet, SampleWriter
from glowvox.train.speaker import Speaker
from tests.fixtures.prepared import make_prepared
from tests.fixtures.runs import make_run

METRICS = Path(__file__).resolve().parents[2] / "data" / "metrics"


@dataclass(frozen=True)
class Sampled:
    """What the tests look at."""

    run: Run
    prepared: Prepared
    speaker: Speaker
    sheet: SampleSheet
    folder: Path


@pytest.fixture(scope="session")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Sampled:
    """A run folder with metrics of a good course and the samples of step 3."""
    folder = tmp_path_factory.mktemp("sampled")
    prepared = Prepared.load(make_prepared(folder / "prepared", speakers=2))
    run = make_run(folder / "run", speakers=prepared.speakers)
    shutil.copy(METRICS / "good.jsonl", run.metrics)
    speaker = Speaker.load(run.folder)
    clips = prepared.clips("val")[:1]
    writer = SampleWriter(run.samples, sentences=["The cat."], voices=["speaker1"], clips=clips)
    return Sampled(run, prepared, speaker, writer.write(3, speaker), run.samples / "step-0000003")
