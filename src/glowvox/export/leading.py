"""Who speaks where nobody is asked for: the first of a voice's speakers."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TypeVar

import torch

from glowvox.config import near
from glowvox.errors import UsageError
from glowvox.models.flowtron import Flowtron
from glowvox.models.glow_tts import GlowTTS

Model = TypeVar("Model", GlowTTS, Flowtron)


def led_by(speaker: str, names: Sequence[str], model: Model) -> tuple[tuple[str, ...], Model]:
    """Names of speakers with one of them moved to the front, and a copy of their model that knows them in this order.

    raises  UsageError for a name that is not there
    """
    if speaker not in names:
        raise UsageError(f"no speaker '{speaker}' to speak first{near(speaker, names)}")
    order = sorted(range(len(names)), key=lambda place: names[place] != speaker)
    model = copy.deepcopy(model)
    if model.speaker_table is not None:
        weight = model.speaker_table.weight
        with torch.no_grad():
            weight.copy_(weight[order])
    return tuple(names[place] for place in order), model
