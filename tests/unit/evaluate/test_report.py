"""Totals, differences and tables of a report, with judges whose answers are known."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pytest

from glowvox.audio.wave import Audio
from glowvox.errors import UsageError
from glowvox.evaluate.rendering import as_json, as_text
from glowvox.evaluate.report import Item, Judges, Report, evaluate, spoken
from glowvox.evaluate.scores import COLUMNS, compare_scores
from tests.unit.evaluate.sounds import RATE, vowel


class Parrot:
    """Hears what it was told to, in turn."""

    identity = "a parrot"

    def __init__(self, name: str, *answers: str) -> None:
        self.name = name
        self._answers = iter(answers)

    def hear(self, audio: Audio) -> str:
        return next(self._answers)


class Loudness:
    """Rates by the peak."""

    identity = "a loudness meter"

    def score(self, audio: Audio) -> dict[str, float]:
        return {"dnsmos": float(np.abs(audio.samples).max())}


class SameVoice:
    identity = "a flatterer"

    def likeness(self, audio: Audio, reference: Audio) -> float:
        return 1.0


def tone(level: float) -> Audio:
    audio = vowel(seconds=0.3, quiet_s=0.0)
    return Audio(level * audio.samples / np.abs(audio.samples).max(), RATE)


def items(*texts: str) -> Iterator[Item]:
    for number, text in enumerate(texts):
        yield Item(f"clip{number}", text, tone(0.25 * (number + 1)))


def listening(*answers: str, name: str = "whisper") -> Judges:
    return Judges((Parrot(name, *answers),), (Loudness(),), normalise=lambda text: text.lower().strip("."))


def test_totals_are_sums_of_errors_and_means_of_ratings() -> None:
    scores = evaluate(items("No.", "The tide turned at noon."), listening("KNOW", "the tide turned"), name="a")
    assert scores.totals["whisper.wer"].value == pytest.approx((1 + 2) / (1 + 5))
    assert scores.totals["whisper.cer"].value == pytest.approx((2 + 6) / (2 + 19))
    assert scores.totals["dnsmos"].value == pytest.approx((0.25 + 0.5) / 2)
    assert "pocketsphinx.wer" not in scores.totals
    assert "mcd_db" not in scores.totals  # there was no recording to hold it against


def test_rows_keep_the_order_and_what_was_heard() -> None:
    done: list[int] = []
    scores = evaluate(items("No.", "Yes."), listening("know", "yes"), name="a", progress=done.append)
    assert done == [1, 2]
    assert [clip.id for clip in scores.clips] == ["clip0", "clip1"]
    assert [clip.said for clip in scores.clips] == ["no", "yes"]
    assert scores.clips[0].heard["whisper"].text == "know"
    assert scores.clips[1].heard["whisper"].words.errors == 0


def test_a_reference_brings_distances_and_likeness() -> None:
    judges = Judges(voice=SameVoice())
    found = evaluate([Item("a", "ah", vowel(), vowel(f0=170.0))], judges, name="a")
    assert found.totals["likeness"].value == 1.0
    assert found.totals["mcd_db"].value > 0
    assert found.totals["f0_rmse_cents"].value == pytest.approx(1200 * np.log2(170 / 150), abs=20)


def test_silence_loses_all_its_words_and_is_not_rated() -> None:
    empty = Item("empty", "three little words", Audio(np.zeros(0, np.float32), RATE))
    scores = evaluate([*items("No."), empty], listening("no"), name="a")
    assert scores.totals["whisper.wer"].value == pytest.approx(3 / 4)
    assert scores.totals["dnsmos"].clips == 1
    assert scores.notes == ("empty: holds no sound; not rated",)


def test_speaker_is_asked_once_a_sentence_at_seed_zero() -> None:
    asked: list[tuple[str, int]] = []

    class Voice:
        def say(self, text: str, *, seed: int) -> Audio:
            asked.append((text, seed))
            return tone(0.5)

    recording = tone(0.1)
    made = list(spoken(Voice(), [("a", "One."), ("b", "Two.")], {"a": recording}))
    assert asked == [("One.", 0), ("Two.", 0)]
    assert [item.id for item in made] == ["a", "b"]
    assert made[0].reference is recording
    assert made[1].reference is None


def test_a_recogniser_needs_a_normaliser() -> None:
    with pytest.raises(UsageError, match="without a text normaliser"):
        Judges((Parrot("whisper"),))


@pytest.fixture
def report() -> Report:
    real = evaluate(items("No.", "Yes now."), listening("no", "yes now"), name="real")
    voice = evaluate(items("No.", "Yes now."), listening("no", "yes cow"), name="voice")
    return Report(listening().identities, (real, voice), (compare_scores(voice, real),))


def test_difference_is_over_the_same_clips(report: Report) -> None:
    found = report.differences[0]
    assert (found.name, found.minus) == ("voice", "real")
    assert found.values["whisper.wer"].value == pytest.approx(1 / 3)
    assert found.values["dnsmos"].value == pytest.approx(0.0)


def test_text_has_a_row_for_each_set_and_says_how_it_was_measured(report: Report) -> None:
    lines = as_text(report).splitlines()
    assert lines[0].split() == ["words", "clips", "WER", "%", "CER", "%"]
    assert lines[2].split() == ["real", "2", "0.0", "[0.0,", "0.0]", "0.0"]
    assert lines[3].split()[:3] == ["voice", "2", "33.3"]
    assert any(line.startswith("voice - real") and "+33.3" in line for line in lines)
    assert "  1x  'now' heard as 'cow'" in lines
    assert lines[-3:] == [
        "judged by a parrot",
        "judged by a loudness meter",
        "one attempt a sentence, seed 0, variation as shipped",
    ]


def test_pocketsphinx_is_always_headed_smoke_test() -> None:
    judges = listening("no", name="pocketsphinx")
    text = as_text(Report((), (evaluate(items("No."), judges, name="a"),), ()))
    assert "WER %, pocketsphinx (smoke test)" in text.splitlines()[0]


def test_json_holds_every_clip(report: Report) -> None:
    found = json.loads(as_json(report))
    assert (found["seed"], found["variation"]) == (0, "as shipped")
    clip = found["rows"][1]["clips"][1]
    assert clip["heard"]["whisper"] == {
        "text": "yes cow",
        "words": {"errors": 1, "total": 2},
        "characters": {"errors": 1, "total": 6},
    }
    assert clip["values"]["dnsmos"] == pytest.approx(0.5)
    assert found["differences"][0]["values"]["whisper.wer"]["clips"] == 2


def test_no_two_columns_share_a_key() -> None:
    assert len({column.key for column in COLUMNS}) == len(COLUMNS)
