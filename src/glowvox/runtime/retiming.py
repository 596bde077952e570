"""The same reading in another time: what a Flowtron, which has no durations to stretch, is told to read along."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glowvox.runtime.session import Floats

Counts = npt.NDArray[np.int64]


def at_speed(counts: Counts, speed: float) -> Counts:
    """Frames of each symbol at another speed; their ends are rounded, not their lengths, and one frame is the least.

    counts   (N,)
    speed    2 is twice as fast
    returns  (N,)
    """
    ends = np.round(np.cumsum(counts) / speed).astype(np.int64)
    ends[-1] = max(int(ends[-1]), 1)
    return np.diff(ends, prepend=0)


def even_places(frames: int, wanted: int) -> Floats:
    """Where in a reading each frame of another looks, where all of it is stretched alike.

    frames   of the reading
    wanted   of the other
    returns  (wanted,)
    """
    return ((np.arange(wanted) + 0.5) * (frames / wanted) - 0.5).astype(np.float32)


def places_between(before: Counts, after: Counts) -> Floats:
    """Where in a reading each frame of another looks, where every symbol is stretched by itself.

    before   (N,)  frames of each symbol
    after    (N,)  as they are to be; zero leaves a symbol out
    returns  (T',)
    """
    new, old = (np.concatenate([[0], np.cumsum(counts)]).astype(np.float64) for counts in (after, before))
    found: Floats = (np.interp(np.arange(after.sum()) + 0.5, new, old) - 0.5).astype(np.float32)
    return found


def stretched(attention: Floats, places: Floats) -> Floats:
    """Attention at places between its frames, each row between the two that it lies between.

    attention  (T, N)
    places     (T',)   in frames
    returns    (T', N)
    """
    places = np.clip(places, 0, len(attention) - 1)
    first = np.floor(places).astype(np.int64)
    second = np.minimum(first + 1, len(attention) - 1)
    share = (places - first)[:, None].astype(np.float32)
    mixed: Floats = (1 - share) * attention[first] + share * attention[second]
    return mixed
