"""One recording with its text: what every corpus layout becomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from glowvox.data.problem import Place


@dataclass(frozen=True, slots=True)
class Utterance:
    """A recording and what is said in it.

    id        unique in its corpus
    speaker   name of who speaks
    language  ISO 639-1 code, or "und" where the corpus does not tell
    place     where the corpus lists it
    """

    id: str
    text: str
    audio: Path
    speaker: str
    language: str
    place: Place = field(default=Place(""), compare=False)
