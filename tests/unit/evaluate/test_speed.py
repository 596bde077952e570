from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest

from glowvox.audio.wave import Audio
from glowvox.errors import UsageError
from glowvox.evaluate.speed import PASSAGES, columns, first_piece_s, paces


def sound(seconds: float) -> Audio:
    return Audio(np.zeros(round(seconds * 1000), np.float32), 1000)


def test_rounds_are_interleaved_and_the_first_does_not_count() -> None:
    calls: list[str] = []

    def say(name: str, seconds: float) -> Audio:
        calls.append(name)
        return sound(seconds)

    rows, kept = paces({"a": lambda t: say("a", 1), "b": lambda t: say("b", 2)}, {"x": "text"}, rounds=2)
    assert calls == ["a", "b"] * 3
    assert [(row.speaker, row.seconds, row.rounds) for row in rows] == [("a", 1, 2), ("b", 2, 2)]
    assert kept["b", "x"].seconds == 2


def test_processor_time_is_counted_and_waiting_is_not() -> None:
    def busy(text: str) -> Audio:
        until = time.process_time() + 0.02
        while time.process_time() < until:
            pass
        time.sleep(0.02)
        return sound(2)

    (row,), _ = paces({"busy": busy}, {"x": "text"}, rounds=3)
    assert row.least_s >= 0.02
    assert row.wall_s >= row.cpu_s + 0.015
    assert row.rtf == pytest.approx(row.cpu_s / 2)


def test_who_says_nothing_has_no_pace() -> None:
    with pytest.raises(UsageError, match="mute said nothing for 'text'"):
        paces({"mute": lambda text: sound(0)}, {"x": "text"}, rounds=1)


def test_only_the_first_piece_is_waited_for() -> None:
    made: list[int] = []

    def stream(text: str) -> Iterator[Audio]:
        for number in range(3):
            made.append(number)
            yield sound(0 if number == 0 else 1)

    assert len(first_piece_s(stream, "text", rounds=2)) == 2
    assert made == [0, 1] * 3
    ticks = iter([0.0, 10.0, 10.5, 20.0, 20.25])  # the first round is left out
    assert first_piece_s(stream, "text", rounds=2, clock=lambda: next(ticks)) == [0.5, 0.25]


def test_passages_are_about_as_long_as_they_are_called() -> None:
    lengths = {name: len(text) / 16 for name, text in PASSAGES.items()}  # 16 characters a second
    assert lengths["2 s"] == pytest.approx(2, rel=0.35)
    assert lengths["6 s"] == pytest.approx(6, rel=0.35)
    assert lengths["20 s"] == pytest.approx(20, rel=0.35)
    assert lengths["5 min"] == pytest.approx(300, rel=0.35)


def test_columns_line_up() -> None:
    assert columns([["", "cost"], ["long name", "1"]]) == "           cost\nlong name     1"
