"""Corpora into features: in parallel, resumable, each clip done once."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from glowvox.data import worker
from glowvox.data.cache import Cache, unwritable
from glowvox.data.clip import Features, Job, PrepareConfig, prepare_clips
from glowvox.data.corpus import Corpus, LeftOut, join
from glowvox.data.index import Summary, write_index
from glowvox.data.utterance import Utterance
from glowvox.errors import ConfigError, CorpusError, GlowvoxError

if TYPE_CHECKING:
    from glowvox.text.frontend import FrontEnd

CLIPS_A_TASK = 8
TASKS_IN_FLIGHT = 64  # bounds what waits in an executor's queue, whatever the size of the corpus

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class PrepareReport:
    """What preparing did.

    clips     prepared by this run or an earlier one, in this shard
    reused    of these, found done
    left_out  clips that are not used, and why
    summary   of the written index; None for a shard, which writes none
    """

    folder: Path
    clips: int
    reused: int
    left_out: tuple[LeftOut, ...]
    summary: Summary | None


def prepare(
    corpora: Sequence[Corpus],
    out: Path,
    *,
    config: PrepareConfig,
    executor: Executor | None = None,
    shard: tuple[int, int] | None = None,
    progress: Progress | None = None,
    workers: int | None = None,
) -> PrepareReport:
    """Compute tokens and mels of all clips and write the prepared folder; the same call goes on where one was cut off.

    executor  any `concurrent.futures.Executor` whose workers see `out`; default: processes on this machine
    shard     (i, n): only the i-th of n parts, counted from 1, and no index; a call without it joins the parts
    progress  called with (clips done, clips in all)
    workers   of the default executor; default: one a core. 1 works in this process
    raises    CorpusError when no clip is left, GlowvoxError when the folder cannot be written
    """
    _check_shard(shard)
    joined = join(corpora)
    front_end = _front_end(config)
    utterances = joined.utterances if shard is None else joined.utterances[shard[0] - 1 :: shard[1]]
    try:
        (out / "mels").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(out, error) from None
    part = "all" if shard is None else f"{shard[0]}-of-{shard[1]}"
    with Cache(out, part) as cache:
        known = dict(cache.known)
        with _executor(executor, workers) as pool:
            for features in _features(utterances, known, config, out, pool, progress):
                cache.add(features)
        found = cache.known
    left_out = [*joined.left_out, *_failed(utterances, found, corpora)]
    reused = sum(found[u.id] == known.get(u.id) for u in utterances)
    usable = [u for u in utterances if not found[u.id].fault]
    summary = None
    if shard is None:
        if not usable:
            raise CorpusError("no clip can be used", hint=_first_reasons(left_out))
        summary = write_index(out, joined, usable, found, left_out, config, front_end)
    return PrepareReport(out, len(usable), reused, tuple(left_out), summary)


def default_workers() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _features(
    utterances: Sequence[Utterance],
    known: Mapping[str, Features],
    config: PrepareConfig,
    out: Path,
    pool: Executor | None,
    progress: Progress | None,
) -> Iterator[Features]:
    """The features of all utterances as they finish, in any order."""
    jobs = (Job(id=u.id, text=u.text, audio=str(u.audio), previous=known.get(u.id)) for u in utterances)
    tasks = iter(lambda: list(islice(jobs, CLIPS_A_TASK)), [])
    done = 0
    finished = _in_this_process(tasks, config, out) if pool is None else _in_pool(tasks, config, out, pool)
    for features in finished:
        yield from features
        done += len(features)
        if progress is not None:
            progress(done, len(utterances))


def _in_this_process(tasks: Iterator[list[Job]], config: PrepareConfig, out: Path) -> Iterator[list[Features]]:
    return (prepare_clips(task, config, str(out)) for task in tasks)


def _in_pool(
    tasks: Iterator[list[Job]], config: PrepareConfig, out: Path, pool: Executor
) -> Iterator[list[Features]]:
    pending: set[Future[list[Features]]] = set()
    try:
        while True:
            room = TASKS_IN_FLIGHT - len(pending)
            pending |= {pool.submit(prepare_clips, task, config, str(out)) for task in islice(tasks, room)}
            if not pending:
                return
            finished, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in finished:
                yield future.result()
    except BrokenExecutor:
        raise GlowvoxError(
            f"{out}: a worker process died while preparing, perhaps for want of memory",
            hint="what is done is kept: run the same command again, with fewer workers if it happens again",
        ) from None
    finally:
        for future in pending:
            future.cancel()


@contextmanager
def _executor(given: Executor | None, workers: int | None) -> Iterator[Executor | None]:
    """The executor given, else processes, else None for work in this process."""
    count = default_workers() if workers is None else workers
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


def _front_end(config: PrepareConfig) -> FrontEnd:
    from glowvox.text.frontend import make_front_end

    lexicon = Path(config.lexicon) if config.lexicon else None
    if lexicon is not None and not lexicon.is_file():
        raise ConfigError(f"lexicon = {config.lexicon}: no such file")
    return make_front_end(config.front_end, lexicon=lexicon)


def _check_shard(shard: tuple[int, int] | None) -> None:
    if shard is not None and not 1 <= shard[0] <= shard[1]:
        raise ConfigError(f"shard {shard[0]}/{shard[1]}: expected i/n with 1 <= i <= n, as 1/4")


def _failed(
    utterances: Sequence[Utterance], found: Mapping[str, Features], corpora: Sequence[Corpus]
) -> list[LeftOut]:
    names = {corpus.root: corpus.name for corpus in corpora}
    return [
        LeftOut(u.id, found[u.id].kind, found[u.id].fault, u.place, next(iter(names.values())))
        for u in utterances
        if found[u.id].fault
    ]


def _first_reasons(left_out: Sequence[LeftOut]) -> str:
    return "\n".join(f"{entry.id}: {entry.reason}" for entry in left_out[:3]) or "the corpora hold no utterance"
