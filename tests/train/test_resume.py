"""A run that is killed and taken up again ends as if nothing had happened, bit for bit."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from glowvox.train import recipe as recipe_module
from glowvox.train.checkpoint import checkpoints
from glowvox.train.loop import Stop
from tests.train.building import make_loop, settings, values

REPOSITORY = Path(__file__).resolve().parents[2]


def drive(*arguments: object, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.train.driver", *map(str, arguments)]
    return subprocess.Popen(command, cwd=REPOSITORY, env={**os.environ, "OMP_NUM_THREADS": "1", **environment})


def metrics(folder: Path) -> list[dict[str, float]]:
    """What a run said, without what depends on the clock."""
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{key: value for key, value in line.items() if "seconds" not in key} for line in lines]


def test_killed_at_a_step_and_in_a_save_and_resumed_it_ends_bit_identical(prepared: Path, tmp_path: Path) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    whole = make_loop(tmp_path / "whole", settings(prepared))
    plans = len(whole.feed.buckets.epoch(0, 0))
    step = random.Random(7).choice([6, 7, 8, 9])  # no multiple of the save interval, and in the middle of an epoch
    assert step % 5
    assert (step - 1) % plans
    assert whole.fit(Stop()) == "all 13 steps are done"

    broken = tmp_path / "broken"
    assert drive(broken, prepared, "kill-at-step", step).wait(300) == -signal.SIGKILL
    assert [path.name for path in checkpoints(broken / "checkpoints")] == ["step-0000005"]
    assert drive(broken, prepared, "kill-in-save", 2).wait(300) == -signal.SIGKILL
    left = sorted(path.name for path in (broken / "checkpoints").iterdir() if "step" in path.name)
    assert left == [".step-0000010.writing", "step-0000005"]

    resumed = make_loop(broken, settings(prepared))
    assert resumed.step == 5
    assert resumed.fit(Stop()) == "all 13 steps are done"
    expected, found = values(whole), values(resumed)
    assert expected.keys() == found.keys()
    assert [name for name in expected if not torch.equal(expected[name], found[name])] == []
    assert [row["step"] for row in metrics(broken)] == [row["step"] for row in metrics(tmp_path / "whole")]
    validated = [[row for row in metrics(place) if "val_nll" in row] for place in (broken, tmp_path / "whole")]
    assert validated[0] == validated[1] != []
    assert not list((broken / "checkpoints").glob(".step*"))
    torch.set_num_threads(threads)


def test_initialisation_never_runs_again(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = make_loop(tmp_path, settings(prepared, steps=2))
    calls = []
    inner = recipe_module.initialise_actnorm
    monkeypatch.setattr(recipe_module, "initialise_actnorm", lambda *a: (calls.append(1), inner(*a)))
    first.fit(Stop())
    assert len(calls) == 1
    for steps in (4, 5):
        again = make_loop(tmp_path, settings(prepared, steps=steps))
        assert again.recipe.initialised
        again.fit(Stop())
    assert len(calls) == 1


def test_a_run_killed_before_its_first_checkpoint_starts_over_and_says_things_once(
    prepared: Path, tmp_path: Path
) -> None:
    (tmp_path / "metrics.jsonl").write_text('{"step": 3, "nll": 1.0}\n{"step": 6, "nl')
    loop = make_loop(tmp_path, settings(prepared, steps=3))
    loop.fit(Stop())
    assert [row["step"] for row in metrics(tmp_path)] == [3, 3]  # the log and the validation of the last step
    assert "nll" in metrics(tmp_path)[0]
    assert metrics(tmp_path)[0]["nll"] != 1.0


def test_a_best_checkpoint_that_was_never_named_is_named_on_resuming(prepared: Path, tmp_path: Path) -> None:
    loop = make_loop(tmp_path, settings(prepared, steps=5))
    loop.fit(Stop())
    assert loop.run.best() == tmp_path / "checkpoints" / "step-0000005"
    (tmp_path / "checkpoints" / "best.json").unlink()
    again = make_loop(tmp_path, settings(prepared, steps=5))
    assert again.run.best() == tmp_path / "checkpoints" / "step-0000005"
    assert again.best == loop.best
