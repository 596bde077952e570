"""Dynamic time warping (Sakoe and Chiba 1978): which frame of one recording goes with which frame of another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_DIAGONAL, _FROM_ABOVE, _FROM_LEFT = 0, 1, 2


def warp(distance: npt.NDArray[np.floating], half_width: float | None = None) -> npt.NDArray[np.int64]:
    """The path of least summed distance from the first pair of frames to the last.

    A step moves on by one in either sequence or in both, each at the distance of the cell it enters; of equal ways the
    diagonal wins, then the one that moves the first sequence.

    distance    (T, U)  of frame t of the one and frame u of the other
    half_width  how far the path may leave the straight line between the corners, in frames of the shorter sequence and
                at least 1; `None` for no limit
    returns     (P, 2)  pairs (t, u), both never falling
    """
    rows, columns = distance.shape
    cost = np.full((rows + 1, columns + 1), np.inf)
    cost[0, 0] = 0.0
    allowed = np.where(_band(rows, columns, half_width), distance.astype(np.float64), np.inf)
    came_from = np.zeros((rows, columns), dtype=np.int8)
    for diagonal in range(rows + columns - 1):
        # cells of one anti-diagonal depend on the two before it only, so they are done at once
        t = np.arange(max(0, diagonal - columns + 1), min(rows, diagonal + 1))
        u = diagonal - t
        ways = np.stack((cost[t, u], cost[t, u + 1], cost[t + 1, u]))
        best = ways.argmin(axis=0)
        came_from[t, u] = best
        cost[t + 1, u + 1] = ways[best, np.arange(len(t))] + allowed[t, u]
    return _walk_back(came_from)


def _band(rows: int, columns: int, half_width: float | None) -> npt.NDArray[np.bool_]:
    if half_width is None:
        return np.ones((rows, columns), dtype=np.bool_)
    off = np.abs(np.arange(rows)[:, None] * (columns - 1) - np.arange(columns)[None, :] * (rows - 1))
    inside: npt.NDArray[np.bool_] = off <= max(1.0, half_width) * max(rows - 1, columns - 1)
    return inside


def _walk_back(came_from: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
    t, u = came_from.shape[0] - 1, came_from.shape[1] - 1
    path = [(t, u)]
    while t or u:
        way = came_from[t, u]
        t, u = t - (way != _FROM_LEFT), u - (way != _FROM_ABOVE)
        path.append((t, u))
    return np.array(path[::-1], dtype=np.int64)
