"""Weights from a file: a checkpoint of Coqui's, or what the compatible class itself saved."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from glowvox.importers.coqui_names import translate
from glowvox.importers.tensors import read_container, state_dict
from glowvox.importers.weight_norm import split_weights
from glowvox.models.fit import require_fit
from glowvox.models.glow_tts import GlowTTS
from glowvox.models.speaker_vectors import SpeakerVectors

TABLE = "speaker_table.weight"


def read_weights(path: Path, model: GlowTTS) -> dict[str, Tensor]:
    """The weights in a file, under our names.

    raises  CheckpointError for a file that is none, or tensors that are not of this model
    """
    stored = state_dict(read_container(path), path)
    ours = {name.removeprefix("model."): value for name, value in stored.items() if name.startswith("model.")}
    if not ours:
        expected = model.state_dict()
        ours, _ = translate(stored)
        split_weights(ours, expected)
        if isinstance(model.speaker_table, SpeakerVectors):
            ours.setdefault(TABLE, expected[TABLE])  # vectors of a speaker encoder are in no checkpoint of theirs
    require_fit(model, ours, path)
    return ours
