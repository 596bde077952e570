"""Clips as padded tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from glowvox.data.prepared import Clip
from glowvox.data.sampler import Shape


@dataclass(frozen=True)
class Batch:
    """Several clips; padding is zero."""

    ids: tuple[str, ...]
    tokens: Tensor  # (B, N)
    token_lengths: Tensor  # (B,)
    mel: Tensor  # (B, M, T)
    frames: Tensor  # (B,)
    speaker: Tensor  # (B,)

    def to(self, device: torch.device) -> Batch:
        """The same batch on a device."""
        moved = (t.to(device) for t in (self.tokens, self.token_lengths, self.mel, self.frames, self.speaker))
        return Batch(self.ids, *moved)

    def pieces(self, count: int) -> list[Batch]:
        """The batch in `count` parts of as equal size as can be; fewer where there are fewer clips."""
        size = -(-len(self.ids) // count)
        tensors = (self.tokens, self.token_lengths, self.mel, self.frames, self.speaker)
        return [
            Batch(self.ids[start : start + size], *(tensor[start : start + size] for tensor in tensors))
            for start in range(0, len(self.ids), size)
        ]


def collate(
    clips: Sequence[Clip],
    shape: Shape | None = None,
    mels: Sequence[npt.NDArray[np.float32]] | None = None,
) -> Batch:
    """Pad clips to `shape`, or to the longest of them.

    mels  one (frames, bands) a clip to use instead of those on disk
    """
    width = shape.tokens if shape else max(len(clip.ids) for clip in clips)
    length = shape.frames if shape else max(clip.frames for clip in clips)
    tokens = np.zeros((len(clips), width), np.int64)
    mels = mels or [clip.mel() for clip in clips]
    mel = np.zeros((len(clips), length, mels[0].shape[1]), np.float32)
    for row, (clip, values) in enumerate(zip(clips, mels, strict=True)):
        tokens[row, : len(clip.ids)] = clip.ids
        mel[row, : clip.frames] = values[: clip.frames]
    return Batch(
        ids=tuple(clip.id for clip in clips),
        tokens=torch.from_numpy(tokens),
        token_lengths=torch.tensor([len(clip.ids) for clip in clips]),
        mel=torch.from_numpy(mel).transpose(1, 2),
        frames=torch.tensor([clip.frames for clip in clips]),
        speaker=torch.tensor([clip.speaker for clip in clips]),
    )
