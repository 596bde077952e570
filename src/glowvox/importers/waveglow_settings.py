"""The sizes of a WaveGlow, from its tensors and from the JSON settings beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from glowvox.audio.conventions import CONVENTIONS
from glowvox.audio.mel import MelConfig
from glowvox.config import near
from glowvox.errors import CheckpointError, ConfigError
from glowvox.importers.json_file import read_json
from glowvox.models.waveglow_config import WaveGlowConfig

HOP = 256  # of the upsampling, in every version of their code
MODEL_KEYS = ("n_mel_channels", "n_flows", "n_group", "n_early_every", "n_early_size", "WN_config")
NETWORK_KEYS = ("n_layers", "n_channels", "kernel_size")


def sizes(ours: Mapping[str, Tensor], *, alternating: bool, where: str) -> tuple[WaveGlowConfig, int]:
    """Settings and mel bands that tensors under our names were made with.

    raises  CheckpointError where they are no WaveGlow
    """
    try:
        mixing: list[int] = []
        while (name := f"chain.flows.{len(mixing)}.flow.flows.0.weight") in ours:
            mixing.append(len(ours[name]))
        group = mixing[0]
        exits = [number for number in range(1, len(mixing)) if mixing[number] < mixing[number - 1]]
        network = "chain.flows.0.flow.flows.1.network"
        layers = sum(f"{network}.gates.{number}.bias" in ours for number in range(len(ours)))
        width, _, kernel = ours[f"{network}.gates.0.direction"].shape
        bands, _, reach = ours["upsample.weight"].shape
        config = WaveGlowConfig(
            flows=len(mixing),
            group=group,
            early_every=exits[0] if exits else len(mixing),
            early_size=group - mixing[exits[0]] if exits else 2,
            layers=layers,
            width=width // 2,
            kernel=kernel,
            upsample_kernel=reach,
            alternating=alternating,
        )
    except (LookupError, ValueError) as error:
        raise CheckpointError(
            f"{where}: its tensors are not those of a WaveGlow: {error}",
            hint="expected upsample.*, convinv.K.conv.weight and WN.K.*",
        ) from None
    return config, bands


def read_settings(path: Path) -> dict[str, Any]:
    """The tables of a settings file.

    raises  ConfigError if it is missing, not JSON, or has no section `waveglow_config`
    """
    table = read_json(path, expected="the settings file the model was trained with")
    if not isinstance(table.get("waveglow_config"), dict):
        raise ConfigError(
            f"{path}: no 'waveglow_config' section; expected the settings file the model was trained with"
        )
    return table


def require_agreement(table: Mapping[str, Any], config: WaveGlowConfig, bands: int, *, where: str) -> None:
    """Refuse a `waveglow_config` section that describes another model than the tensors do.

    raises  ConfigError naming the key
    """
    network = table.get("WN_config", {})
    for given, known in ((table, MODEL_KEYS), (network, NETWORK_KEYS)):
        for key in given:
            if key not in known:
                raise ConfigError(f"{where}: waveglow_config: unknown key '{key}'{near(key, [*known])}")
    found: dict[str, object] = {
        "n_mel_channels": bands,
        "n_flows": config.flows,
        "n_group": config.group,
        "n_layers": config.layers,
        "n_channels": config.width,
        "kernel_size": config.kernel,
    }
    if config.finished(config.flows - 1):
        found |= {"n_early_every": config.early_every, "n_early_size": config.early_size}
    for key, value in found.items():
        said = table.get(key, network.get(key, value))
        if said != value:
            raise ConfigError(
                f"{where}: waveglow_config: {key} = {said}, but the checkpoint's tensors say {value}",
                hint="is this the settings file it was trained with?",
            )


def mel_config(table: Mapping[str, Any], *, bands: int, where: str) -> MelConfig:
    """The `data_config` section of their settings: Tacotron 2's mel spectrogram.

    raises  ConfigError for values no WaveGlow could have been trained with
    """
    usual = CONVENTIONS["tacotron-22k"]
    rate = table.get("sampling_rate", usual.sample_rate)
    hop = table.get("hop_length", HOP)
    if hop != HOP:
        raise ConfigError(f"{where}: data_config: hop_length = {hop}; the model stretches every frame to {HOP} samples")
    try:
        return MelConfig(
            sample_rate=rate,
            fft_size=table.get("filter_length", usual.fft_size),
            window=table.get("win_length", usual.window),
            hop=hop,
            bands=bands,
            low=table.get("mel_fmin", usual.low),
            high=table.get("mel_fmax", usual.high) or rate / 2,
            padding=usual.padding,
            epsilon=usual.epsilon,
        )
    except (TypeError, ConfigError) as error:
        raise ConfigError(f"{where}: data_config: {error}") from None
