"""One file that a Flowtron fits in: its weights, and in the safetensors header all that speaking with it takes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from glowvox import config
from glowvox.audio.mel import MelConfig
from glowvox.config import Settings
from glowvox.errors import CheckpointError
from glowvox.models.flowtron import Flowtron
from glowvox.models.flowtron_config import FlowtronConfig
from glowvox.models.tensor_file import Format, read_tensors, write_tensors

FORMAT = Format("glowvox-flowtron", "Flowtron file", "published checkpoints come in by `glowvox import flowtron`")


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
    return write_tensors(path, weights, config.plain(settings), FORMAT)


def read_flowtron(path: Path) -> tuple[Flowtron, FlowtronSettings]:
    """A model ready to speak, and what it takes to speak with it.

    raises  CheckpointError if the file is missing, damaged or no file of ours
    """
    table, weights = read_tensors(path, FORMAT)
    settings = config.build(table, FlowtronSettings, where=str(path))
    model = build(settings)  # with weights of its own, which cost less than the import of what does without
    try:
        model.load_state_dict(weights, assign=True)
    except RuntimeError as error:
        raise CheckpointError(f"{path}: these weights are not of the model in their settings: {error}") from None
    return model.eval(), settings
