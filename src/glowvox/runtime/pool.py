"""Work on several cores, given back in order, with only so much of it under way."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

Task = TypeVar("Task")
Result = TypeVar("Result")


def available_cores() -> int:
    """Cores that this process may use, which in a container are often fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_order(work: Callable[[Task], Result], tasks: Iterable[Task], *, workers: int) -> Iterator[Result]:
    """Results in the order of the tasks; at most twice as many as there are workers wait to be taken.

    workers  threads; 1 does everything in the caller's own
    """
    if workers == 1:
        yield from map(work, tasks)
        return
    from concurrent.futures import ThreadPoolExecutor

    under_way: deque[Future[Result]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="glowvox")
    try:
        for task in tasks:
            under_way.append(pool.submit(work, task))
            if len(under_way) >= 2 * workers:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
