"""Boundary errors at values known beforehand."""

from __future__ import annotations

import pytest

from glowvox.errors import InputError
from glowvox.evaluate.boundaries import boundary_scores, by_speaker, comparable_phone
from glowvox.evaluate.tiers import Interval


def intervals(*rows: tuple[float, float, str]) -> tuple[Interval, ...]:
    return tuple(Interval(*row) for row in rows)


REFERENCE = intervals((0.0, 0.2, "pau"), (0.2, 0.3, "dh"), (0.3, 0.4, "ax"), (0.4, 0.6, "t"), (0.6, 0.8, "pau"))


@pytest.mark.parametrize(
    ("label", "phone"),
    [("AH0", "ah"), ("ax", "ah"), ("axr", "er"), ("ER1", "er"), ("AW2", "aw"), ("hh", "hh"), ("ZH", "zh")],
)
def test_phones_are_mapped(label: str, phone: str) -> None:
    assert comparable_phone(label) == phone


@pytest.mark.parametrize("label", ["pau", "sil", "SP", "", " ", "_", "^", "$", ",", ".", "…", '"', "-"])
def test_silence_boundaries_and_punctuation_are_no_phones(label: str) -> None:
    assert comparable_phone(label) is None


@pytest.mark.parametrize("label", ["ə", "c", "hello"])
def test_other_alphabets_are_refused(label: str) -> None:
    with pytest.raises(InputError, match=f"'{label}' is no ARPAbet phone"):
        comparable_phone(label)


def test_errors_of_starts_and_ends() -> None:
    ours = intervals((0.0, 0.21, "^"), (0.21, 0.3, "DH"), (0.3, 0.44, "AH0"), (0.44, 0.46, " "), (0.46, 0.53, "T"))
    scores = boundary_scores({"a": ours}, {"a": REFERENCE})
    # +10, 0, 0, +40, +60, −70 ms
    assert (scores.phones, scores.matched, scores.extra) == (3, 3, 0)
    assert scores.median_ms == pytest.approx(25.0)
    assert scores.mean_ms == pytest.approx(30.0)
    assert scores.bias_ms == pytest.approx(40 / 6)
    assert scores.p90_ms == pytest.approx(65.0)
    assert scores.within_20 == pytest.approx(3 / 6)
    assert scores.within_50 == pytest.approx(4 / 6)


def test_unmatched_phones_stay_in_the_denominator() -> None:
    ours = intervals((0.2, 0.3, "DH"), (0.3, 0.4, "IH0"), (0.4, 0.6, "T"), (0.6, 0.7, "S"))
    scores = boundary_scores({"a": ours}, {"a": REFERENCE})
    assert (scores.phones, scores.matched, scores.extra) == (3, 2, 1)
    assert scores.share_matched == pytest.approx(2 / 3)
    assert scores.median_ms == pytest.approx(0.0)
    assert scores.within_20 == pytest.approx(4 / 6)  # all four that are matched, of six


def test_a_clip_without_alignment_is_all_unmatched() -> None:
    scores = boundary_scores({}, {"a": REFERENCE}, ["a"])
    assert (scores.share_matched, scores.median_ms, scores.within_50) == (0.0, None, 0.0)


def test_clips_must_be_in_the_reference() -> None:
    with pytest.raises(InputError, match="no clip in common"):
        boundary_scores({"b": REFERENCE}, {"a": REFERENCE})
    with pytest.raises(InputError, match="'b' is not in the reference"):
        boundary_scores({"b": REFERENCE}, {"a": REFERENCE}, ["a", "b"])


def test_a_reference_of_silence_only_is_refused() -> None:
    with pytest.raises(InputError, match="only silence"):
        boundary_scores({}, {"a": REFERENCE[:1]}, ["a"])


def test_groups_by_speaker() -> None:
    assert by_speaker(["c", "a", "b"], {"a": "slt", "c": "slt"}) == {"slt": ["a", "c"], "unknown": ["b"]}
