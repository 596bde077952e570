"""The JSON settings of Amphion's Glow-TTS recipe, as ours: the model and its mel spectrogram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glowvox.audio.mel import MelConfig
from glowvox.errors import ConfigError
from glowvox.importers import glow_tts_settings
from glowvox.models.glow_tts_config import GlowTTSConfig

# where the authors' code and the recipe's fall back to other values
MODEL_DEFAULTS: dict[str, Any] = {"window_size": 4, "n_sqz": 2, "p_dropout_dec": 0.0}
MEL = {
    "sample_rate": "sample_rate",
    "n_fft": "fft_size",
    "win_size": "window",
    "hop_size": "hop",
    "n_mel": "bands",
    "fmin": "low",
}
# Tacotron 2's mel, and the one that its vocoders are trained on
MODES: dict[str, dict[str, Any]] = {"taco": {"padding": "centred", "epsilon": 0.0}, "": {}}


def is_amphions(table: Mapping[str, Any]) -> bool:
    """Whether a settings file is of Amphion's kind."""
    model = table.get("model")
    return isinstance(model, Mapping) and isinstance(model.get("glowtts"), Mapping)


def model_config(table: Mapping[str, Any], *, where: str) -> GlowTTSConfig:
    """The section `model.glowtts`.

    raises  ConfigError naming a missing or unknown key, or values that do not fit each other
    """
    given = MODEL_DEFAULTS | dict(table["model"]["glowtts"])
    return glow_tts_settings.model_config(given, where=f"{where}: model.glowtts")


def mel_config(table: Mapping[str, Any], *, where: str) -> MelConfig:
    """The mel spectrogram of the section `preprocess`.

    raises  ConfigError for values that cannot be
    """
    given: Mapping[str, Any] = table.get("preprocess") or {}
    mode = given.get("mel_extract_mode", "taco")
    if mode not in MODES:
        raise ConfigError(
            f"{where}: preprocess.mel_extract_mode = {mode!r}: expected 'taco' (Tacotron 2) or '' (that of HiFi-GAN)"
        )
    values = {ours: given[theirs] for theirs, ours in MEL.items() if theirs in given} | MODES[mode]
    return glow_tts_settings.build_mel(values, given.get("fmax", 8_000), where=f"{where}: preprocess")
