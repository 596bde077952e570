"""Batches under the names that Coqui's training step knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glowvox.data.batch import Batch
from glowvox.errors import UsageError

# what their data set calls a thing, and what their models do
RENAMED = {
    "token_id": "text_input",
    "token_id_lengths": "text_lengths",
    "speaker_names": "speaker_names",
    "linear": "linear_input",
    "mel": "mel_input",
    "mel_lengths": "mel_lengths",
    "stop_targets": "stop_targets",
    "item_idxs": "item_idx",
    "d_vectors": "d_vectors",
    "speaker_ids": "speaker_ids",
    "attns": "attn_mask",
    "durations": "durations",
    "waveform": "waveform",
    "pitch": "pitch",
    "energy": "energy",
    "language_ids": "language_ids",
    "audio_unique_names": "audio_unique_names",
}

NEEDED = ("token_id", "token_id_lengths", "mel", "mel_lengths")


def coqui_batch(batch: Mapping[str, Any] | Batch, *, several: bool) -> dict[str, Any]:
    """The batch as `train_step` takes it; what is not in it is None.

    several  whether the model tells speakers apart
    raises   UsageError where texts, mels or their lengths are missing
    """
    collated = _collated(batch, several=several) if isinstance(batch, Batch) else batch
    if missing := [name for name in NEEDED if collated.get(name) is None]:
        raise UsageError(f"format_batch: the batch lacks {', '.join(missing)}")
    named = {theirs: collated.get(name) for name, theirs in RENAMED.items()}
    return named | {
        "stop_target_lengths": named["mel_lengths"],  # one frame a step
        "max_text_length": float(collated["token_id_lengths"].max()),
        "max_spec_length": float(collated["mel_lengths"].max()),
    }


def _collated(batch: Batch, *, several: bool) -> dict[str, Any]:
    return {
        "token_id": batch.tokens,
        "token_id_lengths": batch.token_lengths,
        "mel": batch.mel.transpose(1, 2),
        "mel_lengths": batch.frames,
        "speaker_ids": batch.speaker if several else None,
        "item_idxs": batch.ids,
        "audio_unique_names": batch.ids,
    }
