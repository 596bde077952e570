"""The settings file of a published Vocos model, as ours."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import structs

from glowvox import config
from glowvox.audio.conventions import CONVENTIONS
from glowvox.audio.mel import MelConfig
from glowvox.errors import ConfigError
from glowvox.models.vocos_config import VocosConfig

# what our model is built of; the others are other models
CLASSES = {"feature_extractor": "MelSpectrogramFeatures", "backbone": "VocosBackbone", "head": "ISTFTHead"}
PADDINGS = {"center": "centred", "same": "same"}
LINE = re.compile(r"( *)([\w.]+):(?: +(.*?))? *")


def vocos_settings(path: Path) -> tuple[VocosConfig, MelConfig]:
    """Model and mel settings of a `config.yaml`, or of a JSON file of the same structure.

    raises  ConfigError for a file that is no table of settings, or of a model that is not made here
    """
    table = _read(path)
    parts = {name: _part(table, name, str(path)) for name in CLASSES}
    features, backbone, head = parts["feature_extractor"], parts["backbone"], parts["head"]
    if backbone.get("adanorm_num_embeddings"):
        raise ConfigError(
            f"{path}: backbone.adanorm_num_embeddings = {backbone['adanorm_num_embeddings']}: its norms depend on the "
            "bandwidth of a codec; only models of mel spectrograms are imported"
        )
    mel = _mel(features, str(path))
    for name, value, expected in (
        ("backbone.input_channels", backbone.get("input_channels"), mel.bands),
        ("head.dim", head.get("dim"), backbone.get("dim")),
        ("head.n_fft", head.get("n_fft"), mel.fft_size),
        ("head.hop_length", head.get("hop_length"), mel.hop),
        ("head.padding", PADDINGS.get(head.get("padding", "same")), mel.padding),
    ):
        if value != expected:
            raise ConfigError(f"{path}: {name} = {value} does not fit the rest of the file, which has {expected}")
    sizes = {"width": "dim", "feed_forward": "intermediate_dim", "layers": "num_layers"}
    given = {ours: backbone[theirs] for ours, theirs in sizes.items() if theirs in backbone}
    return config.build(given, VocosConfig, where=f"{path}: backbone"), mel


def _part(table: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    part = table.get(name)
    if not isinstance(part, dict) or not isinstance(part.get("init_args"), dict):
        raise ConfigError(f"{where}: no '{name}' with 'init_args'; expected the settings file beside the checkpoint")
    kind = str(part.get("class_path", "")).rpartition(".")[2]
    if kind != CLASSES[name]:
        raise ConfigError(f"{where}: {name}: {kind or 'a nameless class'} is not imported; only {CLASSES[name]} is")
    arguments: dict[str, Any] = part["init_args"]
    return arguments


def _mel(features: Mapping[str, Any], where: str) -> MelConfig:
    rate = features.get("sample_rate", 24_000)
    padding = PADDINGS.get(features.get("padding", "center"))
    if padding is None or not isinstance(rate, int):
        raise ConfigError(f"{where}: feature_extractor: padding must be center or same, and sample_rate a number of Hz")
    given = structs.asdict(CONVENTIONS["vocos-24k"]) | {
        "sample_rate": rate,
        "fft_size": features.get("n_fft", 1024),
        "window": features.get("n_fft", 1024),
        "hop": features.get("hop_length", 256),
        "bands": features.get("n_mels", 100),
        "high": rate / 2,
        "padding": padding,
    }
    return config.build(given, MelConfig, where=f"{where}: feature_extractor")


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        table = json.loads(text) if text.lstrip().startswith("{") else _nested(text, path)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (ValueError, OSError) as error:
        raise ConfigError(f"{path}: not valid JSON or YAML: {error}") from None
    # what a training run stored has the model's settings one level down
    model = table.get("model")
    inner = model.get("init_args") if isinstance(model, dict) else None
    return inner if isinstance(inner, dict) else table


def _nested(text: str, path: Path) -> dict[str, Any]:
    """Tables by indentation, with plain values: all of YAML that these files use. Lists are passed over."""
    root: dict[str, Any] = {}
    levels: list[tuple[int, dict[str, Any]]] = [(-1, root)]
    for number, line in enumerate(text.splitlines(), start=1):
        bare = re.sub(r"(^|\s)#.*", "", line).rstrip()
        if not bare or bare == "---" or bare.lstrip().startswith("- "):
            continue
        found = LINE.fullmatch(bare)
        if found is None:
            raise ConfigError(f"{path}: line {number}: '{bare.strip()}': expected 'key: value'")
        indent, key, value = len(found[1]), found[2], found[3]
        while levels[-1][0] >= indent:
            levels.pop()
        if value:
            levels[-1][1][key] = _value(value)
        else:
            levels[-1][1][key] = {}
            levels.append((indent, levels[-1][1][key]))
    return root


def _value(word: str) -> Any:
    if word in ("null", "~"):
        return None
    try:
        return json.loads(word)
    except ValueError:
        return word.strip("'\"")
