"""Coqui's JSON settings, as ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from glowvox.config import near
from glowvox.errors import ConfigError
from glowvox.models.glow_tts_config import (
    DecoderConfig,
    DurationConfig,
    EncoderConfig,
    GatedConvConfig,
    GlowTTSConfig,
    ResidualConvConfig,
    SeparableConvConfig,
)

# their defaults of the fields that shape a model, which hold where a file is silent
DEFAULTS: dict[str, Any] = {
    "encoder_type": "rel_pos_transformer",
    "encoder_params": None,
    "use_encoder_prenet": True,
    "hidden_channels_enc": 192,
    "hidden_channels_dec": 192,
    "hidden_channels_dp": 256,
    "dropout_p_dp": 0.1,
    "dropout_p_dec": 0.05,
    "mean_only": True,
    "out_channels": 80,
    "num_flow_blocks_dec": 12,
    "kernel_size_dec": 5,
    "dilation_rate": 1,
    "num_block_layers": 4,
    "num_splits": 4,
    "num_squeeze": 2,
    "sigmoid_scale": False,
    "num_speakers": 0,
    "use_speaker_embedding": False,
    "use_d_vector_file": False,
    "d_vector_dim": 0,
    "r": 1,
}
# what each encoder is given where encoder_params is silent; None must be said
PARAMETERS: dict[str, dict[str, Any]] = {
    "rel_pos_transformer": {
        "kernel_size": 1,
        "dropout_p": 0.0,
        "num_layers": None,
        "num_heads": None,
        "hidden_channels_ffn": None,
        "rel_attn_window_size": None,
        "input_length": None,
        "layer_norm_type": "1",
    },
    "gated_conv": {"kernel_size": None, "dropout_p": None, "num_layers": None},
    "residual_conv_bn": {"kernel_size": None, "dilations": None, "num_res_blocks": 13, "num_conv_blocks": 2},
    "time_depth_separable": {"kernel_size": None, "num_layers": None, "bias": True},
}
KINDS: dict[str, tuple[type, ...]] = {  # whole numbers but for these
    "dropout_p": (float, int),
    "dilations": (list, tuple),
    "layer_norm_type": (str, int),
    "bias": (bool,),
}
MAY_BE_NONE = ("rel_attn_window_size", "input_length")
WHEN_SILENT = {  # encoder_params itself is left out
    "kernel_size": 3,
    "dropout_p": 0.1,
    "num_layers": 6,
    "num_heads": 2,
    "hidden_channels_ffn": 768,
    "input_length": None,
}
WITH_PRENET = ("rel_pos_transformer", "time_depth_separable")  # the others' code ignores it or cannot run with it
LAYER_NORM_EPS = {"1": 1e-4, "2": 1e-5}


def model_config(table: Mapping[str, Any], *, where: str) -> GlowTTSConfig:
    """The fields of their settings that shape the model; others are passed over.

    raises  ConfigError naming a field of the wrong kind, an unknown parameter of the encoder, or fields that contradict
            each other
    """
    given = {key: table[key] if table.get(key) is not None else value for key, value in DEFAULTS.items()}
    for key, value in DEFAULTS.items():
        if value is not None and not _is_like(given[key], value):
            raise ConfigError(f"{where}: {key} = {given[key]!r}: expected a value like {value!r}")
    _require_no_contradiction(given, where)
    source = _speaker_source(given)
    try:
        return GlowTTSConfig(
            encoder=_encoder(given, where),
            duration=DurationConfig(
                width=given["hidden_channels_dp"], dropout=given["dropout_p_dp"], kernel=3, offset=1
            ),
            decoder=DecoderConfig(
                blocks=given["num_flow_blocks_dec"],
                width=given["hidden_channels_dec"],
                layers=given["num_block_layers"],
                kernel=given["kernel_size_dec"],
                dilation_rate=given["dilation_rate"],
                squeeze=given["num_squeeze"],
                splits=given["num_splits"],
                sigmoid_scale=given["sigmoid_scale"],
                dropout=given["dropout_p_dec"],
            ),
            mean_only=given["mean_only"],
            speaker_width=source[1],
            speakers="given" if source[0] == "d-vectors" else "learned",
        )
    except (ValueError, TypeError) as error:
        raise ConfigError(f"{where}: {error}") from None


def number(table: Mapping[str, Any], key: str, default: float, *, where: str) -> float:
    """A field that is a number.

    raises  ConfigError for anything else
    """
    value = default if table.get(key) is None else table[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise ConfigError(f"{where}: {key} = {value!r}: expected a number, as {default}")
    return float(value)


def section(table: Mapping[str, Any], key: str, *, where: str) -> Mapping[str, Any]:
    """A field that is a table; empty where it is left out.

    raises  ConfigError for anything else
    """
    value = {} if table.get(key) is None else table[key]
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where}: {key} = {value!r}: expected fields by name")
    return value


def word(table: Mapping[str, Any], key: str, *, where: str) -> str | None:
    """A field that is a name, or None where it is left out or empty.

    raises  ConfigError for anything else
    """
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise ConfigError(f"{where}: {key} = {value!r}: expected a name")
    return value or None


def _is_like(value: object, default: object) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    return isinstance(value, int | float) if isinstance(default, float) else isinstance(value, type(default))


def _speaker_source(given: Mapping[str, Any]) -> tuple[str, int]:
    """Where what tells speakers apart comes from, and its width; external vectors win where both are asked for."""
    if given["use_d_vector_file"]:
        return "d-vectors", given["d_vector_dim"]
    return "table", given["hidden_channels_enc"]


def _require_no_contradiction(given: Mapping[str, Any], where: str) -> None:
    if given["use_d_vector_file"] and given["d_vector_dim"] < 1:
        raise ConfigError(
            f"{where}: use_d_vector_file is true but d_vector_dim = {given['d_vector_dim']}",
            hint="d_vector_dim is the width of the speaker vectors the model was trained with",
        )
    if given["r"] != 1:
        raise ConfigError(f"{where}: r = {given['r']}: Glow-TTS makes one frame a step; expected 1")
    if given["encoder_type"] not in PARAMETERS:
        raise ConfigError(
            f"{where}: encoder_type = '{given['encoder_type']}' is unknown{near(given['encoder_type'], [*PARAMETERS])}"
        )


def _encoder(given: Mapping[str, Any], where: str) -> EncoderConfig:
    kind = given["encoder_type"]
    said = given["encoder_params"]
    if said is None:
        said = WHEN_SILENT if kind == "rel_pos_transformer" else {}
    if not isinstance(said, Mapping):
        raise ConfigError(f"{where}: encoder_params = {said!r}: expected the parameters by name")
    known = PARAMETERS[kind]
    for key in said:
        if key not in known:
            raise ConfigError(f"{where}: encoder_params: {kind} takes no '{key}'{near(key, [*known])}")
    values = {**known, **said}
    for key, value in values.items():
        if value is None and key not in MAY_BE_NONE:
            raise ConfigError(f"{where}: encoder_params: {kind} needs '{key}'")
        if value is not None and not isinstance(value, KINDS.get(key, int)):
            raise ConfigError(f"{where}: encoder_params: {key} = {value!r} is of the wrong kind")
    builders: dict[str, Callable[[Mapping[str, Any], str], dict[str, Any]]] = {
        "rel_pos_transformer": _transformer,
        "gated_conv": _gated_conv,
        "residual_conv_bn": _residual_conv_bn,
        "time_depth_separable": _time_depth_separable,
    }
    own = builders[kind](values, where)
    prenet = given["use_encoder_prenet"] and kind in WITH_PRENET
    return EncoderConfig(kind=kind, width=given["hidden_channels_enc"], prenet=prenet, **own)


def _transformer(values: Mapping[str, Any], where: str) -> dict[str, Any]:
    norm = str(values["layer_norm_type"])
    if norm not in LAYER_NORM_EPS:
        raise ConfigError(f"{where}: encoder_params: layer_norm_type = '{norm}': expected '1' or '2'")
    return {
        "feed_forward": values["hidden_channels_ffn"],
        "layers": values["num_layers"],
        "heads": values["num_heads"],
        "kernel": values["kernel_size"],
        "window": values["rel_attn_window_size"],
        "reach": values["input_length"],
        "dropout": values["dropout_p"],
        "eps": LAYER_NORM_EPS[norm],
    }


def _gated_conv(values: Mapping[str, Any], _where: str) -> dict[str, Any]:
    own = GatedConvConfig(
        kernel=values["kernel_size"], layers=values["num_layers"], dropout=values["dropout_p"]
    )  # fmt: skip
    return {"gated_conv": own}


def _residual_conv_bn(values: Mapping[str, Any], where: str) -> dict[str, Any]:
    dilations, blocks = values["dilations"], values["num_res_blocks"]
    if len(dilations) != blocks:
        raise ConfigError(
            f"{where}: encoder_params: dilations has {len(dilations)} entries for num_res_blocks = {blocks}; expected "
            "one for each block"
        )
    own = ResidualConvConfig(
        kernel=values["kernel_size"], dilations=tuple(dilations), rounds=values["num_conv_blocks"]
    )  # fmt: skip
    return {"residual_conv_bn": own}


def _time_depth_separable(values: Mapping[str, Any], _where: str) -> dict[str, Any]:
    own = SeparableConvConfig(kernel=values["kernel_size"], layers=values["num_layers"], bias=values["bias"])
    return {"time_depth_separable": own}
