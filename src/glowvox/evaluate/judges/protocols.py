"""What a judge is: something that hears words, rates a clip, or compares two voices."""

from __future__ import annotations

from typing import Protocol

from glowvox.audio.wave import Audio


class Recogniser(Protocol):
    """Writes down what it hears."""

    @property
    def name(self) -> str:
        """Short name, by which its errors are kept."""
        ...

    @property
    def identity(self) -> str:
        """Which model listens, for the foot of a report."""
        ...

    def hear(self, audio: Audio) -> str:
        """The words of the clip, as the recogniser spells them."""
        ...


class Rater(Protocol):
    """Predicts how listeners would rate a clip."""

    @property
    def identity(self) -> str:
        """Which model judges, for the foot of a report."""
        ...

    def score(self, audio: Audio) -> dict[str, float]:
        """Ratings on the scale 1 to 5, by the name of the column."""
        ...


class VoiceComparer(Protocol):
    """Tells how alike two voices sound."""

    @property
    def identity(self) -> str:
        """Which model judges, for the foot of a report."""
        ...

    def likeness(self, audio: Audio, reference: Audio) -> float:
        """Cosine of two speaker embeddings: 1 for the same voice."""
        ...
