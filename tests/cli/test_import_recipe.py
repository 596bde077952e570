"""`import glow-tts` of a folder, and `import amphion-config`: what is written, told and refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glowvox.config import load
from glowvox.data.prepare_config import PrepareConfig
from glowvox.train.config import TrainConfig
from tests.cli.conftest import Command
from tests.fixtures.prepared import make_prepared
from tests.unit.importers.test_amphion_recipe import PUBLISHED
from tests.unit.importers.test_glow_tts import amphion_experiment, their_tensors


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    changes = {"preprocess": {"processed_dir": "features"}, "train": {"max_epoch": 10, "add_noise": True}}
    (tmp_path / "exp_config.json").write_text(json.dumps(PUBLISHED | changes))
    return tmp_path / "exp_config.json"


def test_settings_are_written_as_far_as_they_can_be_known(config: Path, glowvox: Command) -> None:
    done = glowvox("import", "amphion-config", config)
    assert done.status == 0, done.err
    assert done.out.splitlines() == [
        "corpus=data/LJSpeech-1.1", "prepared=features/LJSpeech", "runs=ckpts/glowtts", "settings=features",
    ]  # fmt: skip
    assert "note: passed over: train.add_noise: a defect" in done.err
    assert load(Path("features/prepare.toml"), PrepareConfig).mel.padding == "centred"
    assert not Path("features/train.toml").exists()
    make_prepared(Path("features/LJSpeech"), clips=33)
    again = glowvox("import", "amphion-config", config, "-o", "other")
    assert again.out.splitlines()[-1] == "settings=other"
    train = load(Path("other/train.toml"), TrainConfig)
    assert (train.prepared, train.steps) == ("features/LJSpeech", 20)


def test_refused_keys_are_named_and_nothing_is_written(config: Path, glowvox: Command) -> None:
    config.write_text(json.dumps(PUBLISHED | {"train": {"ddi": False}, "colour": 1}))
    done = glowvox("import", "amphion-config", config, "-o", "other")
    assert done.status == 2
    assert "train.ddi = False is not here" in done.err
    assert "unknown key 'colour'" in done.err
    assert not Path("other").exists()


def test_an_experiment_becomes_a_run_that_speaks(tmp_path: Path, glowvox: Command) -> None:
    place = amphion_experiment(tmp_path / "expt", their_tensors(151))
    done = glowvox("import", "glow-tts", place, "-o", tmp_path / "run")
    assert done.status == 0, done.err
    assert "tensors of model.safetensors, 0 skipped" in done.out
    said = glowvox("say", "--voice", tmp_path / "run", "-o", tmp_path / "a.wav", "Yes, no.")
    assert said.status == 0, said.err
    bare = glowvox("import", "glow-tts", tmp_path / "expt" / "checkpoint", "-o", tmp_path / "run")
    assert bare.status == 2
    assert "there is a run already" in bare.err
