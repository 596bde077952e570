"""The training loop: order, counting, logging, saving, stopping."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, Generic, Protocol, TypeVar

from lightning_fabric import Fabric
from torch import Tensor

from glowvox.train.checkpoint import checkpoints, prune, read_part, read_state, step_of, write_checkpoint
from glowvox.train.feed import Feed, Item
from glowvox.train.run import AnyRun

log = logging.getLogger(__name__)

Kind = TypeVar("Kind", bound=Item)
Taken = TypeVar("Taken", bound=Item, contravariant=True)


class Recipe(Protocol[Taken]):
    """How a model learns: losses, optimizers, averages, and the state of all of them."""

    fabric: Fabric
    initialised: bool
    judged: tuple[str, ...]  # scores of `validate` whose sum checkpoints are compared by; none: the newest is the best

    def initialise(self, batches: Sequence[Taken]) -> None:
        """Set what is set from data, once in the life of a model."""
        ...

    def step(self, step: int, batch: Taken) -> dict[str, float]:
        """One update; gives what is logged."""
        ...

    def validate(self, batches: Sequence[Taken]) -> dict[str, float]:
        """Scores on held-out batches."""
        ...

    def parts(self) -> dict[str, dict[str, Tensor]]:
        """What a checkpoint holds, as named tensors."""
        ...

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds beside its tensors."""
        ...

    def restore(self, parts: dict[str, dict[str, Tensor]], state: dict[str, Any]) -> None:
        """Take up a checkpoint."""
        ...


class Stop:
    """Set by SIGINT, SIGTERM or a deadline; the loop looks at it between steps and saves before it leaves."""

    def __init__(self, max_minutes: float | None = None) -> None:
        self.deadline = time.monotonic() + 60 * max_minutes if max_minutes else None
        self.reason: str | None = None

    def __enter__(self) -> Stop:
        self._before = {sign: signal.signal(sign, self._on_signal) for sign in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for sign, handler in self._before.items():
            signal.signal(sign, handler)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.reason is not None:  # a second time: the person means now
            raise KeyboardInterrupt
        self.reason = f"stopped by {signal.Signals(number).name}"

    def now(self) -> bool:
        """Whether to leave."""
        if self.reason is None and self.deadline is not None and time.monotonic() > self.deadline:
            self.reason = "the time given by --max-minutes is up"
        return self.reason is not None


class Loop(Generic[Kind]):
    """One run: `fit` trains until the steps are done or a stop is asked for.

    `sample` is called with the step when pictures and audio are due, `report` after every log line.
    """

    def __init__(
        self,
        run: AnyRun,
        recipe: Recipe[Kind],
        feed: Feed[Kind],
        *,
        sample: Callable[[int], None],
        report: Callable[[dict[str, Any]], None],
    ) -> None:
        self.run = run
        self.recipe = recipe
        self.config = run.settings.train
        self.feed = feed
        self.sample = sample
        self.report = report
        self.step = 0
        self.best = float("inf")
        self.seconds = 0.0

    @property
    def first(self) -> bool:
        """Whether this process writes."""
        return bool(self.recipe.fabric.is_global_zero)

    def resume(self) -> None:
        """Take up the last checkpoint, where there is one."""
        checkpoint = self.run.latest()
        if checkpoint is not None:
            state = read_state(checkpoint)
            parts = {Path(name).stem: read_part(checkpoint, Path(name).stem) for name in state["sha256"]}
            self.recipe.restore(parts, state)
            self.step, self.best, self.seconds = step_of(checkpoint), state["best"], state["seconds"]
            log.info("resumed from %s", checkpoint)
            if self.first and state.get("is_best"):  # the run may have been killed before it could say so
                self.run.mark_best(checkpoint, self.best)
        if self.first:
            self.run.rewind(self.step)

    def fit(self, stop: Stop) -> str:
        """Train; says why it ended."""
        fabric = self.recipe.fabric
        share = {"rank": fabric.global_rank, "world": fabric.world_size}
        if not self.recipe.initialised:
            self.recipe.initialise(self.feed.initial(**share))
        window: list[dict[str, float]] = []
        started = time.monotonic()
        for epoch, batch in self.feed.batches(self.step, **share):
            if self.step >= self.config.steps or self._agree(stop.now()):
                break
            self.step += 1
            frames = float(batch.frames.sum()) * fabric.world_size
            window.append({**self.recipe.step(self.step, batch.to(fabric.device)), "frames": frames})
            if self._due(self.config.every.log):
                now = time.monotonic()
                self.seconds += now - started
                self._log(window, epoch, now - started)
                started, window = now, []
            self._validate_and_save()
        self.seconds += time.monotonic() - started
        self._save()
        return stop.reason or f"all {self.config.steps} steps are done"

    def _agree(self, leave: bool) -> bool:  # noqa: FBT001 - a vote, not a mode
        """All processes leave at the same step as soon as one wants to."""
        fabric = self.recipe.fabric
        if fabric.world_size == 1:
            return leave
        import torch

        votes: Any = fabric.all_reduce(torch.tensor(float(leave), device=fabric.device), reduce_op="sum")
        return bool(votes > 0)

    def _due(self, cadence: int) -> bool:
        return self.step % cadence == 0 or self.step == self.config.steps

    def _log(self, window: list[dict[str, float]], epoch: int, seconds: float) -> None:
        if not self.first:
            return
        record: dict[str, Any] = {"step": self.step, "epoch": epoch, "seconds": round(self.seconds, 1)}
        for key in dict.fromkeys(key for row in window for key in row):  # a step says what it measured, not all do
            values = [row[key] for row in window if key in row]
            record[key] = sum(values) / len(values)
        record |= {"lr": window[-1]["lr"], "skipped": window[-1]["skipped"], "step_seconds": seconds / len(window)}
        self.run.log(record)
        self.report(record)

    def _validate_and_save(self) -> None:
        every = self.config.every
        loss = None
        if self._due(every.validate):
            loss = self._validate()
        better = loss is not None and loss < self.best and self.step >= self.config.best.after
        if self._due(every.save) or better:
            if loss is not None and better:
                self.best = loss
                self._save(best=loss)
            else:
                self._save()
        if self.first and (self.step == every.first_sample or self._due(every.sample)):
            self.sample(self.step)

    def _validate(self) -> float | None:
        """Scores on held-out batches; gives what checkpoints are compared by, or nothing where none are held out."""
        batches = self.feed.held_out()
        if not batches:
            return None
        scores = self.recipe.validate(batches)
        if self.first:
            record = {"step": self.step, "seconds": round(self.seconds, 1), **scores}
            self.run.log(record)
            self.report(record)
        judged = self.recipe.judged
        return sum(scores[name] for name in judged) if judged else None

    def _save(self, best: float | None = None) -> None:
        if not self.first:
            return
        latest = self.run.latest()
        if latest is not None and step_of(latest) == self.step and best is None:
            return
        state = {**self.recipe.state(), "best": self.best, "is_best": best is not None, "seconds": self.seconds}
        checkpoint = write_checkpoint(self.run.checkpoints, self.step, self.recipe.parts(), state)
        if best is not None:
            self.run.mark_best(checkpoint, best)
        spared = self._bests() if self.config.best.keep_all else {self.run.best()}
        prune(self.run.checkpoints, keep=self.config.keep, spared={path.name for path in spared if path})

    def _bests(self) -> set[Path]:
        """Checkpoints that were the best when they were saved."""
        return {path for path in checkpoints(self.run.checkpoints) if read_state(path).get("is_best")}
