"""Edit distance (Levenshtein, 1966) and the alignment that attains it, of any two sequences of labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt


class Step(NamedTuple):
    """One step of an alignment: positions in both sequences, `None` on the side that has nothing there."""

    kind: Literal["same", "changed", "missing", "extra"]
    reference: int | None
    hypothesis: int | None


def edit_distance(reference: Sequence[str], hypothesis: Sequence[str]) -> int:
    """Fewest substitutions, deletions and insertions that turn `reference` into `hypothesis`."""
    wanted, found = _numbered(reference, hypothesis)
    row = np.arange(len(found) + 1)
    for item in wanted:
        row = _next_row(row, found != item)
    return int(row[-1])


def align(reference: Sequence[str], hypothesis: Sequence[str]) -> list[Step]:
    """The steps of one cheapest alignment, in order.

    Of several cheapest ones it takes the one that, walked from the end, prefers a pair over a missing item over an
    extra one, so that the answer depends on the two sequences only.
    """
    wanted, found = _numbered(reference, hypothesis)
    costs = np.empty((len(wanted) + 1, len(found) + 1), dtype=np.int64)
    costs[0] = np.arange(len(found) + 1)
    for i, item in enumerate(wanted):
        costs[i + 1] = _next_row(costs[i], found != item)
    return _walk_back(costs, wanted, found)


def _numbered(reference: Sequence[str], hypothesis: Sequence[str]) -> tuple[npt.NDArray[np.int64], ...]:
    """Both sequences as small integers, equal where the labels are equal."""
    numbers: dict[str, int] = {}
    return tuple(
        np.array([numbers.setdefault(label, len(numbers)) for label in labels], dtype=np.int64)
        for labels in (reference, hypothesis)
    )


def _next_row(above: npt.NDArray[np.int64], differs: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Row i of the cost table from row i - 1."""
    row = above + 1
    row[1:] = np.minimum(row[1:], above[:-1] + differs)
    # insertions run along the row: row[j] = min over k <= j of row[k] + (j - k)
    ramp = np.arange(len(row))
    return np.minimum.accumulate(row - ramp) + ramp


def _walk_back(costs: npt.NDArray[np.int64], wanted: npt.NDArray[np.int64], found: npt.NDArray[np.int64]) -> list[Step]:
    i, j = len(wanted), len(found)
    steps: list[Step] = []
    while i or j:
        if i and j and costs[i, j] == costs[i - 1, j - 1] + (wanted[i - 1] != found[j - 1]):
            i, j = i - 1, j - 1
            steps.append(Step("same" if wanted[i] == found[j] else "changed", i, j))
        elif i and costs[i, j] == costs[i - 1, j] + 1:
            i -= 1
            steps.append(Step("missing", i, None))
        else:
            j -= 1
            steps.append(Step("extra", None, j))
    return steps[::-1]
