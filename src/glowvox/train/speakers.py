"""What speaks from a run or weights file, whichever model is in it."""

from __future__ import annotations

from pathlib import Path

from glowvox.train.flowtron_speaker import FlowtronSpeaker, is_flowtron
from glowvox.train.speaker import Speaker
from glowvox.train.vocoders import Vocoder

AnySpeaker = Speaker | FlowtronSpeaker


def load_speaker(place: Path, *, lexicon: Path | None = None, vocoder: Vocoder | None = None) -> AnySpeaker:
    """A run folder or weights file as what speaks.

    raises  as the `load` of the model's own speaker does
    """
    kind = FlowtronSpeaker if is_flowtron(place) else Speaker
    return kind.load(place, lexicon=lexicon, vocoder=vocoder)
