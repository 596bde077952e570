"""A run or weights file as a voice: the same calls, with torch behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import numpy as np

from glowvox.errors import UsageError

if TYPE_CHECKING:
    from glowvox.audio.wave import Audio
    from glowvox.runtime.manner import Manner, Options
    from glowvox.text.frontend import FrontEnd
    from glowvox.train.flowtron_speaker import FlowtronSpeaker, Recited
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
        sound = self.speaker.vocoder.name if self.speaker.vocoder is not None else "Griffin-Lim"
        return {"name": self.name, "speakers": list(self.speakers), "sample_rate": self.sample_rate, "sound": sound}

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
        audio = self._say(text, asked)
        samples = np.clip(audio.samples * np.float32(asked.volume), -1.0, 1.0) if asked.volume != 1 else audio.samples
        yield replace(audio, samples=samples, text=text, seed=asked.seed)

    @property
    def attends(self) -> bool:
        """Whether it reads by attention: a Flowtron."""
        from glowvox.train.flowtron_speaker import FlowtronSpeaker

        return isinstance(self.speaker, FlowtronSpeaker)

    def draw(self, text: str, path: Path, manner: Options) -> list[Path]:
        """Draw mel, gate and attention of each sentence of a Flowtron; gives the files.

        raises  MissingPart where nothing can draw
        """
        from glowvox.runtime.manner import Manner
        from glowvox.train.attention_pictures import attention_picture
        from glowvox.train.flowtron_samples import reading_of
        from glowvox.train.flowtron_speaker import FlowtronSpeaker

        asked, speaker = Manner(**manner), self.speaker
        places: list[Path] = []
        for item in (item for item in self._recite(text, asked) if item.symbols):
            place = path if not places else path.with_name(f"{path.stem}-{len(places) + 1}{path.suffix}")
            ending = "" if item.ended else " (broken off: the gate never opened)"
            assert isinstance(speaker, FlowtronSpeaker)
            reading = reading_of(item, speaker, asked.speaker)
            attention_picture(place, reading, speaker.mel, title=f"{item.sentence.text}{ending}")
            places.append(place)
        return places

    def _recite(self, text: str, asked: Manner) -> list[Recited]:
        from glowvox.train.flowtron_speaker import Attending, FlowtronSpeaker

        assert isinstance(self.speaker, FlowtronSpeaker)
        usual, heat = Attending(), asked.attention_temperature
        attending = Attending(
            gate=usual.gate if asked.gate is None else asked.gate,
            temperature=usual.temperature if heat is None else heat,
        )
        return self.speaker.speak(
            text,
            speaker=asked.speaker,
            speed=asked.speed,
            variation=asked.variation,
            seed=asked.seed,
            style=asked.style,
            attending=attending,
        )

    def _say(self, text: str, asked: Manner) -> Audio:
        from glowvox.train.flowtron_speaker import FlowtronSpeaker

        if isinstance(self.speaker, FlowtronSpeaker):
            return self.speaker.sound(self._recite(text, asked), seed=asked.seed)
        if asked.gate is not None or asked.attention_temperature is not None:
            raise UsageError("--gate and --attention-temperature are of a Flowtron; this is a Glow-TTS")
        return self.speaker.say(
            text,
            seed=asked.seed,
            speaker=asked.speaker,
            speed=asked.speed,
            variation=asked.variation,
            style=asked.style,
        )
