"""A run or weights file as a voice: the same calls, with torch behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

import numpy as np

from glowvox.errors import UsageError

if TYPE_CHECKING:
    from glowvox.audio.wave import Audio
    from glowvox.runtime.manner import Options
    from glowvox.text.frontend import FrontEnd
    from glowvox.train.flowtron_speaker import FlowtronSpeaker
    from glowvox.train.speaker import Speaker


class RunVoice:
    """A run in training. It speaks in one piece and knows no times: for those, and for speed, it is exported."""

    def __init__(self, speaker: Speaker | FlowtronSpeaker, name: str) -> None:
        self.speaker = speaker
        self.name = name

    @property
    def speakers(self) -> tuple[str, ...]:
        """The names of those who speak with it."""
        return self.speaker.speakers

    @property
    def sample_rate(self) -> int:
        """Of its sound (Hz)."""
        return self.speaker.mel.sample_rate

    @property
    def front_end(self) -> FrontEnd:
        """Text to sentences."""
        return self.speaker.front_end

    @front_end.setter
    def front_end(self, front_end: FrontEnd) -> None:
        self.speaker.front_end = front_end

    def describe(self) -> dict[str, object]:
        """What the voice is, as plain values."""
        return {"name": self.name, "speakers": list(self.speakers), "sample_rate": self.sample_rate}

    def stream(self, text: str, **manner: Unpack[Options]) -> Iterator[Audio]:
        """The speech, in one piece.

        raises  UsageError for what only an exported voice can do
        """
        from glowvox.runtime.manner import Manner

        asked = Manner(**manner)
        if asked.sentence_pause is not None or asked.durations is not None:
            raise UsageError(
                "a run speaks with its own pauses and durations; an exported voice takes others",
                hint="export it: glowvox export RUN -o VOICE",
            )
        audio = self.speaker.say(
            text, seed=asked.seed, speaker=asked.speaker, speed=asked.speed, variation=asked.variation
        )
        samples = np.clip(audio.samples * np.float32(asked.volume), -1.0, 1.0) if asked.volume != 1 else audio.samples
        yield replace(audio, samples=samples, text=text, seed=asked.seed)
