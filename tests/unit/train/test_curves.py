"""Curves as SVG."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

from glowvox.train.curves import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    WIDTH,
    Curve,
    Line,
    Mark,
    round_numbers,
    run_curves,
    sheet,
    svg,
)
from glowvox.train.metrics import Metrics, Series

SVG = "{http://www.w3.org/2000/svg}"


def curve(*values: float, logarithmic: bool = False) -> Curve:
    steps = tuple(range(10, 10 * len(values) + 1, 10))
    return Curve("A <title> & more", (Line("training", Series(steps, values), "train", smooth=False),), logarithmic)


def points(text: str, kind: str) -> list[tuple[float, float]]:
    path = re.search(rf'<path class="line {kind}" d="M([^"]*)"', text)
    assert path
    return [tuple(map(float, pair.split(","))) for pair in path[1].split("L")]  # type: ignore[misc]


def test_points_stand_where_their_values_are() -> None:
    text = svg(curve(0.0, 1.0, 2.0))
    ElementTree.fromstring(text)
    (x1, y1), (x2, y2), (x3, y3) = points(text, "train")
    assert x3 == WIDTH - RIGHT
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2)
    assert x1 == pytest.approx(LEFT + (WIDTH - LEFT - RIGHT) / 3, abs=0.1)
    assert y1 == HEIGHT - BOTTOM
    assert y1 - y2 == pytest.approx(y2 - y3, abs=0.2)


def test_a_logarithmic_scale_gives_powers_of_ten_equal_distances() -> None:
    (_, y1), (_, y2), (_, y3) = points(svg(curve(0.1, 1.0, 10.0, logarithmic=True)), "train")
    assert y1 - y2 == pytest.approx(y2 - y3, abs=0.2)
    assert y1 > y2


def test_one_leap_does_not_flatten_the_rest() -> None:
    heights = [y for _, y in points(svg(curve(1e30, *[1.0 + 0.01 * n for n in range(300)])), "train")]
    assert max(heights) - heights[-1] > 100


def test_constant_values_can_be_drawn() -> None:
    ElementTree.fromstring(svg(curve(2.0, 2.0, 2.0)))
    ElementTree.fromstring(svg(curve(0.0, 0.0, logarithmic=True)))


def test_titles_are_escaped_and_marks_stand_at_their_step() -> None:
    text = svg(curve(1.0, 2.0), [Mark(10, "warm-up <ends>"), Mark(5000, "later")])
    root = ElementTree.fromstring(text)
    words = [node.text for node in root.iter(f"{SVG}text")]
    assert "A <title> & more" in words
    assert "warm-up <ends>" in words
    assert "later" not in words
    lines = [node for node in root.iter(f"{SVG}line") if node.get("class") == "mark"]
    assert [float(line.get("x1", 0)) for line in lines] == [LEFT + (WIDTH - LEFT - RIGHT) / 2]


def test_held_out_values_say_their_numbers() -> None:
    held = Curve("loss", (Line("held out", Series((100, 200), (0.5, 0.25)), "held"),))
    titles = [node.text for node in ElementTree.fromstring(svg(held)).iter(f"{SVG}title")]
    assert titles == ["step 100: 0.5", "step 200: 0.25"]


def test_a_run_without_validation_has_the_other_curves() -> None:
    metrics = Metrics([{"step": s, "nll": 1.0, "duration": 1.0, "grad_norm": 2.0, "lr": 1e-3} for s in (20, 40)])
    curves = run_curves(metrics)
    assert [c.title.split(" ")[0] for c in curves] == ["Likelihood", "Duration", "Gradient", "Learning"]
    assert [len(c.lines) for c in curves] == [1, 1, 1, 1]
    root = ElementTree.fromstring(sheet(curves))
    assert len(root.findall(f"{SVG}svg")) == 4
    assert run_curves(Metrics([])) == []


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 10, [0, 2, 4, 6, 8, 10]), (0.02, 0.11, [0.02, 0.04, 0.06, 0.08, 0.1]), (-1, 1, [-1, -0.5, 0, 0.5, 1])],
)
def test_round_numbers(low: float, high: float, expected: list[float]) -> None:
    assert round_numbers(low, high, 5) == pytest.approx(expected)
