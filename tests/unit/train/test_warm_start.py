"""A Flowtron that begins with another's weights: what is taken, left out, and matched by name."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import torch

from glowvox.audio.mel import MelConfig
from glowvox.errors import CheckpointError, ConfigError
from glowvox.models.flowtron_config import FlowtronConfig
from glowvox.models.flowtron_file import FlowtronSettings, build, write_flowtron
from glowvox.train.flowtron_config import WarmStartConfig
from glowvox.train.warm_start import warm_start
from tests.fixtures.flowtrons import MODEL


def settings(
    symbols: str = "abc", speakers: tuple[str, ...] = ("anna", "ben"), model: FlowtronConfig = MODEL
) -> FlowtronSettings:
    return FlowtronSettings(
        model=model, mel=MelConfig(), front_end="characters", symbols=tuple(symbols), speakers=speakers
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Weights that are all different from those of a new model."""
    torch.manual_seed(1)
    model = build(settings())
    with torch.no_grad():
        for number, value in enumerate(model.parameters()):
            value.fill_(100.0 + number)
        model.embedding.weight.copy_(torch.arange(3.0)[:, None].expand(3, MODEL.text))
        model.speaker_table.weight.copy_(torch.tensor([[10.0], [20.0]]).expand(2, MODEL.speaker_width))
    write_flowtron(tmp_path / "source.safetensors", settings(), dict(model.state_dict()))
    return tmp_path / "source.safetensors"


def test_everything_is_taken_but_what_is_left_out(source: Path) -> None:
    model = build(settings())
    fresh = {name: value.clone() for name, value in model.state_dict().items()}
    told = warm_start(model, settings(), WarmStartConfig(weights=str(source), leave_out=("*.gate.*",)))
    gate = {"steps.1.step.gate.weight", "steps.1.step.gate.bias"}
    assert set(told.left_out) == gate
    assert set(told.taken) == set(fresh) - gate
    for name, value in model.state_dict().items():
        assert torch.equal(value, fresh[name]) == (name in gate), name
    assert told.lines()[-1] == "left out, begun afresh: steps.1.step.gate.bias, steps.1.step.gate.weight"


def test_symbols_and_speakers_keep_their_rows_by_name(source: Path) -> None:
    here = settings("cxa", ("carl", "ben", "anna", "dora"))
    model = build(here)
    fresh = model.speaker_table.weight.detach().clone()
    told = warm_start(model, here, WarmStartConfig(weights=str(source)))
    assert model.embedding.weight[0, 0] == 2.0
    assert model.embedding.weight[2, 0] == 0.0
    assert model.speaker_table.weight[1, 0] == 20.0
    assert model.speaker_table.weight[2, 0] == 10.0
    assert torch.equal(model.speaker_table.weight[[0, 3]], fresh[[0, 3]])
    assert told.rows == {"embedding.weight": (2, 3), "speaker_table.weight": (2, 4)}
    assert "taken by name: 2 of 4 rows of speaker_table.weight" in told.lines()


def test_tensors_of_other_sizes_are_refused_by_name(source: Path) -> None:
    wider = settings(model=msgspec.structs.replace(MODEL, attention=10))
    with pytest.raises(CheckpointError, match=r"attention.* is \(8.*there and \(10.*here") as caught:
        warm_start(build(wider), wider, WarmStartConfig(weights=str(source)))
    assert "leave it out" in (caught.value.hint or "")


def test_a_deeper_model_says_what_was_not_there(source: Path) -> None:
    deeper = settings(model=msgspec.structs.replace(MODEL, flows=3, gate=False))
    told = warm_start(build(deeper), deeper, WarmStartConfig(weights=str(source)))
    assert set(told.unused) == {"steps.1.step.gate.weight", "steps.1.step.gate.bias"}
    assert told.missing
    assert all(name.startswith("steps.2.") for name in told.missing)


def test_mels_of_another_kind_are_refused(source: Path) -> None:
    other = msgspec.structs.replace(settings(), mel=MelConfig(floor=1e-3))
    with pytest.raises(CheckpointError, match="its mels are not those of the prepared data"):
        warm_start(build(other), other, WarmStartConfig(weights=str(source)))


def test_names_that_are_not_are_refused_with_the_nearest(source: Path) -> None:
    with pytest.raises(
        ConfigError,
        match=r"leave_out: no parameter is called 'speaker_tabel.weight'; did you mean 'speaker_table.weight'",
    ):
        warm_start(
            build(settings()), settings(), WarmStartConfig(weights=str(source), leave_out=("speaker_tabel.weight",))
        )
    with pytest.raises(ConfigError, match=r"'gates.\*'; known: embedding, encoder, speaker_table, steps"):
        warm_start(build(settings()), settings(), WarmStartConfig(weights=str(source), leave_out=("gates.*",)))
