"""Weights from a file: a checkpoint of Coqui's, or what the compatible class itself saved."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from glowvox.compat.coqui.config import GlowTTSConfig
from glowvox.importers.coqui_mel import fold_statistics, read_statistics
from glowvox.importers.coqui_names import translate
from glowvox.importers.tensors import read_container, state_dict
from glowvox.importers.weight_norm import split_weights
from glowvox.models.fit import require_fit
from glowvox.models.glow_tts import GlowTTS
from glowvox.models.speaker_vectors import SpeakerVectors

TABLE = "speaker_table.weight"


def read_weights(path: Path, model: GlowTTS, config: GlowTTSConfig) -> dict[str, Tensor]:
    """The weights in a file, under our names.

    config  whose `audio.stats_path` names statistics of mel bands, where a checkpoint of theirs was trained with some

    raises  CheckpointError for a file that is none, or tensors that are not of this model
    """
    stored = state_dict(read_container(path), path)
    ours = {name.removeprefix("model."): value for name, value in stored.items() if name.startswith("model.")}
    theirs = not ours
    if theirs:
        expected = model.state_dict()
        ours, _ = translate(stored)
        split_weights(ours, expected)
        if isinstance(model.speaker_table, SpeakerVectors):
            ours.setdefault(TABLE, expected[TABLE])  # vectors of a speaker encoder are in no checkpoint of theirs
    require_fit(model, ours, path)
    audio = config.audio
    if theirs and audio.signal_norm and audio.stats_path:  # mels are plain levels here: the model normalises them
        statistics = read_statistics(Path(audio.stats_path), config.out_channels)
        fold_statistics(ours, statistics, squeeze=config.num_squeeze)
    return ours
