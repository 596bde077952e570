"""What all speakers share on the way from mels to sound."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from glowvox.audio.griffin_lim import griffin_lim
from glowvox.audio.mel import MelConfig
from glowvox.audio.wave import Audio
from glowvox.config import near
from glowvox.errors import UsageError
from glowvox.text.frontend import Sentence
from glowvox.train.vocoders import Vocoder

SENTENCE_PAUSE = 0.25  # seconds
LOUDEST = 0.99  # of full scale

Samples = npt.NDArray[np.float32]


def speaker_number(speaker: str | None, speakers: Sequence[str]) -> int:
    """A speaker's number by name; the first where none is named.

    raises  UsageError for an unknown name, with the nearest and all there are
    """
    if speaker is None:
        return 0
    if speaker not in speakers:
        close = near(speaker, speakers)
        listed = f"; known: {', '.join(speakers)}" if "did you mean" in close else ""
        raise UsageError(f"no speaker '{speaker}' in this voice{close}{listed}")
    return list(speakers).index(speaker)


def joined_sound(
    spoken: Sequence[tuple[Sentence, Samples]], config: MelConfig, vocoder: Vocoder | None, *, seed: int
) -> Audio:
    """Sentences and their mels (M, T) as sound: joined by a pause, pauses asked for in the text exact to the sample.

    vocoder  None is Griffin-Lim
    """
    rate = config.sample_rate
    pieces: list[Samples] = []
    for index, (sentence, mel) in enumerate(spoken):
        if mel.shape[1]:
            pieces.append(sounded(mel, config, vocoder, seed=seed))
        pause = sentence.pause_after_s
        if not pause and index < len(spoken) - 1:
            pause = SENTENCE_PAUSE
        pieces.append(np.zeros(round(pause * rate), np.float32))
    return Audio(within_scale(np.concatenate(pieces) if pieces else np.zeros(0, np.float32)), rate)


def sounded(mel: Samples, config: MelConfig, vocoder: Vocoder | None, *, seed: int) -> Samples:
    """Samples of a mel (M, T), by a vocoder or Griffin-Lim."""
    return griffin_lim(mel, config, seed=seed) if vocoder is None else vocoder(mel, seed)


def within_scale(samples: Samples) -> Samples:
    """The same, quieter where its peak would pass full scale.

    samples  (S,)
    returns  (S,)
    """
    peak = float(np.abs(samples).max(initial=0.0))
    return samples if peak <= LOUDEST else samples * np.float32(LOUDEST / peak)
