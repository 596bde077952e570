"""When a run stops, what it leaves behind, and that it learns."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from glowvox.config import ConfigError, build
from glowvox.data.batch import Batch
from glowvox.models.glow_tts_config import PRESETS
from glowvox.train.checkpoint import checkpoints, read_state
from glowvox.train.config import EveryConfig, OptimizerConfig, TrainConfig
from glowvox.train.loop import Stop
from tests.train.building import make_loop, settings


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_and_leaves(sign: signal.Signals, prepared: Path, tmp_path: Path) -> None:
    loop = make_loop(tmp_path, settings(prepared))
    loop.report = lambda record: os.kill(os.getpid(), sign) if record["step"] == 3 else None
    before = signal.getsignal(sign)
    with Stop() as stop:
        assert loop.fit(stop) == f"stopped by {sign.name}"
    assert signal.getsignal(sign) == before
    assert [path.name for path in checkpoints(tmp_path / "checkpoints")] == ["step-0000003"]
    assert make_loop(tmp_path, settings(prepared)).step == 3


def test_a_second_signal_means_now() -> None:
    with Stop() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.now()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_time_up_saves_and_leaves_and_the_same_command_goes_on(prepared: Path, tmp_path: Path) -> None:
    loop = make_loop(tmp_path, settings(prepared, steps=4))
    inner = loop.recipe.step
    stop = Stop(max_minutes=1000)

    def step(number: int, batch: object) -> dict[str, float]:
        if number == 2:
            stop.deadline = 0.0
        return inner(number, batch)  # type: ignore[arg-type]

    loop.recipe.step = step  # type: ignore[method-assign]
    assert loop.fit(stop) == "the time given by --max-minutes is up"
    assert loop.run.latest() == tmp_path / "checkpoints" / "step-0000002"
    again = make_loop(tmp_path, settings(prepared, steps=4))
    assert again.step == 2
    assert again.fit(Stop()) == "all 4 steps are done"
    assert make_loop(tmp_path, settings(prepared, steps=4)).fit(Stop()) == "all 4 steps are done"


def test_checkpoints_and_metrics_come_when_they_are_due(prepared: Path, tmp_path: Path) -> None:
    every = EveryConfig(log=2, validate=4, save=3, first_sample=2, sample=5)
    loop = make_loop(tmp_path, settings(prepared, steps=7, every=every, keep=1))
    sampled: list[int] = []
    loop.sample = sampled.append
    loop.fit(Stop())
    assert sampled == [2, 5, 7]
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "nll" in line] == [2, 4, 6, 7]
    assert [line["step"] for line in lines if "val_nll" in line] == [4, 7]
    assert all(line["lr"] > 0 and line["step_seconds"] > 0 for line in lines if "nll" in line)
    best = loop.run.best()
    assert best is not None
    losses = {line["step"]: line["val_nll"] + line["val_duration"] for line in lines if "val_nll" in line}
    assert read_state(best)["step"] == min(losses, key=lambda step: losses[step])
    assert read_state(best)["best"] == min(losses.values())
    assert {path.name for path in checkpoints(tmp_path / "checkpoints")} == {best.name, "step-0000007"}


def test_a_record_averages_what_its_steps_measured(prepared: Path, tmp_path: Path) -> None:
    loop = make_loop(tmp_path, settings(prepared, steps=4, every=EveryConfig(log=4)))
    step = loop.recipe.step

    def measured(number: int, batch: Batch) -> dict[str, float]:
        return step(number, batch) | {"always": float(number)} | ({"seldom": 10.0 * number} if number > 2 else {})

    loop.recipe.step = measured  # type: ignore[method-assign]
    loop.fit(Stop())
    (line,) = [line for line in map(json.loads, (tmp_path / "metrics.jsonl").open()) if "always" in line]
    assert line["always"] == 2.5
    assert line["seldom"] == 35.0


def test_fifty_steps_on_a_few_clips_lower_the_loss(prepared: Path, tmp_path: Path) -> None:
    optimizer = OptimizerConfig(lr=4e-3, warmup=10)
    every = EveryConfig(log=10, validate=50, save=50, first_sample=9_999, sample=10_000)
    config = settings(
        prepared, model=PRESETS["tiny"], steps=50, overfit=4, optimizer=optimizer, every=every, precision="bf16"
    )
    make_loop(tmp_path, config).fit(Stop())
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    nll = [line["nll"] for line in lines if "nll" in line]
    assert nll[0] > 1.0  # nats a mel value; 1.42 for a standard normal
    assert nll[-1] < 0.72
    assert all(later < earlier for earlier, later in zip(nll, nll[1:], strict=False))


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("steps=0", "steps = 0 must be at least 1"),
        ("ema=1", r"ema = 1.0 must lie in \[0, 1\)"),
        ("keep=0", "keep = 0 must be at least 1"),
        ("init_batches=0", "init_batches = 0 must be at least 1"),
        ("optimizer.lr=0", "lr = 0.0 must be above 0"),
        ("optimizer.warmup=0", "warmup = 0 must be at least 1 step"),
        ("batch.frames=0", "frames and shapes must be at least 1"),
        ("every.save=0", "save = 0 must be at least 1 step"),
        ("optimizer.clips=norm", "unknown key 'clips'; did you mean 'clip'?"),
        ("precision=fp16", "precision"),
    ],
)
def test_settings_that_cannot_train_are_refused(override: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        build({}, TrainConfig, [override], where="test")
