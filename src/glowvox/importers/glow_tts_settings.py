"""The authors' JSON settings, as ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glowvox.audio.mel import MelConfig
from glowvox.config import build, near
from glowvox.errors import ConfigError
from glowvox.models.glow_tts_config import DecoderConfig, DurationConfig, EncoderConfig, GlowTTSConfig

# their constructor's own defaults, which hold where the file is silent
DEFAULTS: dict[str, Any] = {
    "hidden_channels_enc": None,
    "hidden_channels_dec": None,
    "n_layers_enc": 6,
    "p_dropout": 0.0,
    "p_dropout_dec": 0.0,
    "n_blocks_dec": 12,
    "kernel_size_dec": 5,
    "dilation_rate": 5,
    "n_block_layers": 4,
    "n_split": 4,
    "n_sqz": 1,
    "sigmoid_scale": False,
    "window_size": None,
    "block_length": None,
    "mean_only": False,
    "prenet": False,
    "n_speakers": 0,
    "gin_channels": 0,
}
MEL = {
    "sampling_rate": "sample_rate",
    "filter_length": "fft_size",
    "win_length": "window",
    "hop_length": "hop",
    "n_mel_channels": "bands",
    "mel_fmin": "low",
}
REQUIRED = ("hidden_channels", "filter_channels", "filter_channels_dp", "kernel_size", "n_heads")


def model_config(table: Mapping[str, Any], *, where: str) -> GlowTTSConfig:
    """The section of their settings that shapes the model.

    where   file and section, for the message
    raises  ConfigError naming a missing or unknown key, or values that do not fit each other
    """
    for key in table:
        if key not in DEFAULTS and key not in REQUIRED:
            raise ConfigError(f"{where}: unknown key '{key}'{near(key, [*REQUIRED, *DEFAULTS])}")
    for key in REQUIRED:
        if key not in table:
            raise ConfigError(f"{where}: '{key}' is missing")
    given = DEFAULTS | dict(table)
    try:
        return GlowTTSConfig(
            encoder=EncoderConfig(
                width=given["hidden_channels_enc"] or given["hidden_channels"],
                feed_forward=given["filter_channels"],
                layers=given["n_layers_enc"],
                heads=given["n_heads"],
                kernel=given["kernel_size"],
                window=given["window_size"],
                reach=given["block_length"],
                prenet=given["prenet"],
                dropout=given["p_dropout"],
            ),
            duration=DurationConfig(width=given["filter_channels_dp"], dropout=given["p_dropout"]),
            decoder=DecoderConfig(
                blocks=given["n_blocks_dec"],
                width=given["hidden_channels_dec"] or given["hidden_channels"],
                layers=given["n_block_layers"],
                kernel=given["kernel_size_dec"],
                dilation_rate=given["dilation_rate"],
                squeeze=given["n_sqz"],
                splits=given["n_split"],
                sigmoid_scale=given["sigmoid_scale"],
                dropout=given["p_dropout_dec"],
            ),
            mean_only=given["mean_only"],
            speaker_width=given["gin_channels"] or 1,
        )
    except (ValueError, TypeError) as error:
        raise ConfigError(f"{where}: {error}") from None


def mel_config(table: Mapping[str, Any], *, where: str) -> MelConfig:
    """The `data` section of their settings: Tacotron 2's mel, centred and without an epsilon.

    where   file and section, for the message
    raises  ConfigError for values that cannot be
    """
    values = {ours: table[theirs] for theirs, ours in MEL.items() if theirs in table}
    return build_mel(values | {"padding": "centred", "epsilon": 0.0}, table.get("mel_fmax"), where=where)


def build_mel(values: Mapping[str, Any], high: object, *, where: str) -> MelConfig:
    """Mel settings from plain values; without an upper edge, up to half the sample rate.

    raises  ConfigError for values that cannot be
    """
    rate = values.get("sample_rate", MelConfig().sample_rate)
    half = rate / 2 if isinstance(rate, int) else rate
    return build({**values, "high": high or half}, MelConfig, where=where)
