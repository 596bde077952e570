"""Times and counts in words."""

from __future__ import annotations

import pytest

from glowvox.train.words import counted, duration, time_left


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (45, "45 s"),
        (100, "2 min"),
        (3590, "1 h"),
        (4320, "1 h 12 min"),
        (183_600, "2 d 3 h"),
        (172_800, "2 d"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (20, "less than a minute left"),
        (70, "about a minute left"),
        (100, "about 2 min left"),
        (610, "about 10 min left"),
        (4200, "about 1 h 10 min left"),
        (4321, "about 1 h 10 min left"),
    ],
)
def test_time_left_is_as_coarse_as_the_guess(seconds: float, words: str) -> None:
    assert time_left(seconds) == words


def test_counts() -> None:
    assert counted(1, "clip") == "1 clip"
    assert counted(2345, "clip") == "2,345 clips"
