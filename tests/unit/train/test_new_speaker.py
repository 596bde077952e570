from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from msgspec import structs

from glowvox.data.batch import collate
from glowvox.data.prepared import Prepared
from glowvox.errors import CheckpointError, CorpusError
from glowvox.models.likelihood import losses
from glowvox.train import new_speaker
from glowvox.train.checkpoint import read_part, read_state
from glowvox.train.config import TrainConfig
from glowvox.train.finetune import Source
from glowvox.train.new_speaker import Base, begin, scheduled, starting_values, steps_for
from glowvox.train.run import Run
from glowvox.train.start import make_model
from tests.fixtures.exported import shake
from tests.fixtures.prepared import make_prepared
from tests.fixtures.runs import make_run


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    return Prepared.load(make_prepared(tmp_path / "clips", clips=12))


def base_of(folder: Path, *speakers: str) -> Base:
    run = make_run(folder / "base", speakers=speakers or ("anna", "ben", "cleo"))
    return Base.load(run.folder)


def test_a_run_begins_with_the_values_of_the_base(
    tmp_path: Path, prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_speaker, "LEAST_S", 5.0)
    monkeypatch.setattr(new_speaker, "seconds_a_step", lambda *_: 1.0)
    base = base_of(tmp_path)
    run = begin(tmp_path / "run", base, prepared, minutes=1)
    assert Run.load(run.folder).settings == run.settings
    config = run.settings.train
    assert config.steps == 51  # 85 % of a minute
    assert (config.every.validate, config.every.sample, config.every.first_sample) == (10, 20, 20)
    latest = run.latest()
    assert latest is not None
    state = read_state(latest)
    assert (state["step"], state["initialised"], state["best"]) == (0, True, math.inf)
    values = read_part(latest, "model")
    assert values["speaker_table.weight"].shape == (1, 8)
    for name, value in base.source.values.items():
        if name != "speaker_table.weight":
            assert torch.equal(values[name], value), name
    make_model(run.settings).load_state_dict(values)


def test_the_nearest_speaker_is_the_one_whose_own_loss_is_least(tmp_path: Path, prepared: Prepared) -> None:
    base = base_of(tmp_path)
    model = make_model(base.source.settings).eval()
    shake(model)
    with torch.no_grad():
        model.speaker_table.weight.normal_().mul_(3)
    clips = prepared.clips("train")
    batch = collate(clips)
    with torch.no_grad():
        told = [
            losses(model(batch.tokens, batch.token_lengths, batch.mel, batch.frames, torch.full((len(clips),), who)))
            for who in range(3)
        ]
    wanted = [float(loss.nll + loss.duration) for loss in told]
    assert sorted(wanted)[1] - min(wanted) > 1e-3
    values = {name: value.clone() for name, value in model.state_dict().items()}
    settings = new_speaker._settings(base, prepared, 12)
    begun = starting_values(Base(source_with(base, values), {}), settings, clips)
    nearest = values["speaker_table.weight"][wanted.index(min(wanted))]
    assert torch.allclose(begun["speaker_table.weight"][0], nearest / nearest.norm())


def source_with(base: Base, values: dict[str, torch.Tensor]) -> Source:
    return replace(base.source, values=values)


def test_a_base_of_one_speaker_has_no_vector(tmp_path: Path, prepared: Prepared) -> None:
    base = base_of(tmp_path, "anna")
    settings = new_speaker._settings(base, prepared, 12)
    assert settings.train.model.speakers == "learned"
    values = starting_values(base, settings, prepared.clips("train"))
    assert values.keys() == base.source.values.keys()


def test_weights_that_lack_something_are_refused(tmp_path: Path, prepared: Prepared) -> None:
    base = base_of(tmp_path)
    values = dict(base.source.values)
    del values["encoder.mean.bias"]
    settings = new_speaker._settings(base, prepared, 12)
    with pytest.raises(CheckpointError, match="lack 'encoder.mean.bias'"):
        starting_values(Base(source_with(base, values), {}), settings, prepared.clips("train"))


def test_too_little_speech_is_refused(tmp_path: Path) -> None:
    few = Prepared.load(make_prepared(tmp_path / "clips", clips=3))
    with pytest.raises(CorpusError, match="3 clips, . s to learn from; at least 5 clips and 15 s"):
        begin(tmp_path / "run", base_of(tmp_path), few, minutes=1)
    assert not (tmp_path / "run").exists()


def test_the_pace_of_a_trial_is_measured_and_leaves_no_trace(tmp_path: Path, prepared: Prepared) -> None:
    base = base_of(tmp_path)
    settings = new_speaker._settings(base, prepared, 12)
    values = starting_values(base, settings, prepared.clips("train"))
    before = {name: value.clone() for name, value in values.items()}
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    assert new_speaker.seconds_a_step(settings, values, prepared.clips("train")) > 0
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(values[name], value) for name, value in before.items())


@pytest.mark.parametrize(
    ("epoch", "pace", "minutes", "steps"),
    [(8, 0.1, 45, 200), (40, 0.1, 45, 1000), (1000, 0.1, 45, 4000), (40, 1.0, 10, 510), (40, 1000.0, 1, 1)],
)
def test_steps_go_by_the_clips_and_the_time(epoch: int, pace: float, minutes: float, steps: int) -> None:
    assert steps_for(epoch, pace=pace, minutes=minutes) == steps


def test_a_schedule_fits_its_steps() -> None:
    long, short = scheduled(TrainConfig(), 1200), scheduled(TrainConfig(), 8)
    assert (long.every.validate, long.every.save, long.every.sample, long.every.first_sample) == (60, 60, 200, 20)
    assert (long.optimizer.warmup, short.optimizer.warmup, short.every.first_sample) == (50, 1, 8)
    assert structs.replace(long, steps=8, every=short.every, optimizer=short.optimizer) == short


def test_two_bases_of_other_values_have_other_digests(tmp_path: Path) -> None:
    base = base_of(tmp_path)
    moved = {**base.source.values, "encoder.mean.bias": base.source.values["encoder.mean.bias"] + 1e-3}
    assert Base(source_with(base, moved), {}).digest() != base.digest() == base_of(tmp_path).digest()
