"""Bootstrap intervals over clips (Efron 1979; for word error Bisani and Ney 2004): how much of a score is luck."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np
import numpy.typing as npt

DRAWS = 2000
LEVEL = 0.95
SEED = 0

Parts = Mapping[str, tuple[float, float]]  # clip id → (what it adds above, what it adds below the fraction)


class Estimate(msgspec.Struct, frozen=True):
    """A score of a set with its 95 % interval over clips; `clips` is how many had a say."""

    value: float
    low: float
    high: float
    clips: int


def estimate(parts: Parts) -> Estimate | None:
    """Σ above / Σ below over the clips, clips drawn anew with replacement; `None` where nothing is below the fraction.

    A mean is the case of 1 below; a word error has its errors above and its words below.
    """
    above, below = _columns(parts, sorted(parts))
    if not below.sum() > 0:
        return None
    low, high = _interval(_draws(above, below))
    return Estimate(float(above.sum() / below.sum()), low, high, len(parts))


def difference(one: Parts, other: Parts) -> Estimate | None:
    """The first score minus the second over the clips that both have, the same clips drawn for both (paired)."""
    shared = sorted(one.keys() & other.keys())
    above, below = _columns(one, shared)
    above_other, below_other = _columns(other, shared)
    if not (below.sum() > 0 and below_other.sum() > 0):
        return None
    # the generator is seeded alike for both, so draw n takes the same clips of each
    low, high = _interval(_draws(above, below) - _draws(above_other, below_other))
    value = above.sum() / below.sum() - above_other.sum() / below_other.sum()
    return Estimate(float(value), low, high, len(shared))


def _columns(parts: Parts, ids: list[str]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    table = np.array([parts[i] for i in ids], dtype=np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _draws(above: npt.NDArray[np.float64], below: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    chosen = np.random.default_rng(SEED).integers(0, len(above), size=(DRAWS, len(above)))
    # a draw of wordless clips only has no word error: it is left out of the interval
    sums = np.where(below[chosen].sum(axis=1) > 0, below[chosen].sum(axis=1), np.nan)
    rates: npt.NDArray[np.float64] = above[chosen].sum(axis=1) / sums
    return rates


def _interval(draws: npt.NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.nanquantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
