"""What people should know of a voice: a TOML file that goes into its card."""

from __future__ import annotations

import math

from glowvox.config import Settings

MOST_MISHEARD = 10.0  # % of words; a speaker above it is experimental
LEAST_NATURAL = 3.5  # of 5, as DistillMOS predicts it; likewise below it


class Score(Settings, frozen=True, kw_only=True):
    """How one speaker did on sentences that were not trained on, beside the recordings of the same sentences."""

    speaker: str
    sentences: int
    word_error: float  # %
    word_error_recordings: float
    distillmos: float  # 1 to 5
    distillmos_recordings: float

    def __post_init__(self) -> None:
        """Refuse figures that cannot be."""
        for value in (self.word_error, self.word_error_recordings):
            if not 0 <= value < math.inf:
                raise ValueError(f"score of {self.speaker}: word error {value}: expected per cent, 0 or more")
        for value in (self.distillmos, self.distillmos_recordings):
            if not 1 <= value <= 5:
                raise ValueError(f"score of {self.speaker}: DistillMOS {value}: expected 1 to 5")
        if self.sentences < 1:
            raise ValueError(f"score of {self.speaker}: sentences = {self.sentences} must be at least 1")

    @property
    def falls_short(self) -> bool:
        """Whether the speaker ships as an experiment."""
        return self.word_error > MOST_MISHEARD or self.distillmos < LEAST_NATURAL


class Facts(Settings, frozen=True, kw_only=True):
    """Where a voice comes from and what it is worth; every entry may be left out."""

    data: str = ""
    licence: str = ""  # as an SPDX name
    consent: str = ""  # of the people who can be heard
    credit: tuple[str, ...] = ()
    training: tuple[str, ...] = ()  # steps and machine time
    scores: tuple[Score, ...] = ()
    faults: tuple[str, ...] = ()

    def experimental(self) -> tuple[str, ...]:
        """The speakers whose scores fall short."""
        return tuple(score.speaker for score in self.scores if score.falls_short)
