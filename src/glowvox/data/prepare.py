"""Corpora into features: in parallel, resumable, each clip done once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from glowvox.data.cache import Cache
from glowvox.data.clip import Job, prepare_clips
from glowvox.data.corpus import Corpus, join
from glowvox.data.index import Summary, write_index
from glowvox.data.pool import Progress, in_pool, workers
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.problem import LeftOut
from glowvox.data.tokens import front_end_of
from glowvox.errors import ConfigError, CorpusError
from glowvox.files import unwritable


@dataclass(frozen=True)
class PrepareReport:
    """What preparing did.

    clips     ready, done by this run or an earlier one, in this shard
    reused    of these, found done
    left_out  clips and rows that are not used, and why; all of them, also for a shard
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
    processes: int | None = None,
) -> PrepareReport:
    """Compute tokens and mels of all clips and write the prepared folder; the same call goes on where one was cut off.

    executor   any `concurrent.futures.Executor` whose workers see the recordings and `out`
    shard      (i, n): only the i-th of n parts, counted from 1, and no index; a call without it joins the parts
    progress   called with (clips done, clips in all)
    processes  without an executor; default: one a core. 1 works in this process
    raises     CorpusError when no clip is left, GlowvoxError when the folder cannot be written
    """
    _check_shard(shard)
    joined = join(corpora)
    front_end = front_end_of(config)
    utterances = joined.utterances if shard is None else joined.utterances[shard[0] - 1 :: shard[1]]
    try:
        for name in ("mels", "waves", "pitch") if config.sound else ("mels",):
            (out / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(out, error) from None
    work = partial(prepare_clips, config=config, folder=str(out))
    with Cache(out, "all" if shard is None else f"{shard[0]}-of-{shard[1]}") as cache:
        known = dict(cache.known)
        jobs = (Job(id=u.id, text=u.text, audio=str(u.audio), previous=known.get(u.id)) for u in utterances)
        done = 0
        with workers(executor, processes) as pool:
            for finished in in_pool(work, jobs, pool):
                for features in finished:
                    cache.add(features)
                done += len(finished)
                if progress is not None:
                    progress(done, len(utterances))
        found = cache.known
    failed = [u for u in utterances if found[u.id].fault]
    left_out = (*joined.left_out, *(LeftOut(u.id, found[u.id].kind, found[u.id].fault, u.place) for u in failed))
    usable = [u for u in utterances if not found[u.id].fault]
    summary = None
    if shard is None:
        if not usable:
            raise CorpusError("no clip can be used", hint=_first_reasons(left_out))
        summary = write_index(out, joined, usable, found, left_out, config, front_end)
    reused = sum(found[u.id] == known.get(u.id) for u in usable)
    return PrepareReport(out, len(usable), reused, left_out, summary)


def _check_shard(shard: tuple[int, int] | None) -> None:
    if shard is not None and not 1 <= shard[0] <= shard[1]:
        raise ConfigError(f"shard {shard[0]}/{shard[1]}: expected i/n with 1 <= i <= n, as 1/4")


def _first_reasons(left_out: Sequence[LeftOut]) -> str:
    return "\n".join(f"{entry.place}: {entry.reason}" for entry in left_out[:3]) or "the corpora hold no utterance"
