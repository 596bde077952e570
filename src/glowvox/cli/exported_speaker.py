"""An exported voice as the scores want it: a speaker with a mel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glowvox.audio.mel import MelConfig
    from glowvox.audio.wave import Audio


class ExportedSpeaker:
    """Says a text at the voice's own variation.

    place  a voice folder or `.glowvox` file
    """

    def __init__(self, place: Path) -> None:
        from glowvox.runtime.voice import Voice

        self.voice = Voice.load(place)

    @property
    def mel(self) -> MelConfig:
        """The mel that the voice was trained on."""
        return self.voice.settings.mel

    @property
    def speakers(self) -> tuple[str, ...]:
        """Names of those who speak with it."""
        return self.voice.speakers

    def say(self, text: str, *, seed: int = 0, speaker: str | None = None) -> Audio:
        """The text, spoken."""
        return self.voice.say(text, seed=seed, speaker=speaker)
