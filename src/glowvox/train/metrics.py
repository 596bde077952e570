"""The metrics of a run as columns."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Series:
    """Finite values by step, in order."""

    steps: tuple[int, ...]
    values: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.values)

    def last(self, share: float) -> Series:
        """The part that covers the last `share` of the steps seen, at least three values where there are three."""
        if not self.steps:
            return self
        start = self.steps[-1] - share * (self.steps[-1] - self.steps[0])
        first = min(sum(step < start for step in self.steps), max(0, len(self) - 3))
        return Series(self.steps[first:], self.values[first:])

    def median(self) -> float:
        """Of the values; there must be one."""
        return statistics.median(self.values)

    def smoothed(self, width: int) -> Series:
        """Medians of `width` neighbours, fewer at the ends."""
        half = width // 2
        values = [statistics.median(self.values[max(0, i - half) : i + half + 1]) for i in range(len(self))]
        return Series(self.steps, tuple(values))


class Metrics:
    """What `metrics.jsonl` says: records of training steps and records of validations."""

    def __init__(self, records: Iterable[Mapping[str, Any]]) -> None:
        self.records = [record for record in records if isinstance(record.get("step"), int)]
        self.vocoder = any("spectral" in record for record in self.records)
        self.flowtron = any("gate" in record for record in self.records)
        self.waveglow = any("latent_power" in record for record in self.records)
        self._loss = "spectral" if self.vocoder else "nll"
        self.training = [record for record in self.records if self._loss in record]

    def series(self, name: str) -> Series:
        """A column by its name; a value that is missing or not finite is left out."""
        found = [
            (int(record["step"]), float(record[name]))
            for record in self.records
            if isinstance(record.get(name), (int, float)) and math.isfinite(record[name])
        ]
        return Series(tuple(step for step, _ in found), tuple(value for _, value in found))

    @property
    def loss(self) -> Series:
        """The training loss: likelihood of a voice, spectral distance of a vocoder."""
        return self.series(self._loss)

    @property
    def held(self) -> Series:
        """The same on held-out clips."""
        return self.series(f"val_{self._loss}")

    @property
    def step(self) -> int:
        """The last step that was written down; 0 before any."""
        return max((int(record["step"]) for record in self.records), default=0)

    @property
    def seconds(self) -> float:
        """How long the run has been training in all."""
        return max((float(record.get("seconds", 0.0)) for record in self.records), default=0.0)

    def pace(self) -> float | None:
        """Seconds a step takes, by the median of the last windows."""
        recent = self.series("step_seconds").values[-25:]
        return statistics.median(recent) if recent else None

    def skips(self) -> list[tuple[int, int, int]]:
        """Where steps were skipped: (after step, up to step, how many)."""
        found = []
        before, total = 0, 0.0
        for record in self.training:
            if record.get("skipped", 0.0) > total:
                found.append((before, int(record["step"]), int(record["skipped"] - total)))
                total = record["skipped"]
            before = int(record["step"])
        return found


def slope(series: Series) -> float:
    """Change a step of the straight line nearest to the values (least squares); 0 for fewer than two."""
    if len(series) < 2:
        return 0.0
    return float(statistics.linear_regression(series.steps, series.values).slope)


def spread(values: Sequence[float]) -> float:
    """Standard deviation as seen through the median of absolute deviations, so that single leaps do not count."""
    if not values:
        return 0.0
    middle = statistics.median(values)
    return 1.4826 * statistics.median(abs(value - middle) for value in values)
