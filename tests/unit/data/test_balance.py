"""Weighted draws: what is rare comes as often as asked for."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from glowvox.data.balance import BalanceConfig, draw_weights
from glowvox.data.prepared import Clip
from glowvox.data.sampler import Buckets, steps_after

SIZES = {(0, "en"): 160, (1, "en"): 40, (2, "de"): 20}


def clips() -> list[Clip]:
    rng = np.random.default_rng(0)
    found = []
    for (speaker, language), count in SIZES.items():
        for number in range(count):
            frames = 100 + int(rng.integers(200)) if number % 10 else 1_000
            found.append(
                Clip(
                    id=f"{speaker}-{number}", speaker=speaker, ids=(1, 2), symbols=("^", "$"), frames=frames, text="",
                    mel_path=Path("none"), language=language,
                )
            )  # fmt: skip
    return found


def drawn(config: BalanceConfig, epochs: int = 20) -> Counter[int]:
    """How often each clip is drawn in so many epochs."""
    pool = clips()
    plan = Buckets(
        [10] * len(pool),
        [clip.frames for clip in pool],
        batch_frames=2_000,
        groups=4,
        weights=draw_weights(pool, config),
    )
    return Counter(clip for epoch in range(epochs) for batch in plan.epoch(3, epoch) for clip in batch.clips)


def share(times: Counter[int], **wanted: object) -> float:
    pool = clips()
    inside = sum(n for clip, n in times.items() if all(getattr(pool[clip], k) == v for k, v in wanted.items()))
    return inside / sum(times.values())


@pytest.mark.parametrize(("exponent", "even"), [(0.0, 160 / 220), (0.5, 160**0.5), (1.0, 1 / 3)])
def test_speakers_are_drawn_by_the_exponent(exponent: float, even: float) -> None:
    if exponent == 0.5:
        even = 160**0.5 / sum(count**0.5 for count in SIZES.values())
    assert share(drawn(BalanceConfig(speaker=exponent)), speaker=0) == pytest.approx(even, abs=0.015)


def test_languages_and_lengths_are_drawn_evenly_at_one() -> None:
    times = drawn(BalanceConfig(language=1))
    assert share(times, language="de") == pytest.approx(1 / 2, abs=0.015)
    assert share(times, speaker=1) == pytest.approx(1 / 2 * 40 / 200, abs=0.015)  # inside a language as it was
    # lengths lie in three of ten groups: two of short clips, one of those of 1,000 frames
    pool = clips()
    groups = Counter((clip.frames - 100) // 90.1 for clip in pool)
    assert len(groups) == 4
    times = drawn(BalanceConfig(length=1))
    assert share(times, frames=1_000) == pytest.approx(1 / len(groups), abs=0.02)
    assert share(drawn(BalanceConfig()), frames=1_000) == pytest.approx(0.1, abs=0.02)


def test_several_kinds_multiply() -> None:
    pool = clips()
    weights = draw_weights(pool, BalanceConfig(speaker=1, language=1))
    assert weights is not None
    assert weights.sum() == pytest.approx(1)
    first, last = weights[0], weights[-1]
    assert last / first == pytest.approx((160 / 20) * (200 / 20))
    assert draw_weights(pool, BalanceConfig()) is None


def test_an_epoch_is_as_long_as_without_weights_and_draws_nobody_more_than_once_too_often() -> None:
    pool = clips()
    weights = draw_weights(pool, BalanceConfig(speaker=1))
    assert weights is not None
    plan = Buckets([10] * 220, [100] * 220, batch_frames=100, groups=1, weights=weights)
    times = Counter(clip for batch in plan.epoch(0, 0) for clip in batch.clips)
    assert sum(times.values()) == 220
    for clip in range(220):
        assert abs(times[clip] - 220 * weights[clip]) < 1
    assert plan.epoch(0, 0) == plan.epoch(0, 0) != plan.epoch(0, 1)
    taken = list(itertools.islice(steps_after(plan, seed=0, step=300), 5))
    assert taken == list(itertools.islice(steps_after(plan, seed=0, step=0), 305))[300:]


def test_an_exponent_that_favours_the_frequent_is_refused() -> None:
    with pytest.raises(ValueError, match=r"balance: speaker = -1 must lie between 0, alike, and 4"):
        BalanceConfig(speaker=-1)


def test_the_longest_clip_comes_first_and_only_in_the_first_epoch() -> None:
    frames = [100] * 50 + [700] + [300] * 50
    plain = Buckets([5] * 101, frames, batch_frames=1_000, groups=3)
    plan = Buckets([5] * 101, frames, batch_frames=1_000, groups=3, longest_first=True)
    assert 50 in plan.epoch(0, 0)[0].clips
    assert plan.epoch(0, 1) == plain.epoch(0, 1)
    assert sorted(plan.epoch(0, 0)) == sorted(plain.epoch(0, 0))
    assert 50 not in plain.epoch(0, 0)[0].clips


def test_the_last_batch_of_a_bucket_is_filled_up_or_dropped() -> None:
    filled = Buckets([5] * 11, [100] * 11, batch_frames=450, groups=1).epoch(0, 0)
    dropped = Buckets([5] * 11, [100] * 11, batch_frames=450, groups=1, drop_last=True).epoch(0, 0)
    assert [len(batch.clips) for batch in filled] == [4, 4, 4]
    assert [len(batch.clips) for batch in dropped] == [4, 4]
    seen = [clip for batch in dropped for clip in batch.clips]
    assert len(set(seen)) == 8
    # a bucket's only batch is not dropped
    assert len(Buckets([5] * 3, [100] * 3, batch_frames=900, groups=1, drop_last=True).epoch(0, 0)) == 1
