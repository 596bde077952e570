"""Tensor names and shapes of checkpoints of the published sizes: each must have its place in our model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from glowvox.importers import coqui_names, coqui_settings
from glowvox.importers.glow_tts_names import our_name
from glowvox.importers.glow_tts_settings import DEFAULTS, REQUIRED, model_config
from glowvox.models.glow_tts import GlowTTS
from glowvox.nn.batch_norm import MaskedBatchNorm
from tests.golden.result import Result


def check(path: Path) -> list[Result]:
    """One line a published size."""
    stored = json.loads(path.read_text(encoding="utf-8"))
    hyper = stored["authors_base"]["hyperparameters"]
    results = []
    for name, model in stored.items():
        results.append(_compare(name, model, hyper) if name.startswith("authors_") else _compare_coqui(name, model))
    return results


def _compare(name: str, stored: dict[str, Any], hyper: dict[str, Any]) -> Result:
    hyper = stored.get("hyperparameters", hyper)
    shapes = {tensor: shape for tensor, shape, _ in stored["tensors"]}
    speakers, gin = shapes.get("emb_g.weight", (1, 0))
    known = {key: value for key, value in hyper.items() if key in DEFAULTS or key in REQUIRED}
    config = model_config(known | {"n_speakers": speakers, "gin_channels": gin}, where=name)
    ours = GlowTTS(config, vocabulary=stored["n_vocab"], bands=hyper["out_channels"], speakers=speakers)
    values = {ours_name: value.numel() for ours_name, value in ours.state_dict().items()}
    theirs = {our_name(tensor): torch.Size(shape).numel() for tensor, shape in shapes.items()}
    total = sum(parameter.numel() for parameter in ours.parameters())
    if theirs != values:
        apart = sorted(str(key) for key in theirs.keys() ^ values.keys()) or "sizes"
        return Result(name, "failed", f"tensors differ: {apart}")
    if total != stored["total_parameters"]:
        return Result(name, "failed", f"{total:,} parameters, stored {stored['total_parameters']:,}")
    return Result(name, "ok", f"{len(values)} tensors, {total:,} parameters")


def _compare_coqui(name: str, stored: dict[str, Any]) -> Result:
    """Coqui's lists name some of the tensors, and count them all."""
    config = coqui_settings.model_config(stored["config_overrides"], where=name)
    speakers = stored["config_overrides"].get("num_speakers", 1)
    ours = GlowTTS(config, vocabulary=stored["config_overrides"]["num_chars"], bands=80, speakers=speakers)
    values = {name: value.numel() for name, value in ours.state_dict().items()}
    if config.speakers == "given":
        del values["speaker_table.weight"]
    for tensor, shape, _ in stored["tensors"]:
        size = torch.Size(shape).numel()
        if not coqui_names.idle(tensor) and values.get(coqui_names.our_name(tensor) or "") != size:
            return Result(name, "failed", f"'{tensor}' of {size} values has no place like it")
    counters = sum(isinstance(module, MaskedBatchNorm) for module in ours.modules())
    total = sum(parameter.numel() for parameter in ours.parameters())
    if (len(values) + counters, total) != (stored["n_tensors"], stored["total_parameters"]):
        found = f"{len(values)} tensors and {counters} counters, {total:,} parameters"
        return Result(name, "failed", f"{found}, stored {stored['n_tensors']} and {stored['total_parameters']:,}")
    return Result(name, "ok", f"{len(values)} tensors, {total:,} parameters")
