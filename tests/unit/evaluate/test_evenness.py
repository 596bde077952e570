from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from glowvox.audio.timing import Timed
from glowvox.audio.wave import Audio
from glowvox.errors import UsageError
from glowvox.evaluate.evenness import evenness

RATE = 8000


def reading(
    words: int = 300,
    *,
    pace: Callable[[float], float] = lambda t: 10.0,
    level: Callable[[float], float] = lambda t: -20.0,
) -> Audio:
    """Words of four phonemes, a pause after every fifth; `pace` (phonemes a second) and `level` (dB) by place."""
    said, phonemes, sound = list[Timed](), list[Timed](), list[np.ndarray]()
    now = 0.0
    for number in range(words):
        place, start = number / words, now
        for _ in range(4):
            phonemes.append(Timed("AA1", now, now + 1 / pace(place), (0, 1)))
            now += 1 / pace(place)
        said.append(Timed("word", start, now, (0, 1)))
        length = round(now * RATE) - sum(map(len, sound))
        sound.append(np.sqrt(2) * 10 ** (level(place) / 20) * np.sin(2 * np.pi * 200 * np.arange(length) / RATE))
        if number % 5 == 4:
            phonemes.append(Timed(",", now, now + 0.3, (0, 1)))
            now += 0.3
            sound.append(np.zeros(round(now * RATE) - sum(map(len, sound))))
    samples = np.concatenate(sound).astype(np.float32)
    return Audio(samples, RATE, text="x", words=tuple(said), phonemes=tuple(phonemes))


def test_an_even_reading_has_its_pace_and_level_without_the_pauses() -> None:
    found = evenness(reading())
    assert len(found.stretches) == 15
    assert [stretch.phones_per_s for stretch in found.stretches] == pytest.approx([10.0] * 15, rel=1e-6)
    assert [stretch.level_db for stretch in found.stretches] == pytest.approx([-20.0] * 15, abs=0.3)
    assert found.even


def test_a_reader_who_hurries_is_not_even() -> None:
    found = evenness(reading(pace=lambda place: 10 + 4 * place))
    assert found.pace_drift == pytest.approx((10 + 4 * 0.8) / (10 + 4 * 0.13) - 1, abs=0.02)
    assert abs(found.level_drift_db) < 0.1
    assert not found.even


def test_a_voice_that_fades_is_not_even() -> None:
    found = evenness(reading(level=lambda place: -20 - 6 * place))
    assert found.level_drift_db == pytest.approx(-4.0, abs=0.2)
    assert abs(found.pace_drift) < 1e-6
    assert not found.even


def test_one_loud_stretch_is_found() -> None:
    found = evenness(reading(level=lambda place: -14.0 if 0.4 <= place < 0.4667 else -20.0))
    assert found.level_spread_db == pytest.approx(6 * 14 / 15, abs=0.2)
    assert abs(found.level_drift_db) < 0.2
    assert not found.even


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(UsageError, match="lacks"):
        evenness(Audio(np.zeros(100, np.float32), RATE))
    with pytest.raises(UsageError, match="119 words: at least 120"):
        evenness(reading(119))
