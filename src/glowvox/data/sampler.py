"""Which clips go into which batch: buckets of like length, a few fixed shapes, an order that can be taken up anywhere.

The plan of an epoch is a pure function of the clips' sizes, a seed and the epoch's number. Resuming needs no stored
state beyond two integers, and every process of a group works out the same plan and takes its own share.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Shape(NamedTuple):
    """The padded size of a batch."""

    clips: int
    tokens: int
    frames: int


class Plan(NamedTuple):
    """One batch: which clips, padded to what."""

    clips: tuple[int, ...]
    shape: Shape


class Buckets:
    """Clips sorted into groups of like length, each with one shape within the budget of frames.

    tokens        length in tokens of each clip
    frames        length in frames of each clip
    batch_frames  padded frames a batch may hold
    groups        number of shapes
    weights       how often each clip is drawn, as a share of all draws; None draws each once an epoch
    longest_first the first batch of all holds the longest clip, so that memory that does not suffice shows at once
    drop_last     leave out what does not fill a batch, rather than filling it up; a bucket's only batch stays
    """

    def __init__(
        self,
        tokens: Sequence[int],
        frames: Sequence[int],
        *,
        batch_frames: int,
        groups: int,
        weights: npt.NDArray[np.float64] | None = None,
        longest_first: bool = False,
        drop_last: bool = False,
    ) -> None:
        self.frames, self.longest_first, self.drop_last = tuple(frames), longest_first, drop_last
        self.weights = None if weights is None else weights / weights.sum()
        order = np.argsort(np.asarray(frames), kind="stable")
        # equal shares of all frames, so that each shape gets about as many steps as the others
        share = np.cumsum(np.asarray(frames)[order]) * groups / max(1, int(np.sum(frames)))
        self.members: list[tuple[int, ...]] = []
        self.shapes: list[Shape] = []
        for group in range(groups):
            chosen = order[(np.ceil(share) - 1).clip(0, groups - 1).astype(int) == group]
            if not len(chosen):
                continue
            longest = _round_up(max(frames[i] for i in chosen), 16)
            most = _round_up(max(tokens[i] for i in chosen), 8)
            size = min(max(1, batch_frames // longest), len(chosen))
            self.members.append(tuple(int(i) for i in chosen))
            self.shapes.append(Shape(size, most, longest))

    def epoch(self, seed: int, number: int) -> list[Plan]:
        """The batches of one epoch in order; a bucket's last batch is filled up from its beginning."""
        rng = np.random.default_rng([seed, number])
        times = None if self.weights is None else _draws(self.weights, rng)
        plans = []
        for members, shape in zip(self.members, self.shapes, strict=True):
            drawn = members if times is None else np.repeat(members, times[list(members)]).tolist()
            shuffled = self._filled([drawn[i] for i in rng.permutation(len(drawn))], shape.clips)
            plans += [
                Plan(tuple(shuffled[start : start + shape.clips]), shape)
                for start in range(0, len(shuffled), shape.clips)
            ]
        ordered = [plans[i] for i in rng.permutation(len(plans))]
        if self.longest_first and number == 0:
            ordered.sort(key=lambda plan: max(self.frames[clip] for clip in plan.clips) < self._longest(plans))
        return ordered

    def _filled(self, clips: list[int], size: int) -> list[int]:
        """Whole batches only."""
        if self.drop_last and len(clips) > size:
            return clips[: len(clips) // size * size]
        return [*clips, *(clips[i % len(clips)] for i in range(-len(clips) % size))]

    def _longest(self, plans: Sequence[Plan]) -> int:
        return max(self.frames[clip] for plan in plans for clip in plan.clips)


def _draws(weights: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """How often each clip is drawn in an epoch of as many draws as clips: its expected number, rounded down or up.

    Systematic resampling (Kitagawa 1996) in a random order: the least scatter that whole numbers allow.
    """
    count = len(weights)
    order = rng.permutation(count)
    ends = np.cumsum(weights[order]) * count + rng.random()
    times = np.empty(count, np.int64)
    times[order] = np.diff(np.floor(ends), prepend=0.0)
    return times


def steps_after(buckets: Buckets, *, seed: int, step: int, rank: int = 0, world: int = 1) -> Iterator[tuple[int, Plan]]:
    """Endless (epoch, batch) from global step `step` on, the share of one process among `world`.

    A step takes `world` consecutive batches of the plan, one a process; what is left at an epoch's end is dropped.
    """
    number = 0
    while True:
        plans = buckets.epoch(seed, number)
        steps = max(1, len(plans) // world)
        if step >= steps:
            step -= steps
        else:
            for index in range(step, steps):
                yield number, plans[(index * world + rank) % len(plans)]
            step = 0
        number += 1


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple
