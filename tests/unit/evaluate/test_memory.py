"""Judgements are kept by what a clip sounds like and who judged it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from glowvox.audio.wave import Audio
from glowvox.errors import GlowvoxError
from glowvox.evaluate.memory import Judgement, Memory, fingerprint
from glowvox.evaluate.report import Item, Judges, evaluate
from tests.unit.evaluate.sounds import vowel


class Counting:
    """A judge that knows how often it was asked."""

    name = "whisper"

    def __init__(self, identity: str = "a judge") -> None:
        self.identity, self.asked = identity, 0

    def hear(self, audio: Audio) -> str:
        self.asked += 1
        return "the tide turned"

    def score(self, audio: Audio) -> dict[str, float]:
        self.asked += 1
        return {"dnsmos": float(np.abs(audio.samples).max())}


def clip(level: float = 0.5) -> Audio:
    audio = vowel(seconds=0.3, quiet_s=0.0)
    return Audio((level * audio.samples / np.abs(audio.samples).max()).astype(np.float32), audio.sample_rate)


def test_a_clip_is_judged_once(tmp_path: Path) -> None:
    judge, rater = Counting("ear"), Counting("scale")
    judges = Judges((judge,), (rater,), normalise=str.lower)
    items = [Item("a", "The tide turned", clip(), clip(0.4)), Item("b", "The tide", clip())]
    first = evaluate(items, judges, name="x", memory=Memory(tmp_path / "deep" / "memory"))
    assert (judge.asked, rater.asked) == (1, 1)  # both items are the same sound
    again = evaluate(items, judges, name="x", memory=Memory(tmp_path / "deep" / "memory"))
    assert (judge.asked, rater.asked) == (1, 1)
    assert again == first
    assert "mcd_db" in again.clips[0].values
    assert "mcd_db" not in again.clips[1].values
    assert again.clips[1].heard["whisper"].words.errors == 1
    assert evaluate(items, judges, name="x") == first
    assert judge.asked == 3


def test_other_sounds_and_other_judges_are_asked(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    answers = iter(("one", "two", "three"))
    said = [memory.recall(clip(level), judge, lambda: Judgement(next(answers))).text for level, judge in
            ((0.5, "ear"), (0.5, "ear"), (0.5, "other ear"), (0.4, "ear"))]  # fmt: skip
    assert said == ["one", "one", "two", "three"]
    assert len(list(tmp_path.glob("*/*.json"))) == 2
    assert fingerprint(clip()) != fingerprint(Audio(clip().samples, 8000))


def test_a_file_that_is_something_else_is_named(tmp_path: Path) -> None:
    name = fingerprint(clip())
    (tmp_path / name[:2]).mkdir()
    (tmp_path / name[:2] / f"{name}.json").write_text("[1]")
    with pytest.raises(GlowvoxError, match=f"{name}.json: no judgements of a clip"):
        Memory(tmp_path).recall(clip(), "ear", Judgement)
    (tmp_path / "file").write_text("")
    with pytest.raises(GlowvoxError, match="cannot write"):
        Memory(tmp_path / "file" / "x").recall(clip(), "ear", Judgement)
