"""How something is to be said."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from glowvox.errors import UsageError
from glowvox.runtime.style import Style

SLOWEST, FASTEST = 0.1, 10.0
LONGEST_PAUSE_S = 60.0
LONGEST_SOUND_S = 60.0
LOUDEST = 10.0


@dataclass(frozen=True, kw_only=True)
class Durations:
    """Seconds that words or phonemes are to last, by their places in `Audio.words` and `Audio.phonemes`.

    A word's phonemes share its time as they would without; a phoneme's own time wins over its word's. All times are
    rounded to whole frames of the mel.

    raises  UsageError for a negative place or a time that is no time
    """

    words: Mapping[int, float] = field(default_factory=dict)
    phonemes: Mapping[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind, times in (("word", self.words), ("phoneme", self.phonemes)):
            for place, seconds in times.items():
                if place < 0 or not 0 <= seconds <= LONGEST_SOUND_S:
                    raise UsageError(
                        f"durations: {kind} {place}: {seconds} s: expected a place from 0 on and 0 to "
                        f"{LONGEST_SOUND_S:g} s"
                    )


class Options(TypedDict, total=False):
    """The keywords of `Voice.say`; `Manner` says what they mean."""

    speed: float
    variation: float | None
    seed: int
    speaker: str | None
    volume: float
    sentence_pause: float | None
    durations: Durations | None
    style: Style | None
    gate: float | None
    attention_temperature: float | None


@dataclass(frozen=True, kw_only=True)
class Manner:
    """One way of saying something.

    speed           2 is twice as fast
    variation       how far from the mean reading: 0 is the same every time; None is the voice's own
    seed            of the variation; the same seed gives the same bytes
    speaker         a name, or a blend as "anna:0.6,ben:0.4"; None is the voice's first
    volume          times the amplitude; what would pass full scale is bent below it
    sentence_pause  silence between sentences (s), paragraphs in proportion; None is the voice's own
    durations       seconds that single words or phonemes are to last
    style           what the reading strays around, from `read_style`; None is the mean reading
    gate            of a Flowtron: probability of "the last frame" that ends a sentence; None is the voice's own
    attention_temperature  of a Flowtron: below 1 it looks at fewer symbols at once; None is 1
    raises          UsageError for a value that cannot be
    """

    speed: float = 1.0
    variation: float | None = None
    seed: int = 0
    speaker: str | None = None
    volume: float = 1.0
    sentence_pause: float | None = None
    durations: Durations | None = None
    style: Style | None = None
    gate: float | None = None
    attention_temperature: float | None = None

    def __post_init__(self) -> None:
        if not SLOWEST <= self.speed <= FASTEST:
            raise UsageError(
                f"speed = {self.speed}: expected {SLOWEST:g} to {FASTEST:g}; 1 is the speaker's own pace, 2 is twice it"
            )
        if self.variation is not None and not (self.variation >= 0 and math.isfinite(self.variation)):
            raise UsageError(f"variation = {self.variation}: expected 0 or more; 0 is the same every time")
        if not isinstance(self.seed, int) or self.seed < 0:
            raise UsageError(f"seed = {self.seed}: expected a whole number from 0 on")
        if not 0 <= self.volume <= LOUDEST:
            raise UsageError(f"volume = {self.volume}: expected 0 to {LOUDEST:g}; 1 leaves the sound as it is")
        if self.gate is not None and not 0 <= self.gate <= 1:
            raise UsageError(f"gate = {self.gate}: expected a probability from 0 to 1; 0.5 is usual")
        heat = self.attention_temperature
        if heat is not None and not (heat > 0 and math.isfinite(heat)):
            raise UsageError(f"attention_temperature = {heat}: expected a number above 0; 1 is as trained")
        if self.sentence_pause is not None and not 0 <= self.sentence_pause <= LONGEST_PAUSE_S:
            raise UsageError(f"sentence_pause = {self.sentence_pause}: expected 0 to {LONGEST_PAUSE_S:g} seconds")
