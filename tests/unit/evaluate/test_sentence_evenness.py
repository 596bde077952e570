"""Pace and level sentence by sentence, on tones whose values are known."""

from __future__ import annotations

import numpy as np
import pytest

from glowvox.audio.timing import Timed
from glowvox.audio.wave import Audio
from glowvox.errors import UsageError
from glowvox.evaluate.sentence_evenness import cut, sentence_evenness
from glowvox.text.frontend import make_front_end

RATE = 8000
TEXT = "The tide turned at noon. " * 6
SENTENCES = make_front_end("english")(TEXT)
PHONES = sum(len(word.phonemes) for word in SENTENCES[0].words)


def tone(seconds: float, level_db: float, pause_s: float = 0.0) -> Audio:
    wave = np.sqrt(2) * 10 ** (level_db / 20) * np.sin(2 * np.pi * 200 * np.arange(round(seconds * RATE)) / RATE)
    half = len(wave) // 2
    return Audio(np.concatenate([wave[:half], np.zeros(round(pause_s * RATE)), wave[half:]]).astype(np.float32), RATE)


def test_pauses_are_no_speech() -> None:
    found = sentence_evenness(SENTENCES, [tone(2.0, -20.0, pause_s=0.4 * number) for number in range(6)])
    assert [s.speech_s for s in found.sentences] == pytest.approx([2.0] * 6, abs=0.08)
    assert found.phones_per_s.mean == pytest.approx(PHONES / 2.0, rel=0.03)
    assert found.words_per_s.mean == pytest.approx(2.5, rel=0.03)
    assert found.level_db.deviation < 0.2


def test_deviation_and_drift_are_those_of_the_sentences() -> None:
    levels = [-20.0, -20.0, -20.0, -20.0, -26.0, -26.0]
    seconds = [2.0, 2.0, 2.0, 2.0, 1.0, 1.0]
    clips = [tone(length, level) for length, level in zip(seconds, levels, strict=True)]
    found = sentence_evenness(SENTENCES, clips)
    assert found.level_db.drift == pytest.approx(-6.0, abs=0.15)
    assert found.level_db.deviation == pytest.approx(np.std(levels), abs=0.1)
    pace = PHONES / np.array(seconds)
    assert found.phones_per_s.deviation == pytest.approx(float(np.std(pace)), rel=0.06)
    assert found.phones_per_s.drift == pytest.approx(PHONES / 2.0, rel=0.06)


def test_a_reading_is_cut_by_the_times_of_its_words() -> None:
    spans = [word.span for sentence in SENTENCES for word in sentence.words]
    words = tuple(Timed("x", number, number + 0.5, span) for number, span in enumerate(spans))
    audio = Audio(np.arange(len(words) * 10, dtype=np.float32), 10, TEXT, words=words)
    clips = cut(audio, SENTENCES)
    assert [clip.samples[0] for clip in clips] == [0, 50, 100, 150, 200, 250]
    assert {len(clip.samples) for clip in clips} == {45}
    assert {clip.text for clip in clips} == {"The tide turned at noon."}


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(UsageError, match="has a time"):
        cut(Audio(np.zeros(100, np.float32), RATE), SENTENCES)
    with pytest.raises(UsageError, match="6 sentences in 5 clips: at least 6"):
        sentence_evenness(SENTENCES, [tone(1.0, -20.0)] * 5)
    with pytest.raises(UsageError, match="no sound"):
        sentence_evenness(SENTENCES, [Audio(np.zeros(800, np.float32), RATE)] * 6)
