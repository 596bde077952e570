"""One file that a Flowtron fits in: its weights, and in the safetensors header all that speaking with it takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from glowvox import config
from glowvox.audio.mel import MelConfig
from glowvox.config import Settings
from glowvox.errors import CheckpointError
from glowvox.files import write_bytes
from glowvox.models.flowtron import Flowtron
from glowvox.models.flowtron_config import FlowtronConfig

HEADER = "glowvox-flowtron"


class FlowtronSettings(Settings, frozen=True, kw_only=True):
    """What the header holds."""

    model: FlowtronConfig
    mel: MelConfig
    front_end: str
    symbols: tuple[str, ...]
    speakers: tuple[str, ...]  # in the order of the speaker table


def build(settings: FlowtronSettings) -> Flowtron:
    """An untrained model of these settings."""
    return Flowtron(
        settings.model,
        vocabulary=len(settings.symbols),
        bands=settings.mel.bands,
        speakers=len(settings.speakers),
    )


def write_flowtron(path: Path, settings: FlowtronSettings, weights: Mapping[str, Tensor]) -> int:
    """Write a model's weights; gives the number of bytes.

    raises  GlowvoxError when the disk refuses
    """
    tensors = {name: value.detach().cpu().contiguous() for name, value in weights.items()}
    blob = save(tensors, metadata={HEADER: json.dumps(config.plain(settings))})
    write_bytes(path, blob)
    return len(blob)


def read_flowtron(path: Path) -> tuple[Flowtron, FlowtronSettings]:
    """A model ready to speak, and what it takes to speak with it.

    raises  CheckpointError if the file is missing, damaged or no file of ours
    """
    try:
        with safe_open(path, "pt") as file:
            table = json.loads((file.metadata() or {})[HEADER])
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - a safe_open file is no mapping
    except FileNotFoundError:
        raise CheckpointError(f"{path}: no such file") from None
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path}: not a readable Flowtron file: {error}") from None
    except (KeyError, ValueError):
        raise CheckpointError(
            f"{path}: not a Flowtron file of glowvox",
            hint="published checkpoints come in by `glowvox import flowtron`",
        ) from None
    settings = config.build(table, FlowtronSettings, where=str(path))
    with torch.device("meta"):  # whose weights cost nothing; those of the file take their place
        model = build(settings)
    try:
        model.load_state_dict(weights, assign=True)
    except RuntimeError as error:
        raise CheckpointError(f"{path}: these weights are not of the model in their settings: {error}") from None
    return model.eval(), settings
