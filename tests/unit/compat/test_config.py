"""Coqui's settings: every documented field and default, and nothing else."""

from __future__ import annotations

import ast
import copy
import json
import math
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from glowvox.compat.coqui import BaseAudioConfig, BaseDatasetConfig, GlowTTSConfig
from glowvox.compat.coqui.config import MADE
from glowvox.errors import ConfigError
from glowvox.importers.coqui_fields import FIELDS
from glowvox.importers.coqui_mel import mel_config
from glowvox.importers.coqui_settings import DEFAULTS, WHEN_SILENT, model_config
from glowvox.models.glow_tts_config import GlowTTSConfig as OurConfig


def test_every_documented_field_has_its_documented_default() -> None:
    config = GlowTTSConfig()
    assert list(config) == [field.name for field in FIELDS]
    assert len(config) == 112
    for field in FIELDS:
        if field.name not in MADE:
            assert config[field.name] == (math.inf if field.default == "inf" else ast.literal_eval(field.default)), (
                field.name
            )
    assert config.encoder_params == WHEN_SILENT
    assert config.optimizer_params == {"betas": [0.9, 0.998], "weight_decay": 1e-6}
    assert config.lr_scheduler_params == {"warmup_steps": 4000}
    assert config.audio == BaseAudioConfig()
    assert config.datasets == [BaseDatasetConfig()]
    assert len(config.test_sentences) == 5


def test_the_defaults_agree_with_those_of_importing() -> None:
    config = GlowTTSConfig()
    assert {name: config[name] for name in DEFAULTS if name != "encoder_params"} == {
        name: value for name, value in DEFAULTS.items() if name != "encoder_params"
    }
    assert model_config(config, where="test") == model_config({}, where="test")
    assert mel_config(config.audio, where="test") == mel_config({}, where="test")
    assert isinstance(model_config(config, where="test"), OurConfig)


def test_fields_are_attributes_and_keys() -> None:
    config = GlowTTSConfig(batch_size=8, audio={"num_mels": 40})
    config.lr = 0.5
    config["grad_clip"] = 1.0
    assert (config["lr"], config.grad_clip, config.batch_size) == (0.5, 1.0, 8)
    assert "lr" in config
    assert "wd" not in config
    assert config.get("wd", 3) == 3
    assert not hasattr(config, "wd")
    assert (config.audio.num_mels, config.audio["hop_length"]) == (40, 256)
    assert GlowTTSConfig(**config) == config != GlowTTSConfig()
    assert repr(GlowTTSConfig(r=2)) == "GlowTTSConfig(r=2)"
    assert copy.deepcopy(config) == pickle.loads(pickle.dumps(config)) == config


def test_two_settings_share_nothing() -> None:
    first = GlowTTSConfig()
    first.encoder_params["num_layers"] = 1
    first.audio.num_mels = 40
    first.datasets.append({})
    assert GlowTTSConfig().encoder_params["num_layers"] == 6
    assert GlowTTSConfig().audio.num_mels == 80
    assert len(GlowTTSConfig().datasets) == 1


WAYS: dict[str, Callable[[GlowTTSConfig], object]] = {
    "constructor": lambda config: GlowTTSConfig(num_speaker=3),
    "attribute": lambda config: setattr(config, "num_speaker", 3),
    "key": lambda config: config.__setitem__("num_speaker", 3),
    "update": lambda config: config.update({"lr": 3.0, "num_speaker": 3}),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_unknown_field_is_refused_with_its_neighbour(way: str) -> None:
    config = GlowTTSConfig()
    with pytest.raises(ConfigError, match=r"unknown field 'num_speaker'; did you mean 'num_speakers'\?"):
        WAYS[way](config)
    assert config == GlowTTSConfig()
    with pytest.raises(ConfigError, match="BaseAudioConfig: unknown field 'bands'"):
        config.audio = {"bands": 3}
    with pytest.raises(AttributeError, match="did you mean 'num_speakers'"):
        _ = config.num_speaker


def test_settings_go_through_a_file(tmp_path: Path) -> None:
    config = GlowTTSConfig(max_text_len=100, audio=BaseAudioConfig(num_mels=40), test_sentences=["One."])
    config.save_json(tmp_path / "config.json")
    again = GlowTTSConfig()
    again.load_json(tmp_path / "config.json")
    assert again.to_dict() == config.to_dict()
    assert again.audio == config.audio
    assert again.max_audio_len == math.inf
    (tmp_path / "config.json").write_text(json.dumps({"model": "vits"}))
    with pytest.raises(ConfigError, match="of a 'vits'"):
        again.load_json(tmp_path / "config.json")
