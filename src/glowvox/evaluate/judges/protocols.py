"""What a judge is: something that hears words, rates a clip, or compares two voices."""

from __future__ import annotations

from typing import Protocol

from glowvox.audio.wave import Audio


class Recogniser(Protocol):
    """Writes down what it hears."""

    @property
    def name(self) -> str:
        """Short name, the heading of its column."""
        ...

    def hear(self, audio: Audio) -> str:
        """The words of the clip, as the recogniser spells them."""
        ...


class Rater(Protocol):
    """Predicts how listeners would rate a clip."""

    @property
    def name(self) -> str:
        """Short name, used in messages."""
        ...

    def score(self, audio: Audio) -> dict[str, float]:
        """Ratings on the scale 1 to 5, by the name of the column."""
        ...


class VoiceComparer(Protocol):
    """Tells how alike two voices sound."""

    @property
    def name(self) -> str:
        """Short name, used in messages."""
        ...

    def likeness(self, audio: Audio, reference: Audio) -> float:
        """Cosine of two speaker embeddings: 1 for the same voice."""
        ...
