"""The clips of a corpus in the order of how badly text and recording fit each other.

Two passes, in memory that does not grow with the corpus but for the corpus itself: every clip is heard once and its
record put by in a temporary file; a random sample of the records says what is usual; the records are read again and
scored.
"""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec
import numpy as np

from glowvox.evaluate.misfit import Reference, deviations, reference, worst_stretch
from glowvox.train.hearing import Heard, Listener
from glowvox.train.misfit_words import Finding, found, unusable
from glowvox.train.speaker import Speaker

SAMPLE = 4096  # clips from which the usual is learnt
SCORES = 65536  # scores from which the usual score is told


@dataclass(frozen=True)
class Audit:
    """The worst clips of a corpus.

    clips     how many were heard
    usual     the median score
    high      the score that one clip in twenty passes
    findings  the worst, worst first; clips that cannot be used at all before all others
    """

    clips: int
    usual: float
    high: float
    findings: tuple[Finding, ...]

    def plain(self) -> dict[str, object]:
        """The audit as plain values."""
        return {
            "clips": self.clips,
            "usual_score": round(self.usual, 2),
            "high_score": round(self.high, 2),
            "findings": [finding.plain() for finding in self.findings],
        }


def audit(
    place: Path,
    data: Path,
    *,
    split: str = "all",
    speaker: str | None = None,
    worst: int = 60,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Audit:
    """Rank the clips of a corpus or prepared folder.

    place    a run folder or weights file, trained on these speakers
    split    one of the corpus's lists, or "all"
    speaker  name in the voice to hear every clip as; None takes each clip's own
    worst    how many findings to keep
    raises   CorpusError if the data cannot be read or name a speaker that the voice does not know
    """
    total, clips = Listener(Speaker.load(place), speaker).clips(data, split=split)
    with tempfile.TemporaryFile() as shelf:
        sample = Sample(SAMPLE)
        for done, heard in enumerate(clips, start=1):
            shelf.write(msgspec.json.encode(heard) + b"\n")
            if not heard.fault:
                sample.add(heard)
            progress(done, total)
        return rank(_shelved(shelf), sample.items, worst=worst)


class Sample:
    """A random sample of what passes by (Vitter 1985, algorithm R); the same for the same sequence."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.items: list[Heard] = []
        self._seen = 0
        self._generator = np.random.Generator(np.random.Philox(0))

    def add(self, item: Heard) -> None:
        """See one more item."""
        self._seen += 1
        if len(self.items) < self.size:
            self.items.append(item)
        elif (place := int(self._generator.integers(self._seen))) < self.size:
            self.items[place] = item


def rank(clips: Iterable[Heard], sample: list[Heard], *, worst: int) -> Audit:
    """Score clips against what is usual in a sample of them.

    clips   read once
    sample  of clips without fault
    worst   how many findings to keep
    """
    usual = reference([heard.evidence() for heard in sample])
    levels = [heard.speech_db for heard in sample if heard.speech_db is not None]
    level = float(np.median(levels)) if levels else None
    scores: list[float] = []
    kept: list[tuple[float, int, Finding]] = []
    count = 0
    for count, heard in enumerate(clips, start=1):  # noqa: B007 (told afterwards)
        finding = _judged(heard, usual, level)
        if not heard.fault and len(scores) < SCORES:
            scores.append(finding.score)
        entry = (finding.score, -count, finding)
        if len(kept) < worst:
            heapq.heappush(kept, entry)
        else:
            heapq.heappushpop(kept, entry)
    findings = tuple(finding for _, _, finding in sorted(kept, key=lambda entry: entry[:2], reverse=True))
    middle, high = np.percentile(scores, (50, 95)) if scores else (0.0, 0.0)
    return Audit(count, float(middle), float(high), findings)


def _judged(heard: Heard, usual: Reference, level: float | None) -> Finding:
    if heard.fault:
        return unusable(heard)
    evidence = heard.evidence()
    return found(heard, evidence, worst_stretch(deviations(evidence, usual)), level)


def _shelved(shelf: IO[bytes]) -> Iterator[Heard]:
    shelf.seek(0)
    decoder = msgspec.json.Decoder(Heard)
    for line in shelf:
        yield decoder.decode(line)
