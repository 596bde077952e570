"""The authors' `config.json` of a Flowtron, as ours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from glowvox.audio.mel import MelConfig
from glowvox.config import build, near
from glowvox.errors import ConfigError
from glowvox.importers.json_file import read_json
from glowvox.models.flowtron_config import FlowtronConfig, MixtureConfig
from glowvox.text.flowtron import LETTERS

# their values where the file is silent
DEFAULTS: dict[str, Any] = {
    "n_speakers": 1,
    "n_speaker_dim": 128,
    "n_text": 185,
    "n_text_dim": 512,
    "n_flows": 2,
    "n_mel_channels": 80,
    "n_hidden": 1024,
    "n_attn_channels": 640,
    "n_lstm_layers": 2,
    "mel_encoder_n_hidden": 512,
    "n_components": 0,
    "mean_scale": 0.0,
    "fixed_gaussian": True,
    "dummy_speaker_embedding": False,
    "use_gate_layer": True,
    "use_cumm_attention": False,
}
# what the other sections may hold; only the front end and the mel concern a model that is there already
# fmt: off
SECTIONS: dict[str, frozenset[str]] = {
    "model_config": frozenset(DEFAULTS),
    "data_config": frozenset((
        "training_files", "validation_files", "text_cleaners", "p_arpabet", "cmudict_path", "sampling_rate",
        "filter_length", "hop_length", "win_length", "mel_fmin", "mel_fmax", "max_wav_value", "use_attn_prior",
        "attn_prior_threshold", "prior_cache_path", "betab_scaling_factor", "keep_ambiguous",
    )),
    "dist_config": frozenset(("dist_backend", "dist_url")),
    "train_config": frozenset((
        "output_directory", "epochs", "optim_algo", "learning_rate", "weight_decay", "grad_clip_val", "sigma",
        "iters_per_checkpoint", "batch_size", "seed", "checkpoint_path", "ignore_layers", "finetune_layers",
        "include_layers", "warmstart_checkpoint_path", "with_tensorboard", "fp16_run", "gate_loss", "use_ctc_loss",
        "ctc_loss_weight", "blank_logprob", "ctc_loss_start_iter",
    )),
}
# fmt: on
CLEANERS = "flowtron_cleaners"


def read_settings(path: Path) -> dict[str, Any]:
    """The sections of a settings file.

    raises  ConfigError if it is missing, not JSON, has no `model_config`, or a section or key that nobody knows
    """
    table = read_json(path, expected="the settings file the model was trained with")
    if not isinstance(table.get("model_config"), dict):
        raise ConfigError(f"{path}: no 'model_config' section; expected the settings file the model was trained with")
    for section, content in table.items():
        if section not in SECTIONS:
            raise ConfigError(f"{path}: unknown section '{section}'{near(section, list(SECTIONS))}")
        if not isinstance(content, dict):
            raise ConfigError(f"{path}: {section} is {content!r}; expected a table of settings")
        for key in content:
            if key not in SECTIONS[section]:
                raise ConfigError(f"{path}: {section}: unknown key '{key}'{near(key, sorted(SECTIONS[section]))}")
    _require_cleaner(table.get("data_config", {}), path)
    return table


def _require_cleaner(data: Mapping[str, Any], path: Path) -> None:
    cleaners = data.get("text_cleaners", [CLEANERS])
    if cleaners not in (CLEANERS, [CLEANERS]):
        raise ConfigError(f"{path}: data_config: text_cleaners = {cleaners} is not known; ['{CLEANERS}'] is")


def front_end(data: Mapping[str, Any]) -> str:
    """The front end that reads texts as the model learned to: by phones, unless it never saw one."""
    return "flowtron" if data.get("p_arpabet", 1.0) else f"flowtron:{LETTERS}"


def model_config(table: Mapping[str, Any], *, where: str) -> FlowtronConfig:
    """The `model_config` section of their settings.

    raises  ConfigError naming an unknown key, or values that do not fit each other
    """
    for key in table:
        if key not in DEFAULTS:
            raise ConfigError(f"{where}: model_config: unknown key '{key}'{near(key, list(DEFAULTS))}")
    given = DEFAULTS | dict(table)
    for key, value in given.items():
        kind = type(DEFAULTS[key])
        if not isinstance(value, kind) and not (kind is float and type(value) is int):
            if kind is bool and value in (0, 1):
                continue
            raise ConfigError(f"{where}: model_config: {key} = {value!r} must be {_named(kind)}")
    try:
        return FlowtronConfig(
            flows=given["n_flows"],
            hidden=given["n_hidden"],
            layers=given["n_lstm_layers"],
            attention=given["n_attn_channels"],
            text=given["n_text_dim"],
            speaker_width=given["n_speaker_dim"],
            gate=bool(given["use_gate_layer"]),
            cumulative_attention=bool(given["use_cumm_attention"]),
            shared_speaker=bool(given["dummy_speaker_embedding"]),
            mixture=MixtureConfig(
                components=given["n_components"],
                learned=not given["fixed_gaussian"],
                mean_scale=float(given["mean_scale"]),
                width=given["mel_encoder_n_hidden"],
            ),
        )
    except ValueError as error:
        raise ConfigError(f"{where}: model_config: {error}") from None


def _named(kind: type) -> str:
    return {bool: "true or false", int: "a whole number", float: "a number"}[kind]


def mel_config(table: Mapping[str, Any], *, bands: int, where: str) -> MelConfig:
    """The `data_config` section of their settings: Tacotron 2's mel, centred and without an epsilon.

    raises  ConfigError for values that cannot be
    """
    if table.get("max_wav_value", 32_768.0) != 32_768:
        raise ConfigError(f"{where}: data_config: max_wav_value = {table['max_wav_value']} is not known; 32768 is")
    rate = table.get("sampling_rate", 22_050)
    highest = table.get("mel_fmax", 8_000.0)
    values = {
        "sample_rate": rate,
        "fft_size": table.get("filter_length", 1_024),
        "window": table.get("win_length", 1_024),
        "hop": table.get("hop_length", 256),
        "bands": bands,
        "low": table.get("mel_fmin", 0.0),
        "high": rate / 2 if highest is None else highest,
        "padding": "centred",
        "epsilon": 0.0,
    }
    return build(values, MelConfig, where=f"{where}: data_config")
