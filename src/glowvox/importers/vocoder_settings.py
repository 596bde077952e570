"""The settings files of published HiFi-GAN and BigVGAN vocoders, as ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glowvox import config
from glowvox.audio.mel import MelConfig
from glowvox.errors import ConfigError
from glowvox.models.upsampling_config import BigVGANConfig, HiFiGANConfig

SIZES = {
    "upsample_rates": "rates",
    "upsample_kernel_sizes": "kernels",
    "upsample_initial_channel": "channels",
    "resblock_kernel_sizes": "block_kernels",
    "resblock_dilation_sizes": "dilations",
}
AMPHION = {"sample_rate": "sampling_rate", "n_mel": "num_mels"}  # its names of two fields of the mel
BESIDE = "the settings file beside the checkpoint"
MEL = {
    "sampling_rate": "sample_rate",
    "n_fft": "fft_size",
    "win_size": "window",
    "hop_size": "hop",
    "num_mels": "bands",
    "fmin": "low",
}


def flat_settings(table: Mapping[str, Any], kind: str, *, where: str) -> Mapping[str, Any]:
    """A settings file as published, on one level; Amphion's has the model's settings in `model` and the mel's beside.

    kind    the name of its section there
    raises  ConfigError where it has no such section
    """
    if not isinstance(table.get("model"), Mapping):
        return table
    model, mel = table["model"].get(kind), table.get("preprocess", {})
    if not isinstance(model, Mapping) or not isinstance(mel, Mapping):
        raise ConfigError(f"{where}: no section 'model.{kind}' and 'preprocess'; expected the settings of such a model")
    return {**mel, **{theirs: mel[name] for name, theirs in AMPHION.items() if name in mel}, **model}


def hifi_gan_config(table: Mapping[str, Any], *, where: str) -> HiFiGANConfig:
    """The generator's part of a HiFi-GAN settings file; what only training reads is passed over.

    raises  ConfigError naming a missing key or values that do not fit each other
    """
    return config.build(_sizes(table, where), HiFiGANConfig, where=where)


def bigvgan_config(table: Mapping[str, Any], *, where: str) -> BigVGANConfig:
    """The generator's part of a BigVGAN settings file; what only training reads is passed over.

    raises  ConfigError as `hifi_gan_config` does
    """
    if "activation" not in table:
        raise ConfigError(f"{where}: 'activation' is missing; expected the settings file of a BigVGAN")
    sizes = _sizes(table, where) | {
        "activation": table["activation"],
        "log_scale": table.get("snake_logscale", False),
        "last": "tanh" if table.get("use_tanh_at_final", True) else "clip",
        "last_bias": table.get("use_bias_at_final", True),
    }
    return config.build(sizes, BigVGANConfig, where=where)


def mel_config(table: Mapping[str, Any], *, where: str) -> MelConfig:
    """The mel spectrogram that both families compute; without an upper edge, up to half the sample rate.

    raises  ConfigError for values that cannot be
    """
    given = {ours: table[theirs] for theirs, ours in MEL.items() if theirs in table}
    if "fmax" in table:
        given["high"] = table["fmax"] or given.get("sample_rate", MelConfig().sample_rate) / 2
    return config.build(given, MelConfig, where=where)


def _sizes(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    for key in SIZES:
        if key not in table:
            raise ConfigError(f"{where}: '{key}' is missing; expected the settings file beside the checkpoint")
    block = "paired" if str(table.get("resblock", "1")) == "1" else "single"
    return {ours: table[theirs] for theirs, ours in SIZES.items()} | {"block": block}
