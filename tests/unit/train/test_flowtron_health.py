"""Verdicts on a Flowtron's attention and gate."""

from __future__ import annotations

import pytest

from glowvox.train.curves import run_curves
from glowvox.train.health import judge
from glowvox.train.metrics import Metrics
from glowvox.train.progress import validation_line


def records(*, sharp: float, stray: float, length: float = 0.02, step: int = 3_000) -> list[dict[str, float]]:
    held = {"val_nll": 0.1, "val_gate": 0.01, "val_alignment": 0.5}
    return [
        {
            "step": 10,
            "nll": 1.0,
            "gate": 0.5,
            "alignment": 8.0,
            "sharpness": 0.2,
            "stray": 0.2,
            "grad_norm": 1.0,
            "lr": 1e-3,
        },
        {"step": step, **held, "val_sharpness": sharp, "val_stray": stray, "val_length": length},
    ]


@pytest.mark.parametrize(
    ("sharp", "stray", "step", "status", "words"),
    [
        (0.8, 0.04, 3_000, "good", "reads the text in order"),
        (0.9, 0.27, 3_000, "wait", "stays on a few tokens"),
        (0.9, 0.27, 30_000, "bad", "stays on a few tokens"),
        (0.2, 0.04, 3_000, "wait", "not found yet"),
    ],
)
def test_attention_has_to_be_sharp_and_in_order(sharp: float, stray: float, step: int, status: str, words: str) -> None:
    verdict = {v.name: v for v in judge(records(sharp=sharp, stray=stray, step=step))}["attention"]
    assert verdict.status == status
    assert words in verdict.sentence
    assert f"{stray:.3f} from the diagonal" in verdict.sentence


@pytest.mark.parametrize(("length", "status"), [(0.02, "good"), (0.6, "wait")])
def test_the_gate_is_judged_by_where_it_would_end_speech(length: float, status: str) -> None:
    verdict = {v.name: v for v in judge(records(sharp=0.8, stray=0.04, length=length))}["ending"]
    assert verdict.status == status
    assert f"{100 * length:.1f} % from their end" in verdict.sentence


def test_a_flowtron_has_curves_and_a_line_of_its_own() -> None:
    rows = records(sharp=0.8, stray=0.04)
    titles = [curve.title for curve in run_curves(Metrics(rows))]
    assert "Attention: distance from the diagonal" in titles
    assert "Duration loss (squared error of log durations)" not in titles
    assert validation_line(rows[1]) == (
        "step 3,000: held-out loss 0.100, without the attention prior: sharpness 0.80, 0.040 from the diagonal"
    )
