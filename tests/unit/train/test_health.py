"""Verdicts on real runs, each kind of course stored in tests/data/metrics."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from glowvox.train.health import Verdict, judge

METRICS = Path(__file__).resolve().parents[2] / "data" / "metrics"


def records(name: str, until: int = 10**9) -> list[dict[str, Any]]:
    lines = (METRICS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [record for record in map(json.loads, lines) if record["step"] <= until]


def verdicts(name: str, until: int = 10**9, **options: bool) -> dict[str, Verdict]:
    return {verdict.name: verdict for verdict in judge(records(name, until), **options)}


def statuses(name: str, until: int = 10**9) -> dict[str, str]:
    return {verdict.name: verdict.status for verdict in judge(records(name, until))}


def test_a_run_that_goes_well_is_good_in_everything() -> None:
    assert set(statuses("good").values()) == {"good"}
    found = verdicts("good")
    assert found["learning"].sentence == "The held-out loss fell from 0.236 at step 1,000 to 0.025 at step 5,000."
    assert "Sounds and symbols are aligned" in found["alignment"].sentence
    assert "was at step 5,000; 2,500 steps more promise about" in found["gain"].sentence
    assert found["skipped steps"].sentence == "No step was skipped."


def test_a_run_that_goes_well_waits_at_first() -> None:
    assert statuses("good", until=600) == {
        "learning": "good",
        "alignment": "wait",
        "gain": "wait",
        "overfitting": "wait",
        "skipped steps": "good",
        "learning rate": "wait",
    }
    assert verdicts("good", until=240)["gain"].sentence == "0 validations in 240 steps: too few to tell."


def test_a_learning_rate_far_too_high_is_named() -> None:
    found = verdicts("high_rate")
    bad = {name for name, verdict in found.items() if verdict.status == "bad"}
    assert bad == {"learning", "alignment", "skipped steps", "learning rate"}
    assert found["skipped steps"].sentence == "192 of 240 steps were skipped (80 %)."
    assert found["learning rate"].sentence == "In 9 of the last 9 windows the gradient was not finite."
    assert "--set optimizer.lr" in found["learning rate"].advice
    assert "collapsed" in found["alignment"].sentence
    assert verdicts("high_rate", until=45)["learning"].status == "bad"


def test_texts_that_do_not_belong_to_the_sounds_are_told_by_the_alignment() -> None:
    found = verdicts("shuffled")
    assert found["learning"].status == "good"  # the sounds are learned all the same
    assert found["alignment"].status == "bad"
    assert "No alignment has been found" in found["alignment"].sentence
    assert "texts belong to the recordings" in found["alignment"].advice
    assert verdicts("shuffled", until=1000)["alignment"].status == "wait"


def test_overfitting_is_named_with_the_step_it_began() -> None:
    found = verdicts("overfitted")
    assert found["overfitting"].status == "bad"
    assert "has risen by 1.207 since step 300" in found["overfitting"].sentence
    assert found["gain"].status == "bad"
    assert found["learning"].status == "wait"
    assert found["learning rate"].status == "good"


def test_a_diagnostic_is_asked_whether_it_knows_its_clips_by_heart() -> None:
    found = verdicts("by_heart", diagnostic=True)
    assert {name: verdict.status for name, verdict in found.items()} == {
        "by heart": "good",
        "skipped steps": "good",
        "learning rate": "good",
    }
    assert (
        found["by heart"].sentence
        == "Losses say that the clips are known by heart (loss 1.07 → -1.24, durations 0.003)."
    )
    assert verdicts("by_heart", until=100, diagnostic=True)["by heart"].status == "wait"
    assert verdicts("by_heart", until=80, diagnostic=True)["by heart"].sentence == "Not validated yet in 80 steps."


def test_a_diagnostic_that_learns_nothing_is_bad() -> None:
    stuck = [{**line, "val_nll": 0.9} if "val_nll" in line else line for line in records("overfitted")]
    found = {verdict.name: verdict for verdict in judge(stuck, diagnostic=True)}["by heart"]
    assert found.status == "bad"
    assert "Even these few clips are not learned" in found.sentence


def test_a_plateau_is_no_gain_and_nothing_worse() -> None:
    found = verdicts("plateau")
    assert found["gain"].status == "bad"
    assert {name for name, verdict in found.items() if verdict.status == "bad"} == {"gain"}
    assert verdicts("plateau", until=800)["gain"].status == "good"


def test_nothing_written_yet_waits() -> None:
    assert [(verdict.name, verdict.status) for verdict in judge([])] == [("learning", "wait")]


def test_a_loss_that_was_never_finite_is_bad() -> None:
    lines = [
        {"step": step, "nll": float("nan"), "duration": 1.0, "grad_norm": float("nan"), "skipped": float(step)}
        for step in range(20, 1000, 20)
    ]
    found = {verdict.name: verdict for verdict in judge(lines)}
    assert found["learning"].status == "bad"
    assert found["skipped steps"].sentence == "980 of 980 steps were skipped (1e+02 %)."
    assert found["learning rate"].status == "bad"


@pytest.mark.parametrize(("count", "status"), [(0, "good"), (3, "wait"), (30, "bad")])
def test_skipped_steps_by_their_share(count: int, status: str) -> None:
    lines = [{"step": 1000, "nll": 1.0, "duration": 1.0, "skipped": float(count)}]
    assert {v.name: v.status for v in judge(lines)}["skipped steps"] == status


def test_gradients_that_grow_out_of_bounds_are_bad() -> None:
    lines = records("good")
    grown = [{**line, "grad_norm": line.get("grad_norm", 0.0) * (30 if line["step"] > 4000 else 1)} for line in lines]
    found = {verdict.name: verdict for verdict in judge(grown)}["learning rate"]
    assert found.status == "bad"
    assert "out of bounds" in found.sentence


def test_a_loss_that_leaps_away_is_bad() -> None:
    lines = [
        {**line, "nll": line["nll"] + (2.0 if line["step"] > 4400 else 0.0)}
        for line in records("good")
        if "nll" in line
    ]
    found = {verdict.name: verdict for verdict in judge(lines)}["learning rate"]
    assert found.status == "bad"
    assert "leapt" in found.sentence


def test_a_duration_predictor_that_overfits_is_named() -> None:
    lines = [
        {**line, "val_duration": line["val_duration"] * (1 + (line["step"] - 1000) / 1000)}
        if "val_nll" in line
        else line
        for line in records("good")
    ]
    found = {verdict.name: verdict for verdict in judge(lines)}["overfitting"]
    assert found.status == "wait"
    assert "model.duration.dropout" in found.advice


def test_every_bad_verdict_says_what_to_do() -> None:
    for name in ("good", "high_rate", "shuffled", "overfitted", "plateau", "by_heart"):
        assert all(verdict.advice for verdict in judge(records(name)) if verdict.status == "bad")


def test_paths_that_crowd_a_corner_early_are_given_time_while_the_likelihood_falls() -> None:
    def alignment_of(until: int) -> str:
        crowded = [{**record, "off_diagonal": 0.3} for record in records("good", until)]
        return {verdict.name: verdict.status for verdict in judge(crowded)}["alignment"]

    assert alignment_of(240) == "wait"
    assert alignment_of(800) == "bad"
