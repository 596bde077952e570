"""Dynamic time warping against every path there is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from glowvox.evaluate.warp import warp

Path = list[tuple[int, int]]


def all_paths(rows: int, columns: int) -> Iterator[Path]:
    if rows == 1 and columns == 1:
        yield [(0, 0)]
        return
    for back in ((1, 1), (1, 0), (0, 1)):
        if rows > back[0] and columns > back[1]:
            for path in all_paths(rows - back[0], columns - back[1]):
                yield [*path, (rows - 1, columns - 1)]


def cost(distance: np.ndarray, path: Path) -> float:
    return float(sum(distance[t, u] for t, u in path))


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (5, 1), (3, 3), (4, 5), (5, 3), (5, 5)])
def test_path_costs_what_the_best_of_all_paths_costs(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        distance = rng.random(shape)
        path = [tuple(pair) for pair in warp(distance).tolist()]
        assert cost(distance, path) == pytest.approx(min(cost(distance, other) for other in all_paths(*shape)))
        assert path in list(all_paths(*shape))


def test_path_stays_in_the_band() -> None:
    rng = np.random.default_rng(1)
    for rows, columns in ((9, 9), (9, 17), (20, 6)):
        distance = rng.random((rows, columns))
        path = warp(distance, half_width=2)
        # in frames of the shorter sequence
        off = np.abs(path[:, 0] * (columns - 1) - path[:, 1] * (rows - 1)) / max(rows - 1, columns - 1)
        assert off.max() <= 2
        inside = (p for p in all_paths(5, 5) if all(abs(t - u) <= 1 for t, u in p))
        square = rng.random((5, 5))
        assert cost(square, warp(square, half_width=1).tolist()) == pytest.approx(min(cost(square, p) for p in inside))


def test_a_stretched_sequence_is_found_again() -> None:
    short = np.array([0.0, 1.0, 5.0, 2.0])
    long = np.repeat(short, 3)
    path = warp(np.abs(long[:, None] - short[None, :]))
    assert path[:, 1].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_of_equal_ways_the_diagonal_wins() -> None:
    assert warp(np.zeros((4, 4))).tolist() == [[0, 0], [1, 1], [2, 2], [3, 3]]
