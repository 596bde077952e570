"""Settings in and out of TOML."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from glowvox.config import build, dumps, load, loads
from glowvox.errors import ConfigError
from glowvox.models.glow_tts_config import PRESETS, EncoderConfig, GlowTTSConfig
from glowvox.train.config import TrainConfig


@pytest.mark.parametrize("name", PRESETS)
def test_settings_survive_a_file(name: str) -> None:
    config = TrainConfig(model=PRESETS[name], steps=7)
    assert loads(dumps(config), TrainConfig, where="test") == config


def test_a_missing_value_survives_although_toml_has_none() -> None:
    config = GlowTTSConfig(encoder=EncoderConfig(window=None))
    assert 'window = "none"' in dumps(config)
    assert loads(dumps(config), GlowTTSConfig, where="test") == config


def test_overrides_reach_into_tables_and_need_no_quotes() -> None:
    config = build({}, TrainConfig, ["model.decoder.blocks=8", "optimizer.schedule=noam", "ema = 0.5"], where="test")
    assert (config.model.decoder.blocks, config.optimizer.schedule, config.ema) == (8, "noam", 0.5)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("optimizer.lrr=1", r"test: \[optimizer\]: unknown key 'lrr'; did you mean 'lr'\?"),
        ("stepps=1", "test: unknown key 'stepps'; did you mean 'steps'"),
        ("steps=many", "test: steps: Expected `int`, got `str`"),
        ("steps", "--set steps: expected key=value"),
        ("steps.a=1", "test: steps: Expected `int`"),
        ("model.encoder.heads=5", "heads = 5 must divide width"),
        ("optimizer.lr=0", "lr = 0.0 must be above 0"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(override: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build({}, TrainConfig, [override], where="test")


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no\.toml: no such file"):
        load(tmp_path / "no.toml", TrainConfig)
    broken = tmp_path / "broken.toml"
    broken.write_text("steps = = 3")
    with pytest.raises(ConfigError, match=r"broken\.toml: not valid TOML: .*line 1"):
        load(broken, TrainConfig)


class Wheel(msgspec.Struct, frozen=True, kw_only=True):
    spokes: int = 8
    width: float = 1.0


class Round(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="round"):
    radius: int = 1
    wheel: Wheel = Wheel()


class Square(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="square"):
    side: int = 1


class Cart(msgspec.Struct, frozen=True, kw_only=True):
    wheel: Wheel = Wheel(spokes=12)
    shape: Round | Square = Round(radius=5, wheel=Wheel(spokes=3))


def test_what_a_nested_table_leaves_out_is_as_in_the_default_of_the_whole() -> None:
    assert build({"wheel": {"width": 2.0}}, Cart, where="x").wheel == Wheel(spokes=12, width=2.0)
    assert build({}, Cart, ["wheel.width=2.0"], where="x").wheel.spokes == 12
    assert build({}, Cart, ["shape.wheel.width=2.0"], where="x").shape == Round(
        radius=5, wheel=Wheel(spokes=3, width=2.0)
    )
    assert build({"shape": {"type": "square"}}, Cart, where="x").shape == Square()
    with pytest.raises(ConfigError, match=r"\[shape\]: unknown key 'radios'"):
        build({}, Cart, ["shape.radios=2"], where="x")
