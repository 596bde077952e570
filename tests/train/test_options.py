"""Options of training: pieces of a batch, what makes a checkpoint the best, who says what, switches of a GPU."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace

from glowvox.config import build
from glowvox.errors import ConfigError
from glowvox.train.checkpoint import checkpoints, read_state
from glowvox.train.config import BatchConfig, BestConfig, CudaConfig, EveryConfig, TrainConfig
from glowvox.train.cuda import cuda_switches
from glowvox.train.loop import Stop
from glowvox.train.start import open_run
from tests.train.building import STEADY, batch_of, make_loop, settings, values


@pytest.mark.parametrize("pieces", [2, 3, 8])
def test_a_batch_in_pieces_makes_the_step_of_the_whole(prepared: Path, tmp_path: Path, pieces: int) -> None:
    whole = make_loop(tmp_path / "whole", settings(prepared, model=STEADY))
    parts = make_loop(tmp_path / "parts", settings(prepared, model=STEADY, accumulate=pieces))
    batch = batch_of(whole, 0, 1, 2, 3, 4)
    assert len(batch.pieces(pieces)) == {2: 2, 3: 3, 8: 5}[pieces]
    for step in (1, 2, 3):
        one, other = whole.recipe.step(step, batch), parts.recipe.step(step, batch)
        for name in ("nll", "duration", "off_diagonal"):
            assert other[name] == pytest.approx(one[name], rel=1e-5, abs=1e-6)
        assert other["grad_norm"] == pytest.approx(one["grad_norm"], rel=1e-4)
    theirs = values(parts)
    for name, value in values(whole).items():
        if "key.bias" in name:  # softmax does not notice it: its gradient is rounding alone, which Adam enlarges
            continue
        assert torch.allclose(theirs[name], value, rtol=1e-3, atol=2e-5), name


def test_pieces_hold_every_clip_once(prepared: Path, tmp_path: Path) -> None:
    batch = batch_of(make_loop(tmp_path, settings(prepared)), 0, 1, 2, 3, 4)
    pieces = batch.pieces(2)
    assert [piece.ids for piece in pieces] == [batch.ids[:3], batch.ids[3:]]
    assert torch.equal(torch.cat([piece.mel for piece in pieces]), batch.mel)
    assert torch.equal(torch.cat([piece.speaker for piece in pieces]), batch.speaker)


def scores(folder: Path) -> dict[int, dict[str, float]]:
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return {line["step"]: line for line in lines if "val_nll" in line}


def test_the_best_is_chosen_by_the_scores_that_were_named(prepared: Path, tmp_path: Path) -> None:
    every = EveryConfig(log=3, validate=1, save=9_999, first_sample=9_999, sample=9_999)
    for judged in (("val_nll",), ("val_duration",)):
        loop = make_loop(tmp_path / judged[0], settings(prepared, steps=8, every=every, judged_by=judged))
        loop.recipe.validate = lambda batches, loop=loop: {  # type: ignore[method-assign,misc]
            "val_nll": abs(loop.step - 3.0),
            "val_duration": abs(loop.step - 6.0),
        }
        loop.fit(Stop())
        best = loop.run.best()
        assert best is not None
        assert read_state(best)["step"] == {"val_nll": 3, "val_duration": 6}[judged[0]]


def test_no_checkpoint_is_the_best_before_its_time_and_all_best_ones_can_be_kept(
    prepared: Path, tmp_path: Path
) -> None:
    every = EveryConfig(log=3, validate=1, save=9_999, first_sample=9_999, sample=9_999)
    best = BestConfig(after=4, keep_all=True)
    loop = make_loop(tmp_path, settings(prepared, steps=9, every=every, best=best, keep=1))
    course = {1: 0.1, 2: 0.2, 3: 0.1, 4: 9.0, 5: 8.0, 6: 8.5, 7: 7.0, 8: 9.0, 9: 9.0}
    loop.recipe.validate = lambda batches: {"val_nll": course[loop.step], "val_duration": 0.0}  # type: ignore[method-assign]
    loop.fit(Stop())
    assert [path.name for path in checkpoints(tmp_path / "checkpoints")] == [
        f"step-000000{step}" for step in (4, 5, 7, 9)
    ]
    named = loop.run.best()
    assert named is not None
    assert named.name == "step-0000007"
    kept = make_loop(tmp_path, settings(prepared, steps=9, every=every, best=best, keep=1))
    assert (kept.step, kept.best) == (9, 7.0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"judged_by": ["val_nlls"]}, "judged_by[0]: Invalid enum value 'val_nlls'"),
        ({"judged_by": []}, "judged_by = []: expected val_nll, val_duration or both, each once"),
        ({"accumulate": 0}, "accumulate = 0 must be at least 1 piece a batch"),
        ({"best": {"after": -1}}, "best: after = -1 must be 0 or a number of steps"),
        ({"batch": {"group": -1}}, "batch: group = -1 must be 0"),
        ({"test_sentences": [["a", "b", "c"]]}, "test_sentences"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build(changes, TrainConfig, where="here")
    assert message in caught.value.message


def test_a_test_sentence_of_nobody_is_refused_before_anything_is_written(prepared: Path, tmp_path: Path) -> None:
    sentences = ("All say this.", ("One says this.", "speakr1"))
    with pytest.raises(ConfigError, match=r"'One says this\.': no speaker 'speakr1'; did you mean 'speaker1'\?"):
        open_run(tmp_path / "run", settings(prepared, test_sentences=sentences))
    assert not (tmp_path / "run").exists()


def test_groups_are_as_long_as_asked_for(prepared: Path, tmp_path: Path) -> None:
    few = make_loop(tmp_path / "few", settings(prepared, batch=BatchConfig(frames=300, group=2)))
    many = make_loop(tmp_path / "many", settings(prepared, batch=BatchConfig(frames=300, group=1)))
    frames = sum(clip.frames for clip in few.feed.train)  # type: ignore[attr-defined]
    assert len(few.feed.buckets.shapes) == max(1, round(frames / 600))  # type: ignore[attr-defined]
    assert len(many.feed.buckets.shapes) > len(few.feed.buckets.shapes)  # type: ignore[attr-defined]


def test_switches_hold_while_training_and_are_put_back() -> None:
    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul

    def switches() -> tuple[bool, ...]:
        return matmul.allow_tf32, cudnn.enabled, cudnn.deterministic, cudnn.benchmark

    before = switches()
    with cuda_switches(CudaConfig(tf32=True, cudnn=False, deterministic=True, benchmark=True)):
        assert switches() == (True, False, True, True)
    assert switches() == before
    with cuda_switches(CudaConfig()):
        assert switches() == (False, True, False, False)


def test_the_whole_set_of_options_survives_the_file(prepared: Path, tmp_path: Path) -> None:
    config = settings(
        prepared,
        judged_by=("val_nll",),
        accumulate=2,
        best=BestConfig(after=3, keep_all=True),
        test_sentences=("All.", ("One.", "speaker1")),
        batch=replace(BatchConfig(frames=300), group=3, longest_first=True, drop_last=True),
    )
    run, _ = open_run(tmp_path / "run", config)
    made = type(run).create(tmp_path / "run", run.settings)
    assert type(run).load(made.folder).settings.train == config
