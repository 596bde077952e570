"""Tensor names and shapes of published checkpoints of several families: each must have its place in our model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from glowvox.importers.flowtron_names import our_name, our_shape
from glowvox.importers.flowtron_settings import model_config
from glowvox.models.flowtron import Flowtron
from tests.golden import checks_vocoder_names
from tests.golden.result import Result

Shapes = dict[str, list[int]]


def check(path: Path) -> list[Result]:
    """One line a published size."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    results = []
    for name, entry in stored.items():
        family = next((check for prefix, check in FAMILIES.items() if name.startswith(prefix)), None)
        if family is not None:
            results.append(family(name, entry, shapes_of(stored, name)))
        elif not name.startswith("_"):
            results.append(Result(name, "skipped", "checked where its importer is"))
    return results


def shapes_of(stored: dict[str, Any], name: str) -> Shapes:
    """Names and shapes of an entry; `_rest` says which other entry it shares all others with."""
    shapes = dict(stored[name]["tensors"])
    rest = shapes.pop("_rest", None)
    if rest is None:
        return shapes
    other, _, without = rest.removeprefix("identical to ").partition(" minus ")
    return {tensor: shape for tensor, shape in shapes_of(stored, other).items() if tensor != without} | shapes


def _flowtron(name: str, entry: dict[str, Any], shapes: Shapes) -> Result:
    config = entry["model_config"]
    with torch.device("meta"):
        model = Flowtron(
            model_config(config, where=name),
            vocabulary=config["n_text"],
            bands=config["n_mel_channels"],
            speakers=config["n_speakers"],
        )
        theirs = {
            our_name(tensor): our_shape(our_name(tensor) or "", torch.empty(s)).shape for tensor, s in shapes.items()
        }
    ours = {tensor: value.shape for tensor, value in model.state_dict().items()}
    total = sum(parameter.numel() for parameter in model.parameters())
    if theirs != ours:
        apart = sorted(str(key) for key in theirs.keys() ^ ours.keys()) or "shapes"
        return Result(name, "failed", f"tensors differ: {apart}")
    if total != entry["n_parameters"] or len(shapes) != entry["n_tensors"]:
        return Result(name, "failed", f"{total:,} parameters, stored {entry['n_parameters']:,}")
    return Result(name, "ok", f"{len(shapes)} tensors, {total:,} parameters")


FAMILIES: dict[str, Callable[[str, dict[str, Any], Shapes], Result]] = {
    "flowtron_": _flowtron,
    "hifigan_m": checks_vocoder_names.discriminator,
    "hifigan_v": checks_vocoder_names.generator,
    "bigvgan_": checks_vocoder_names.generator,
    "vocos_": checks_vocoder_names.vocos,
}
