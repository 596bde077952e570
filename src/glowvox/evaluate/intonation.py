"""Pitch of two recordings held against each other, and how lively one is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

CENTS = 1200.0


@dataclass(frozen=True)
class PitchError:
    """Distance of two pitch curves over paired frames.

    rmse_cents     over the pairs voiced in both; NaN where there is none
    voicing_error  share of pairs voiced in one only
    """

    rmse_cents: float
    voicing_error: float


def pitch_error(
    one: npt.NDArray[np.floating], other: npt.NDArray[np.floating], path: npt.NDArray[np.int64]
) -> PitchError:
    """Root mean square distance in cents, and disagreement about voicing, along a warping path.

    one, other  (T,), (U,)  F0 (Hz), 0 where unvoiced
    path        (P, 2)      pairs of frames; those past the end of a curve are left out
    """
    inside = path[(path[:, 0] < len(one)) & (path[:, 1] < len(other))]
    a, b = one[inside[:, 0]].astype(np.float64), other[inside[:, 1]].astype(np.float64)
    if not len(inside):
        return PitchError(float("nan"), float("nan"))
    both = (a > 0) & (b > 0)
    voicing = float(((a > 0) != (b > 0)).mean())
    if not both.any():
        return PitchError(float("nan"), voicing)
    cents = CENTS * np.log2(a[both] / b[both])
    return PitchError(float(np.sqrt(np.mean(cents**2))), voicing)


def pitch_spread(f0: npt.NDArray[np.floating]) -> float:
    """Standard deviation of the voiced frames of a clip (semitones); NaN with fewer than two of them.

    f0  (T,)  Hz, 0 where unvoiced
    """
    voiced = f0[f0 > 0].astype(np.float64)
    return float(np.std(12 * np.log2(voiced))) if len(voiced) > 1 else float("nan")
