"""What a loop trains on: batches from any step on, and held-out ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from glowvox.audio.mel import MelConfig
from glowvox.data.balance import draw_weights
from glowvox.data.batch import Batch, collate
from glowvox.data.noise import noisy_mel
from glowvox.data.prepared import Clip
from glowvox.data.sampler import Buckets, steps_after
from glowvox.data.segments import SegmentPlan, Segments, cut
from glowvox.errors import ConfigError
from glowvox.train.config import TrainConfig
from glowvox.train.flowtron_config import FlowtronTrainConfig
from glowvox.train.vocoder_config import SegmentRunConfig


class Item(Protocol):
    """A batch of any kind."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Names of its clips."""
        ...

    @property
    def frames(self) -> Tensor:
        """Mel frames of each clip (B,)."""
        ...

    def to(self: Same, device: torch.device) -> Same:
        """The same on a device."""
        ...


Same = TypeVar("Same", bound=Item)
Kind = TypeVar("Kind", bound=Item)


class Feed(Protocol[Kind]):
    """Batches as a pure function of the step, so that resuming needs no stored state."""

    def batches(self, step: int, *, rank: int, world: int) -> Iterator[tuple[int, Kind]]:
        """Endless (epoch, batch) from a step on, the share of one process among `world`."""
        ...

    def initial(self, *, rank: int, world: int) -> list[Kind]:
        """Batches for what a model sets from data before its first step; empty where it sets nothing."""
        ...

    def held_out(self) -> list[Kind]:
        """Batches to validate on; the same every time."""
        ...


class ClipFeed:
    """Whole clips with their texts, in buckets of like length.

    mel  settings of the clips' mels, which noise on their recordings needs
    """

    def __init__(
        self,
        train: Sequence[Clip],
        held_out: Sequence[Clip],
        config: TrainConfig | FlowtronTrainConfig,
        mel: MelConfig | None = None,
    ) -> None:
        self.train, self.kept, self.config, self.mel = train, held_out, config, mel
        batch = config.batch
        frames = [clip.frames for clip in train]
        self.buckets = Buckets(
            [len(clip.ids) for clip in train],
            frames,
            batch_frames=batch.frames,
            groups=max(1, round(sum(frames) / (batch.frames * batch.group))) if batch.group else batch.shapes,
            weights=draw_weights(train, batch.balance),
            longest_first=batch.longest_first,
            drop_last=batch.drop_last,
        )

    def batches(self, step: int, *, rank: int, world: int) -> Iterator[tuple[int, Batch]]:
        """As `Feed` says."""
        for epoch, plan in steps_after(self.buckets, seed=self.config.seed, step=step, rank=rank, world=world):
            clips = [self.train[i] for i in plan.clips]
            yield epoch, collate(clips, plan.shape, self._noisy(clips, (step, rank)))
            step += 1

    def initial(self, *, rank: int, world: int) -> list[Batch]:
        """As `Feed` says."""
        order = steps_after(self.buckets, seed=self.config.seed, step=0, rank=rank, world=world)
        return [collate([self.train[i] for i in next(order)[1].clips]) for _ in range(self.config.init_batches)]

    def held_out(self) -> list[Batch]:
        """As `Feed` says."""
        if not self.kept:
            return []
        size = max(1, self.config.batch.frames // max(clip.frames for clip in self.kept))
        ordered = sorted(self.kept, key=lambda clip: clip.frames)
        return [collate(ordered[i : i + size]) for i in range(0, len(ordered), size)]

    def _noisy(self, clips: Sequence[Clip], place: tuple[int, int]) -> list[npt.NDArray[np.float32]] | None:
        """The clips' mels with noise of this place in the training, where there is to be any."""
        if not self.config.batch.noise:
            return None
        if self.mel is None:
            raise ConfigError(f"batch.noise = {self.config.batch.noise:g} needs the settings of the clips' mels")
        rng = np.random.default_rng([self.config.seed, *place])
        return [noisy_mel(clip, self.mel, self.config.batch.noise, rng) for clip in clips]


class SegmentFeed:
    """Stretches of recordings cut at random; the middle of each clip held out."""

    def __init__(
        self, train: Sequence[Clip], held_out: Sequence[Clip], config: SegmentRunConfig, mel: MelConfig
    ) -> None:
        batch = config.batch
        self.hop, self.size = mel.hop, batch.segments
        self.plan = SegmentPlan(
            train, mel, segments=batch.segments, frames=batch.frames, seed=config.seed, gain_db=batch.gain_db
        )
        self.length = 2 * config.batch.frames
        self.kept = [clip for clip in held_out if clip.frames >= self.length]

    def batches(self, step: int, *, rank: int, world: int) -> Iterator[tuple[int, Segments]]:
        """As `Feed` says."""
        while True:
            place = step * world + rank
            yield self.plan.epoch(place), self.plan.batch(place)
            step += 1

    def initial(self, *, rank: int, world: int) -> list[Segments]:  # noqa: ARG002 - as the protocol has it
        """Nothing is set from data."""
        return []

    def held_out(self) -> list[Segments]:
        """As `Feed` says."""
        parts = [self.kept[i : i + self.size] for i in range(0, len(self.kept), self.size)]
        return [
            cut(part, [(clip.frames - self.length) // 2 for clip in part], frames=self.length, hop=self.hop)
            for part in parts
        ]
