"""What a person is told while a run trains: how far it is, how fast, how well, and when a verdict changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from glowvox.train.config import TrainConfig
from glowvox.train.health import Status, judge
from glowvox.train.metrics import Metrics
from glowvox.train.run import AnyRun
from glowvox.train.words import time_left

INTERVAL = 10.0  # seconds between two lines


class Screen(Protocol):
    """Where it is told."""

    def say(self, line: str) -> None:
        """Write a line that stays."""
        ...

    def show(self, line: str, step: int) -> None:
        """Write how the run stands; the next replaces it where the screen can."""
        ...


class Progress:
    """Takes the records of a run and tells of them: every few seconds, at validations, and when a verdict changes."""

    def __init__(
        self,
        run: AnyRun,
        screen: Screen,
        *,
        max_minutes: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.screen = screen
        self.config = run.settings.train
        self.diagnostic = isinstance(self.config, TrainConfig) and self.config.overfit > 0
        self.clock = clock
        self.deadline = None if max_minutes is None else clock() + 60 * max_minutes
        self.run = run
        self.records: list[Mapping[str, Any]] = []
        self.verdicts: dict[str, Status] = {}
        self._shown = -INTERVAL + clock()

    def __call__(self, record: Mapping[str, Any]) -> None:
        """Tell of one record."""
        if self.records:
            self.records.append(record)
        else:  # of a run taken up, the file holds what came before; this record is in it already
            self.records = list(self.run.read_metrics()) or [record]
        validation = any(key.startswith("val_") for key in record)
        now = self.clock()
        if not validation and now - self._shown < INTERVAL and record["step"] < self.config.steps:
            return
        if not validation:
            self._shown = now
        metrics = Metrics(self.records)
        if validation:
            self.screen.say(validation_line(record, diagnostic=self.diagnostic))
        else:
            self.screen.show(self._line(metrics, now), metrics.step)
        self._tell_verdicts()

    def _line(self, metrics: Metrics, now: float) -> str:
        left = None if self.deadline is None else self.deadline - now
        return status_line(metrics, steps=self.config.steps, seconds_left=left)

    def _tell_verdicts(self) -> None:
        for verdict in judge(self.records, diagnostic=self.diagnostic):
            # at first sight only trouble is news
            before = self.verdicts.get(verdict.name, "good" if verdict.status == "good" else "wait")
            if verdict.status != before:
                self.screen.say(f"{verdict.name}: {verdict.status}. {verdict.sentence} {verdict.advice}".rstrip())
            self.verdicts[verdict.name] = verdict.status


def status_line(metrics: Metrics, *, steps: int, seconds_left: float | None = None) -> str:
    """How a run stands, in a line.

    seconds_left  until a deadline, where there is one
    """
    last = metrics.training[-1]
    losses = {
        "spectral": "spectral distance",
        "pitch": "pitch",
        "nll": "loss",
        "duration": "durations",
        "alignment": "alignment",
        "gate": "gate",
    }
    parts = [f"step {metrics.step:,} of {steps:,}"]
    parts += [f"{name} {last[key]:.3f}" for key, name in losses.items() if key in last]
    pace = metrics.pace()
    if pace:
        parts.append(f"{1 / pace:.3g} steps/s")
        if "frames" in last:
            parts.append(f"{last['frames'] / pace:,.0f} frames/s")
        left = pace * (steps - metrics.step)
        if left > 0:
            parts.append(time_left(left if seconds_left is None else max(0.0, min(left, seconds_left))))
    if last.get("skipped"):
        parts.append(f"{last['skipped']:.0f} skipped")
    return " · ".join(parts)


def validation_line(record: Mapping[str, Any], *, diagnostic: bool = False) -> str:
    """What a validation found; a diagnostic's is of the clips it trains on."""
    if "val_spectral" in record:
        line = f"step {record['step']:,}: held-out spectral distance {record['val_spectral']:.3f}"
        if "val_pitch_wrong" in record:
            line += f", {100 * record['val_pitch_wrong']:.1f} % of voiced frames with a wrong pitch"
        return line
    if "val_sharpness" in record:
        line = f"step {record['step']:,}: held-out loss {record['val_nll']:.3f}, without the attention prior: "
        return f"{line}sharpness {record['val_sharpness']:.2f}, {record['val_stray']:.3f} from the diagonal"
    if "val_latent_power" in record:
        line = f"step {record['step']:,}: held-out loss {record['val_nll']:.3f} nats a sample, "
        return f"{line}power of the latents {record['val_latent_power']:.2f} (noise has 1)"
    what = "loss of the same clips" if diagnostic else "held-out loss"
    return f"step {record['step']:,}: {what} {record['val_nll']:.3f}, durations {record['val_duration']:.3f}"
