"""Work on many clips in parallel: processes of this machine, any executor given, or this process alone."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from glowvox.data import worker
from glowvox.errors import ConfigError, GlowvoxError

CLIPS_A_TASK = 8
TASKS_IN_FLIGHT = 64  # bounds what waits in an executor's queue, whatever the size of the corpus

Given = TypeVar("Given")
Result = TypeVar("Result")
Progress = Callable[[int, int], None]


def default_workers() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def workers(given: Executor | None, count: int | None) -> Iterator[Executor | None]:
    """The executor given, else that many processes, else None for work in this process."""
    count = default_workers() if count is None else count
    if count < 1:
        raise ConfigError(f"workers = {count}: expected at least 1")
    if given is not None:
        yield given
    elif count == 1:
        yield None
    else:
        # spawn: a fork of a process that has threads (torch, BLAS) may hang
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(count, mp_context=context, initializer=worker.start) as pool:
            yield pool


def in_pool(
    work: Callable[[list[Given]], list[Result]], items: Iterable[Given], pool: Executor | None
) -> Iterator[list[Result]]:
    """`work` on lists of a few items, results in the order they finish; `work` must be picklable for processes.

    raises  GlowvoxError when a worker process dies
    """
    rest = iter(items)
    tasks = iter(lambda: list(islice(rest, CLIPS_A_TASK)), [])
    if pool is None:
        yield from map(work, tasks)
        return
    pending: set[Future[list[Result]]] = set()
    try:
        while True:
            pending |= {pool.submit(work, task) for task in islice(tasks, TASKS_IN_FLIGHT - len(pending))}
            if not pending:
                return
            finished, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in finished:
                yield future.result()
    except BrokenExecutor:
        raise GlowvoxError(
            "a worker process died, perhaps for want of memory",
            hint="what is done is kept: run the same again, with fewer workers if it happens again; a Python script "
            "that uses processes does so below `if __name__ == '__main__':`",
        ) from None
    finally:
        for future in pending:
            future.cancel()
