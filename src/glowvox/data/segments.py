"""Short stretches of recordings, cut at random, for training a vocoder."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from glowvox.audio.mel import MelConfig
from glowvox.data.prepared import Clip
from glowvox.errors import CorpusError

FULL_SCALE = 32767.0  # of stored recordings
UNVOICED_HZ = 180.0  # pitch of a stretch in which there is none; nothing hears it


@dataclass(frozen=True)
class Segments:
    """Stretches of equal length, one of each clip named."""

    ids: tuple[str, ...]
    mel: Tensor  # (B, M, T)
    wave: Tensor  # (B, T·hop)
    f0: Tensor  # (B, T)      Hz, carried on through unvoiced frames
    voiced: Tensor  # (B, T)  0 or 1
    frames: Tensor  # (B,)

    def to(self, device: torch.device) -> Segments:
        """The same on a device."""
        moved = (t.to(device) for t in (self.mel, self.wave, self.f0, self.voiced, self.frames))
        return Segments(self.ids, *moved)


def cut(clips: Sequence[Clip], starts: Sequence[int], *, frames: int, hop: int) -> Segments:
    """Stretches of `frames` frames, one a clip, from the frames `starts` on.

    hop  samples a frame
    """
    mel, wave, f0, voiced = [], [], [], []
    for clip, start in zip(clips, starts, strict=True):
        mel.append(clip.mel()[start : start + frames].T)
        wave.append(clip.wave()[start * hop : (start + frames) * hop])
        pitch = clip.f0()
        f0.append(carried(pitch)[start : start + frames])
        voiced.append(pitch[start : start + frames] > 0)
    return Segments(
        ids=tuple(clip.id for clip in clips),
        mel=torch.from_numpy(np.stack(mel)),
        wave=torch.from_numpy(np.stack(wave).astype(np.float32) / np.float32(FULL_SCALE)),
        f0=torch.from_numpy(np.stack(f0)),
        voiced=torch.from_numpy(np.stack(voiced).astype(np.float32)),
        frames=torch.full((len(clips),), frames),
    )


def carried(f0: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Pitch with its gaps filled, in a straight line of its logarithm.

    f0       (T,) Hz, 0 where unvoiced
    returns  (T,) Hz
    """
    (places,) = np.nonzero(f0 > 0)
    if not len(places):
        return np.full_like(f0, UNVOICED_HZ)
    return np.exp(np.interp(np.arange(len(f0)), places, np.log(f0[places]))).astype(np.float32)


def louder(segments: Segments, gains: Tensor, config: MelConfig) -> Segments:
    """The same stretches at other levels; exact for mels that are plain logarithms, others stay as they are.

    gains  (B,) factors
    """
    if config.compression != "ln" or config.normalisation is not None:
        return segments
    shift = config.gain * gains.log()[:, None, None]
    mel = (segments.mel + shift).clamp(min=config.gain * math.log(config.floor))
    return replace(segments, mel=mel, wave=segments.wave * gains[:, None])


class SegmentPlan:
    """Which stretches make up which step: a pure function of seed, step and process.

    Every stretch of the recordings is as likely as any other; clips shorter than a stretch are not used.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        mel: MelConfig,
        *,
        segments: int,
        frames: int,
        seed: int,
        gain_db: tuple[float, float],
    ) -> None:
        self.clips = [clip for clip in clips if clip.frames >= frames]
        if not self.clips:
            raise CorpusError(
                f"no clip is as long as a training segment ({frames} frames)", hint="set batch.frames lower"
            )
        self.mel, self.segments, self.frames, self.seed, self.gain_db = mel, segments, frames, seed, gain_db
        room = np.array([clip.frames - frames + 1 for clip in self.clips])
        self.ends = np.cumsum(room)

    def batch(self, step: int) -> Segments:
        """The stretches of one step, counted from 0 (over all processes)."""
        rng = np.random.default_rng([self.seed, step])
        drawn = rng.integers(0, self.ends[-1], self.segments)
        chosen = np.searchsorted(self.ends, drawn, side="right")
        starts = drawn - np.where(chosen > 0, self.ends[chosen - 1], 0)
        gains = 10 ** (rng.uniform(*self.gain_db, self.segments) / 20)
        whole = cut([self.clips[i] for i in chosen], [int(s) for s in starts], frames=self.frames, hop=self.mel.hop)
        return louder(whole, torch.from_numpy(gains.astype(np.float32)), self.mel)

    def epoch(self, step: int) -> int:
        """How often the recordings have been gone through, on average, before a step."""
        return step * self.segments * self.frames // sum(clip.frames for clip in self.clips)
