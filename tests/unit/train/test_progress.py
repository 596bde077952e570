"""What is told while a run trains."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from glowvox.train.metrics import Metrics
from glowvox.train.progress import Progress, status_line, validation_line
from glowvox.train.run import Run
from tests.unit.train.conftest import Sampled


class Listener:
    """A screen that remembers."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.shown: list[tuple[str, int]] = []

    def say(self, line: str) -> None:
        self.said.append(line)

    def show(self, line: str, step: int) -> None:
        self.shown.append((line, step))


class Clock:
    """Time that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def record(step: int, **more: float) -> dict[str, float | int]:
    known = {"nll": 0.5, "duration": 0.4, "grad_norm": 1.0, "lr": 1e-3, "skipped": 0.0, "off_diagonal": 0.03}
    return {"step": step, "epoch": 0, "seconds": step / 2, **known, "step_seconds": 0.5, "frames": 2000.0, **more}


def validation(step: int, loss: float) -> dict[str, float | int]:
    return {"step": step, "seconds": step / 2, "val_nll": loss, "val_duration": 0.4}


@pytest.fixture
def run(sampled: Sampled, tmp_path: Path) -> Run:
    """A new run of 10,000 steps."""
    train = msgspec.structs.replace(sampled.run.settings.train, steps=10_000)
    return Run.create(tmp_path / "run", msgspec.structs.replace(sampled.run.settings, train=train))


def test_a_line_says_how_far_how_fast_and_how_long_yet() -> None:
    line = status_line(Metrics([record(1000)]), steps=10_000)
    assert line == (
        "step 1,000 of 10,000 · loss 0.500 · durations 0.400 · 2 steps/s · 4,000 frames/s · about 1 h 15 min left"
    )


def test_at_the_last_step_nothing_is_left() -> None:
    assert status_line(Metrics([record(1000)]), steps=1000).endswith("4,000 frames/s")


def test_a_deadline_that_comes_first_is_the_time_left() -> None:
    metrics = Metrics([record(1000, skipped=3.0)])
    assert status_line(metrics, steps=10_000, seconds_left=600).endswith("about 10 min left · 3 skipped")
    assert "about 1 h 15 min left" in status_line(metrics, steps=10_000, seconds_left=6000)


def test_records_without_frames_have_a_line_too() -> None:
    assert "frames/s" not in status_line(Metrics([{"step": 20, "nll": 1.0, "duration": 1.0}]), steps=40)


def test_a_validation_in_words() -> None:
    assert validation_line(validation(2000, 0.106)) == "step 2,000: held-out loss 0.106, durations 0.400"
    same = validation_line(validation(2000, 0.106), diagnostic=True)
    assert same == "step 2,000: loss of the same clips 0.106, durations 0.400"


def test_lines_come_every_ten_seconds_and_at_the_end(run: Run) -> None:
    screen, clock = Listener(), Clock()
    tell = Progress(run, screen, clock=clock)
    for number in range(1, 26):
        clock.now += 1.0
        tell(record(20 * number))
    assert [step for _, step in screen.shown] == [20, 220, 420]
    clock.now += 1.0
    tell(record(10_000))
    assert screen.shown[-1][1] == 10_000


def test_validations_are_told_at_once(run: Run) -> None:
    screen = Listener()
    tell = Progress(run, screen, clock=Clock())
    tell(record(20))
    tell(validation(20, 0.5))
    assert screen.said == ["step 20: held-out loss 0.500, durations 0.400"]


def test_verdicts_are_told_when_they_change(run: Run) -> None:
    screen, clock = Listener(), Clock()
    tell = Progress(run, screen, clock=clock)
    for step in range(20, 1001, 20):
        clock.now += 10.0
        tell(record(step, nll=2.0 - step / 1000, skipped=100.0 if step >= 800 else 0.0))
    news = [line for line in screen.said if line.startswith("skipped steps")]
    assert len(news) == 1
    assert news[0].startswith("skipped steps: bad. 100 of 800 steps were skipped (12 %).")


def test_a_run_taken_up_remembers_what_came_before(run: Run) -> None:
    run.log(record(20))
    run.log(record(40))
    tell = Progress(run, Listener(), clock=Clock())
    tell(record(40))  # the loop writes a record down before it tells of it
    assert [kept["step"] for kept in tell.records] == [20, 40]
    tell(record(60))
    assert [kept["step"] for kept in tell.records] == [20, 40, 60]
