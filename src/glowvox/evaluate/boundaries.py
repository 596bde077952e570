"""How far phone boundaries lie from those of a reference, e.g. of speech whose times are known exactly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np

from glowvox.errors import InputError
from glowvox.evaluate.edits import align
from glowvox.evaluate.tiers import Interval

VOWELS = ("aa", "ae", "ah", "ao", "aw", "ay", "eh", "er", "ey", "ih", "iy", "ow", "oy", "uh", "uw")
STOPS = ("b", "d", "g", "k", "p", "t", "ch", "jh")
OTHER_CONSONANTS = ("dh", "f", "hh", "l", "m", "n", "ng", "r", "s", "sh", "th", "v", "w", "y", "z", "zh")
ARPABET = frozenset(VOWELS + STOPS + OTHER_CONSONANTS)
SAME_PHONE = {"ax": "ah", "axr": "er"}  # schwas that CMUdict writes AH0 and ER0
SILENCE = frozenset({"pau", "sil", "sp", "spn", "h#", "#h"})


class BoundaryScores(msgspec.Struct, frozen=True):
    """Boundary errors of a set of clips.

    A boundary is the start or the end of a matched phone, so each matched phone brings two. Errors are ours minus the
    reference's: a positive bias is late. `within_20` and `within_50` count every boundary of the reference, those of
    unmatched phones as missed; median, 90th percentile, mean and bias are over the matched ones, in milliseconds.
    """

    clips: int
    phones: int
    matched: int
    extra: int
    share_matched: float
    median_ms: float | None
    p90_ms: float | None
    mean_ms: float | None
    bias_ms: float | None
    within_20: float
    within_50: float


def comparable_phone(label: str) -> str | None:
    """The map: ARPAbet in lower case without stress, ax as ah, axr as er; `None` for what is no phone.

    No phones are silences (pau, sil, …) and labels without a letter: word boundaries, punctuation, padding.

    raises  InputError for letters that are no ARPAbet phone
    """
    phone = label.strip().lower()
    if phone in SILENCE or not re.search(r"[^\W\d_]", phone):
        return None
    phone = phone.rstrip("012")
    phone = SAME_PHONE.get(phone, phone)
    if phone not in ARPABET:
        raise InputError(f"'{label}' is no ARPAbet phone: boundaries can be compared between ARPAbet tables only")
    return phone


def boundary_scores(
    found: Mapping[str, Sequence[Interval]],
    reference: Mapping[str, Sequence[Interval]],
    ids: Iterable[str] | None = None,
) -> BoundaryScores:
    """Hold the alignments of `ids` against the reference.

    found, reference  intervals by clip
    ids               the clips to judge, all of them in the reference; one without an alignment has all its phones
                      unmatched. By default the clips that both have
    raises            InputError where there is nothing to compare
    """
    chosen = sorted(found.keys() & reference.keys()) if ids is None else list(ids)
    if not chosen:
        raise InputError("the alignments and the reference have no clip in common", hint="do their ids agree?")
    absent = [id for id in chosen if id not in reference]
    if absent:
        others = f", nor are {len(absent) - 1} others" if len(absent) > 1 else ""
        raise InputError(f"'{absent[0]}' is not in the reference{others}")
    errors: list[float] = []
    phones = matched = extra = 0
    for id in chosen:
        wanted, ours = _phones(reference[id]), _phones(found.get(id, ()))
        steps = align([phone for phone, _ in wanted], [phone for phone, _ in ours])
        phones += len(wanted)
        extra += sum(step.kind == "extra" for step in steps)
        for step in steps:
            if step.kind == "same" and step.reference is not None and step.hypothesis is not None:
                matched += 1
                true, mine = wanted[step.reference][1], ours[step.hypothesis][1]
                errors += [mine.start_s - true.start_s, mine.end_s - true.end_s]
    return _scores(errors, clips=len(chosen), phones=phones, matched=matched, extra=extra)


def by_speaker(ids: Iterable[str], speakers: Mapping[str, str]) -> dict[str, list[str]]:
    """Clips of each speaker, speakers and clips in alphabetical order."""
    groups: dict[str, list[str]] = {}
    for id in sorted(ids):
        groups.setdefault(speakers.get(id, "unknown"), []).append(id)
    return dict(sorted(groups.items()))


def _phones(intervals: Sequence[Interval]) -> list[tuple[str, Interval]]:
    named = ((comparable_phone(interval.label), interval) for interval in intervals)
    return [(phone, interval) for phone, interval in named if phone is not None]


def _scores(errors: list[float], *, clips: int, phones: int, matched: int, extra: int) -> BoundaryScores:
    if not phones:
        raise InputError("the reference has no phones in the clips to compare, only silence")
    signed = 1000 * np.array(errors)
    size = np.abs(signed)
    boundaries = 2 * phones
    return BoundaryScores(
        clips=clips,
        phones=phones,
        matched=matched,
        extra=extra,
        share_matched=matched / phones,
        median_ms=float(np.median(size)) if errors else None,
        p90_ms=float(np.percentile(size, 90)) if errors else None,
        mean_ms=float(size.mean()) if errors else None,
        bias_ms=float(signed.mean()) if errors else None,
        # a hair of tolerance: times of a table are rounded
        within_20=float((size <= 20 + 1e-6).sum() / boundaries),
        within_50=float((size <= 50 + 1e-6).sum() / boundaries),
    )
