"""Durations and doubts against what is usual, and the stretch that is furthest beyond it."""

from __future__ import annotations

import numpy as np
import pytest

from glowvox.evaluate.misfit import Evidence, Reference, Stretch, Usual, deviations, reference, worst_stretch


def evidence(count: int = 20, seed: int = 0, **changes: object) -> Evidence:
    """A clip whose durations scatter around the expected by a fifth, every fourth token silent."""
    rng = np.random.default_rng(seed)
    expected = rng.uniform(3, 12, count)
    values = Evidence(
        spoken=np.arange(count) % 4 != 3,
        frames=expected * np.exp(0.2 * rng.standard_normal(count)),
        expected=expected,
        doubt=np.abs(0.01 * rng.standard_normal(count)),
    )
    return values._replace(**changes)


def test_the_usual_is_median_and_median_deviation() -> None:
    stretch = np.array([-2.0, -1.0, 0.0, 1.0, 30.0])
    clip = Evidence(np.ones(5, bool), np.exp(stretch), np.ones(5), np.array([0.0, 0.1, 0.2, 0.3, 9.0]))
    usual = reference([clip])
    assert usual.spoken.stretch == pytest.approx((0.0, 1.4826))
    assert usual.spoken.doubt == pytest.approx((0.2, 0.14826))
    assert usual.silent == Usual((0.0, 1.0), (0.0, 1.0))  # nothing silent was seen


def test_a_tenth_of_wrong_clips_hardly_moves_the_usual() -> None:
    good = [evidence(seed=seed) for seed in range(45)]
    bad = [clip._replace(frames=clip.frames * 9) for clip in good[:5]]
    alone, mixed = reference(good), reference(good + bad)
    assert mixed.spoken.stretch == pytest.approx(alone.spoken.stretch, abs=0.06)


def test_deviations_by_hand() -> None:
    usual = Reference(Usual((0.0, 0.5), (0.01, 0.02)), Usual((1.0, 1.0), (0.0, 1.0)))
    clip = Evidence(
        spoken=np.array([True, True, True, False]),
        frames=np.array([1.0, np.exp(-1.0), np.exp(9.0), 1.0]),
        expected=np.ones(4),
        doubt=np.array([0.0, 0.05, 5.0, 2.0]),
    )
    # none; 2 for the length and 2 of doubt; both at their ceilings; a silence that is short by 1, with 2 of doubt
    assert deviations(clip, usual) == pytest.approx([0.0, 2.2, 7.0, 1.2])


def test_the_worst_stretch_by_hand() -> None:
    assert worst_stretch(np.array([0.0, 4.0, 1.0, 3.0, 0.0, 2.0])) == Stretch(1, 4, pytest.approx(3.5))
    assert worst_stretch(np.array([0.5, 1.5, 1.0])) == Stretch(0, 0, 0.0)


def test_the_worst_stretch_is_the_best_of_all_stretches() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        found = rng.gamma(1.5, 1.0, rng.integers(1, 25))
        sums = [found[a:b].sum() - 1.5 * (b - a) for a in range(len(found)) for b in range(a + 1, len(found) + 1)]
        assert worst_stretch(found).score == pytest.approx(max(0.0, *sums))


def test_spoilt_clips_score_above_sound_ones() -> None:
    clips = [evidence(seed=seed) for seed in range(60)]
    for place in range(0, 12, 3):
        frames = clips[place].frames.copy()
        frames[12:] = 1.0  # the end of the text has no room
        clips[place] = clips[place]._replace(frames=frames)
        doubt = clips[place + 1].doubt.copy()
        doubt[5:12] += 2.0  # other words are said there
        clips[place + 1] = clips[place + 1]._replace(doubt=doubt, frames=clips[place + 1].frames ** 1.3)
    usual = reference(clips)
    scores = [worst_stretch(deviations(clip, usual)).score for clip in clips]
    spoilt = {place + more for place in range(0, 12, 3) for more in (0, 1)}
    assert set(np.argsort(scores)[-8:]) == spoilt
    assert worst_stretch(deviations(clips[0], usual))[:2] == (12, 20)
