"""Whether a long text is spoken evenly: pace and level, stretch by stretch."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from glowvox.audio.level import frame_power, rms_db
from glowvox.audio.timing import Timed
from glowvox.audio.wave import Audio
from glowvox.errors import UsageError

WORDS = 20  # of a stretch
SPEECH_DB = 40.0  # frames within this of the loudest one are speech
FRAME_S = 0.0232
DRIFT, PACE_SPREAD = 0.10, 0.20  # of the mean pace: between the ends, and of any stretch
LEVEL_DRIFT_DB, LEVEL_SPREAD_DB = 1.5, 3.0  # likewise
FEWEST = 6  # stretches, two for each third


class Stretch(msgspec.Struct, frozen=True):
    """Some words in a row.

    phones_per_s  phonemes a second, pauses left out
    level_db      root mean square of the speech in it (dB re full scale)
    """

    start_s: float
    end_s: float
    phones_per_s: float
    level_db: float


class Evenness(msgspec.Struct, frozen=True):
    """Pace and level over a text.

    pace_drift      last third over first third, less one
    pace_spread     largest distance of a stretch from the mean, as a share of it
    level_drift_db  last third less first third
    level_spread_db largest distance of a stretch from the mean
    """

    stretches: tuple[Stretch, ...]
    pace_drift: float
    pace_spread: float
    level_drift_db: float
    level_spread_db: float

    @property
    def even(self) -> bool:
        """Whether nobody would notice a change."""
        return (
            abs(self.pace_drift) <= DRIFT
            and self.pace_spread <= PACE_SPREAD
            and abs(self.level_drift_db) <= LEVEL_DRIFT_DB
            and self.level_spread_db <= LEVEL_SPREAD_DB
        )


def evenness(audio: Audio) -> Evenness:
    """Measure speech whose times of words and phonemes are known, in stretches of twenty words.

    raises  UsageError for speech without times, or too short to have three thirds
    """
    words, phonemes = audio.words, [phoneme for phoneme in audio.phonemes if phoneme.text[:1].isalpha()]
    if not words or not phonemes:
        raise UsageError("evenness is measured by the times of words and phonemes, which this speech lacks")
    count = len(words) // WORDS
    if count < FEWEST:
        raise UsageError(f"evenness of {len(words)} words: at least {FEWEST * WORDS} are needed")
    groups = [words[i * len(words) // count : (i + 1) * len(words) // count] for i in range(count)]
    found = tuple(_stretch(audio, group, phonemes) for group in groups)
    pace = np.array([stretch.phones_per_s for stretch in found])
    level = np.array([stretch.level_db for stretch in found])
    third = count // 3
    return Evenness(
        stretches=found,
        pace_drift=float(pace[-third:].mean() / pace[:third].mean() - 1),
        pace_spread=float(np.abs(pace / pace.mean() - 1).max()),
        level_drift_db=float(level[-third:].mean() - level[:third].mean()),
        level_spread_db=float(np.abs(level - level.mean()).max()),
    )


def _stretch(audio: Audio, words: Sequence[Timed], phonemes: Sequence[Timed]) -> Stretch:
    start, end = words[0].start_s, words[-1].end_s
    inside = [phoneme for phoneme in phonemes if start <= (phoneme.start_s + phoneme.end_s) / 2 < end]
    spoken = sum(phoneme.end_s - phoneme.start_s for phoneme in inside)
    samples = audio.samples[round(start * audio.sample_rate) : round(end * audio.sample_rate)]
    return Stretch(start, end, len(inside) / spoken if spoken > 0 else 0.0, _speech_db(samples, audio.sample_rate))


def _speech_db(samples: np.ndarray[tuple[int], np.dtype[np.float32]], sample_rate: int) -> float:
    """Level of the frames that are no pause."""
    frame = max(4, round(FRAME_S * sample_rate))
    power = frame_power(samples, frame, frame)
    if not len(samples) or power.max() <= 0:
        return rms_db(samples)
    return float(10 * np.log10(power[power > power.max() * 10 ** (-SPEECH_DB / 10)].mean()))
