"""Measuring several ways of doing the same thing side by side, on a machine that may be busy.

Rounds are interleaved, so that what else runs hits all ways alike, and CPU time of the process is counted, not the
clock. Medians are told, and the fastest round, which a busy neighbour disturbs least.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Timing(NamedTuple):
    """CPU time of one call, in milliseconds."""

    median: float
    least: float


def measure(
    ways: Mapping[str, Callable[[], object]], *, rounds: int, calls: int = 1, warm: int = 2
) -> dict[str, Timing]:
    """Time every way `rounds` times, each round being `calls` calls, after `warm` that do not count."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for work in ways.values():
        for _ in range(warm):
            work()
    for _ in range(rounds):
        for name, work in ways.items():
            start = time.process_time()
            for _ in range(calls):
                work()
            seconds[name].append((time.process_time() - start) / calls)
    return {name: Timing(1e3 * statistics.median(found), 1e3 * min(found)) for name, found in seconds.items()}


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Columns side by side; the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    rule = tuple("-" * width for width in widths)

    def line(cells: tuple[str, ...]) -> str:
        first, *others = (f"{cell:{'>' if column else '<'}{widths[column]}}" for column, cell in enumerate(cells))
        return "  ".join([first, *others])

    return "\n".join(map(line, [head, rule, *rows]))
