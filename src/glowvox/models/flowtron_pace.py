"""Faster and slower speech of a Flowtron: it has no durations to stretch, so the way that it read the text is."""

from __future__ import annotations

import torch
from torch import Tensor


def lasting(frames: Tensor, speed: float) -> Tensor:
    """Frames of items at another speed than their own.

    frames   (B,)
    speed    2 is twice as fast
    returns  (B,)  at least one for an item that has any
    """
    return torch.round(frames.double() / speed).long().clamp(min=1) * (frames > 0)


def stretched(attention: Tensor, frames: Tensor, wanted: Tensor) -> Tensor:
    """Attention through the same text in another time, each row between the two of before that it lies between.

    attention  (B, T, N)
    frames     (B,)        of which each item has so many
    wanted     (B,)        and is to have so many
    returns    (B, T', N)  zero in the padding
    """
    time = torch.arange(int(wanted.max()), device=attention.device, dtype=attention.dtype)
    place = (time + 0.5) * (frames / wanted.clamp(min=1))[:, None].to(attention.dtype) - 0.5  # (B, T')
    place = torch.minimum(place.clamp(min=0), (frames - 1).clamp(min=0)[:, None].to(attention.dtype))
    before = place.floor().long()
    after = torch.minimum(before + 1, (frames - 1).clamp(min=0)[:, None])
    share = (place - before)[:, :, None]
    width = (-1, -1, attention.shape[2])
    rows = [attention.gather(1, index[:, :, None].expand(width)) for index in (before, after)]
    inside = (time < wanted[:, None])[:, :, None]
    return ((1 - share) * rows[0] + share * rows[1]) * inside
