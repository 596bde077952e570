"""Batches: every clip, within the budget, in an order that can be taken up anywhere."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from glowvox.data.sampler import Buckets, steps_after


@st.composite
def buckets(draw: st.DrawFn) -> tuple[Buckets, list[int], list[int], int]:
    frames = draw(st.lists(st.integers(1, 900), min_size=1, max_size=60))
    tokens = [max(1, length // draw(st.integers(4, 9))) for length in frames]
    budget = draw(st.integers(100, 4000))
    groups = draw(st.integers(1, 8))
    return Buckets(tokens, frames, batch_frames=budget, groups=groups), tokens, frames, budget


@settings(max_examples=100, deadline=None)
@given(buckets(), st.integers(0, 99), st.integers(0, 5))
def test_an_epoch_holds_every_clip_within_the_budget(
    case: tuple[Buckets, list[int], list[int], int], seed: int, number: int
) -> None:
    plan, tokens, frames, budget = case
    batches = plan.epoch(seed, number)
    seen = [clip for batch in batches for clip in batch.clips]
    assert set(seen) == set(range(len(frames)))
    # a clip comes twice at most, and only where a bucket's last batch was filled up
    assert max(np.bincount(seen)) <= 2
    assert len(seen) - len(frames) < sum(shape.clips for shape in plan.shapes)
    for batch in batches:
        assert batch.shape in plan.shapes
        assert len(batch.clips) == batch.shape.clips
        assert len(set(batch.clips)) == len(batch.clips)
        assert max(frames[clip] for clip in batch.clips) <= batch.shape.frames
        assert max(tokens[clip] for clip in batch.clips) <= batch.shape.tokens
        assert batch.shape.clips * batch.shape.frames <= budget or batch.shape.clips == 1
    assert plan.epoch(seed, number) == batches


def test_shapes_are_few_and_rounded_and_orders_differ() -> None:
    rng = np.random.default_rng(0)
    frames = rng.normal(320, 110, 600).clip(60, 800).astype(int).tolist()
    plan = Buckets([length // 6 for length in frames], frames, batch_frames=8000, groups=6)
    assert len(plan.shapes) == 6
    assert all(shape.frames % 16 == 0 and shape.tokens % 8 == 0 for shape in plan.shapes)
    padded = sum(batch.shape.clips * batch.shape.frames for batch in plan.epoch(0, 0))
    assert sum(frames) / padded > 0.7  # the rest is padding
    assert plan.epoch(0, 0) != plan.epoch(0, 1)
    assert plan.epoch(0, 0) != plan.epoch(1, 0)


@settings(max_examples=40, deadline=None)
@given(buckets(), st.integers(0, 40), st.integers(1, 4))
def test_taking_up_at_a_step_is_skipping_to_it(
    case: tuple[Buckets, list[int], list[int], int], step: int, world: int
) -> None:
    plan = case[0]
    for rank in range(world):
        whole = list(itertools.islice(steps_after(plan, seed=3, step=0, rank=rank, world=world), step + 9))
        rest = list(itertools.islice(steps_after(plan, seed=3, step=step, rank=rank, world=world), 9))
        assert rest == whole[step:]


@settings(max_examples=40, deadline=None)
@given(buckets(), st.integers(2, 4))
def test_processes_share_an_epoch_without_overlap(case: tuple[Buckets, list[int], list[int], int], world: int) -> None:
    plan = case[0]
    batches = plan.epoch(5, 0)
    steps = len(batches) // world
    shares = []
    for rank in range(world):
        mine = itertools.islice(steps_after(plan, seed=5, step=0, rank=rank, world=world), steps)
        shares.append([share for epoch, share in mine if epoch == 0])
    taken = [share for step in zip(*shares, strict=True) for share in step]
    assert taken == batches[: steps * world]


def test_an_epoch_with_fewer_batches_than_processes_still_gives_each_one() -> None:
    plan = Buckets([5, 5], [40, 40], batch_frames=1000, groups=1)
    shares = [next(steps_after(plan, seed=0, step=0, rank=rank, world=4)) for rank in range(4)]
    assert all(share == (0, plan.epoch(0, 0)[0]) for share in shares)
