"""Is a corpus ready to train on, and what has to be fixed first?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

from glowvox.data.clip import Job
from glowvox.data.corpus import IN_NO_LIST, TEXT_LEAK, Corpus, join
from glowvox.data.findings import problems_of
from glowvox.data.inspection import Facts, inspect_clips
from glowvox.data.pool import Progress, in_pool, workers
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.problem import SEVERITIES, Place, Problem, counted
from glowvox.data.splits import LIST_KINDS, SPLITS, sentence_key
from glowvox.data.tokens import front_end_of
from glowvox.data.utterance import Utterance

LITTLE_MINUTES = 10.0


@dataclass(frozen=True)
class SpeakerShare:
    """How much of a corpus is one speaker's."""

    clips: int
    minutes: float


@dataclass(frozen=True)
class Verdict:
    """What `data check` found.

    ready     whether nothing needs fixing
    words     the verdict as a sentence
    clips     that can be used
    minutes   of their recordings
    problems  ranked: the worst first, then the most frequent kind
    """

    ready: bool
    words: str
    clips: int
    minutes: float
    speakers: dict[str, SpeakerShare]
    splits: dict[str, int]
    own_splits: bool
    layouts: dict[str, str]
    problems: tuple[Problem, ...]

    def groups(self) -> list[list[Problem]]:
        """The problems by kind, in rank order."""
        found: dict[tuple[str, str], list[Problem]] = {}
        for problem in self.problems:
            found.setdefault((problem.severity, problem.kind), []).append(problem)
        return list(found.values())


def check(
    corpora: Sequence[Corpus],
    config: PrepareConfig,
    *,
    executor: Executor | None = None,
    processes: int | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Read every text with the front end and every recording, and say what is wrong.

    corpora  as `scan_corpus` gives them, faults included
    """
    front_end_of(config)  # a wrong name is no fault of the clips
    joined = join(corpora)
    facts: dict[str, Facts] = {}
    jobs = (Job(id=u.id, text=u.text, audio=str(u.audio)) for u in joined.utterances)
    with workers(executor, processes) as pool:
        for finished in in_pool(partial(inspect_clips, config=config), jobs, pool):
            facts |= {seen.id: seen for seen in finished}
            if progress is not None:
                progress(len(facts), len(joined.utterances))
    problems = [*joined.problems, *problems_of(joined.utterances, facts, config), *_split_problems(joined)]
    broken = {problem.place for problem in problems if problem.severity == "error" and problem.kind not in LIST_KINDS}
    usable = [utterance for utterance in joined.utterances if utterance.place not in broken]
    speakers = _shares(usable, facts)
    minutes = sum(facts[utterance.id].seconds for utterance in usable) / 60
    split_of = joined.split_of
    used = Counter(split_of[utterance.id] for utterance in usable)
    if usable and minutes < LITTLE_MINUTES:
        cause = f"only {minutes:.1f} minutes of usable recordings"
        problems.append(Problem("note", "little speech", Place("recordings"), cause, "record more: an hour is a start"))
    ranked = rank(problems)
    return Verdict(
        ready=bool(usable) and not any(problem.severity in ("fatal", "error") for problem in ranked),
        words=verdict(len(usable), minutes, ranked),
        clips=len(usable),
        minutes=round(minutes, 2),
        speakers=speakers,
        splits={split: used[split] for split in SPLITS},
        own_splits=joined.own_splits,
        layouts={corpus.name: corpus.layout for corpus in corpora},
        problems=tuple(ranked),
    )


def rank(problems: Sequence[Problem]) -> list[Problem]:
    """The worst severity first, in it the most frequent kind; then by file and row."""
    often = Counter((problem.severity, problem.kind) for problem in problems)
    return sorted(
        problems,
        key=lambda p: (
            SEVERITIES.index(p.severity),
            -often[p.severity, p.kind],
            p.kind,
            p.place.file,
            p.place.row or 0,
        ),
    )


def verdict(clips: int, minutes: float, problems: Sequence[Problem]) -> str:
    """The verdict in words."""
    fatal = [problem for problem in problems if problem.severity == "fatal"]
    errors = Counter(problem.kind for problem in problems if problem.severity == "error")
    warnings = sum(problem.severity == "warning" for problem in problems)
    size = f"{counted(clips, 'clip')}, {_minutes(minutes)}"
    if fatal:
        return f"not ready: {fatal[0].place} cannot be used ({fatal[0].kind})"
    if errors:
        kinds = ", ".join(f"{kind} {count}" for kind, count in errors.most_common())
        return f"not ready: {counted(sum(errors.values()), 'thing')} to fix ({kinds}); usable as it is: {size}"
    if not clips:
        return "not ready: there is no clip to use"
    look = f"; {counted(warnings, 'warning')} worth a look" if warnings else ""
    return f"{size}, ready{look}"


def _minutes(minutes: float) -> str:
    return f"{minutes:.0f} min" if minutes >= 1 else f"{60 * minutes:.0f} s"


def _shares(usable: Sequence[Utterance], facts: Mapping[str, Facts]) -> dict[str, SpeakerShare]:
    seconds: dict[str, list[float]] = {}
    for utterance in usable:
        seconds.setdefault(utterance.speaker, []).append(facts[utterance.id].seconds)
    return {name: SpeakerShare(len(own), round(sum(own) / 60, 2)) for name, own in seconds.items()}


def _split_problems(joined: Corpus) -> list[Problem]:
    """Sentences that more than one list holds, and clips in none."""
    problems = []
    kinds = Counter(entry.kind for entry in joined.left_out)
    if kinds[TEXT_LEAK]:
        cause = f"{counted(kinds[TEXT_LEAK], 'clip')} for training with a sentence that a val or test list holds"
        problems.append(
            Problem("note", TEXT_LEAK, Place("lists"), cause, "nothing to do: they are left out of training")
        )
    if kinds[IN_NO_LIST]:
        cause = f"{counted(kinds[IN_NO_LIST], 'clip')} in none of the corpus's lists"
        problems.append(Problem("note", IN_NO_LIST, Place("lists"), cause, "add them to a list, or let them be unused"))
    split_of = joined.split_of
    sentences = {
        split: {sentence_key(u.text) for u in joined.utterances if split_of.get(u.id) == split}
        for split in ("val", "test")
    }
    both = len(sentences["val"] & sentences["test"])
    if both:
        cause = f"{counted(both, 'sentence')} both in a val and in a test list"
        remedy = "delete them from one of the two, or results will look too good"
        problems.append(Problem("warning", "val and test overlap", Place("lists"), cause, remedy))
    return problems
