"""The recipes of the repository are whole and load."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import msgspec
import pytest

from glowvox.config import load, plain
from glowvox.models.glow_tts_config import PRESETS
from glowvox.train.config import TrainConfig
from glowvox.train.schedule import learning_rate
from glowvox.train.vocoder_config import PRESETS as VOCODERS
from glowvox.train.vocoder_config import VocoderTrainConfig

RECIPES = Path(__file__).resolve().parents[3] / "recipes"


@pytest.mark.parametrize("name", ["tiny", "small", "voice", "base"])
def test_a_recipe_names_every_setting_but_the_data(name: str) -> None:
    path = RECIPES / f"{name}.toml"
    config = load(path, TrainConfig)
    if name in PRESETS:
        assert config.model == PRESETS[name]
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    whole = plain(msgspec.structs.replace(config))
    del whole["prepared"]
    encoder = whole["model"]["encoder"]
    for kind in ("gated_conv", "residual_conv_bn", "time_depth_separable"):
        if kind != encoder["kind"]:
            del encoder[kind]
    assert keys(written) == keys(whole)


@pytest.mark.parametrize("name", ["istft-small"])
def test_a_recipe_of_a_vocoder_does_so_too(name: str) -> None:
    path = RECIPES / f"{name}.toml"
    config = load(path, VocoderTrainConfig)
    assert config == msgspec.structs.replace(VocoderTrainConfig(), model=VOCODERS[name])
    whole = plain(config)
    del whole["prepared"]
    assert keys(tomllib.loads(path.read_text(encoding="utf-8"))) == keys(whole)


def test_base_is_the_recipe_of_the_paper() -> None:
    config = load(RECIPES / "base.toml", TrainConfig)
    optimizer = config.optimizer
    assert (optimizer.name, optimizer.betas, optimizer.eps, optimizer.weight_decay) == ("adam", (0.9, 0.98), 1e-9, 0.0)
    assert (optimizer.clip, optimizer.clip_at) == ("value", 5.0)
    for step in (1, 100, 4000, 100_000):  # the authors' formula
        noam = 192**-0.5 * min(step**-0.5, step * 4000**-1.5)
        assert math.isclose(learning_rate(optimizer, step, config.steps), noam, rel_tol=1e-3)


def keys(table: dict[str, object], prefix: str = "") -> set[str]:
    found = set()
    for key, value in table.items():
        found |= keys(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}"}
    return found
