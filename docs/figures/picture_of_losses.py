"""docs/figures/losses.png: why a density's logarithm has no sign of its own, and the two losses of an example."""

from __future__ import annotations

import math

import numpy as np
from example_voice import NOISE, Example
from matplotlib import pyplot
from matplotlib.axes import Axes
from sketch import BLUE, GREEN, GREY, INK, ORANGE, save


def draw_losses(example: Example) -> None:
    """Densities above 1, the parts of the first loss, and the second."""
    figure, (left, middle, right) = pyplot.subplots(
        1, 3, figsize=(10.4, 3.4), layout="constrained", width_ratios=(1, 1.25, 1)
    )
    _densities(left)
    _first(middle, example)
    _second(right, example)
    save(figure, "losses.png")
    pyplot.close(figure)


def _densities(axes: Axes) -> None:
    x = np.linspace(-1.5, 1.5, 601)
    for spread, colour, place in ((1.0, GREY, (0.72, 0.62)), (0.4, BLUE, (0.42, 1.25)), (0.15, ORANGE, (0.17, 2.4))):
        peak = 1 / (spread * math.sqrt(2 * math.pi))
        axes.plot(x, peak * np.exp(-0.5 * (x / spread) ** 2), color=colour)
        axes.text(
            *place, f"σ = {spread}\n−ln {peak:.2f} = {-math.log(peak):+.2f}", color=colour, fontsize=8, va="center"
        )
    axes.axhline(1, color=INK, linewidth=0.7, linestyle=":")
    axes.text(-1.47, 1.05, "−ln 1 = 0", fontsize=7.5)
    axes.set(ylim=(0, 3), xlim=(-1.5, 1.5), xlabel="value", ylabel="density")
    axes.set_title("a density may pass 1")
    axes.spines[["top", "right"]].set_visible(False)


def _first(axes: Axes, example: Example) -> None:
    curves = {name: _smooth(values) for name, values in example.curves.items()}
    steps = np.arange(len(curves["nll"]))
    axes.axhline(0, color=INK, linewidth=0.7, linestyle=":")
    axes.plot(steps, np.full(len(steps), 0.5 * math.log(2 * math.pi)), color=GREY, linewidth=1)
    axes.plot(steps, curves["misfit"], color=GREEN, linewidth=1.2)
    axes.plot(steps, curves["volume"], color=BLUE, linewidth=1.2)
    axes.plot(steps, curves["nll"], color=ORANGE, linewidth=2)
    floor = 0.5 * math.log(2 * math.pi * math.e * NOISE**2)
    axes.axhline(floor, color=ORANGE, linewidth=0.8, linestyle="--")
    end = steps[-1]
    for text, height, colour in (
        ("½ ln 2π", 0.98, GREY),
        ("misfit ½((z−μ)/σ)²", curves["misfit"][-1] + 0.05, GREEN),
        ("nll: their sum", curves["nll"][-1] + 0.1, ORANGE),
        ("volume ln σ − log det", curves["volume"][-1] + 0.1, BLUE),
        ("entropy of the noise put in", floor - 0.17, ORANGE),
    ):
        axes.text(end, height, text, color=colour, fontsize=8, ha="right")
    axes.set(xlabel="step", ylabel="nats a mel value", xlim=(0, end))
    axes.set_title("the first loss and its parts, example voice")
    axes.spines[["top", "right"]].set_visible(False)


def _second(axes: Axes, example: Example) -> None:
    duration = _smooth(example.curves["duration"])
    axes.plot(duration, color=BLUE, linewidth=1.5)
    axes.set(yscale="log", xlabel="step", ylabel="squared error of ln(frames)", xlim=(0, len(duration) - 1))
    axes.set_title("the second loss")
    axes.spines[["top", "right"]].set_visible(False)
    for factor in (2.0, 1.5, 1.25):
        axes.axhline(math.log(factor) ** 2, color=GREY, linewidth=0.6, linestyle=":")
        axes.text(
            len(duration) - 1,
            math.log(factor) ** 2 * 1.05,
            f"a factor of {factor:g}",
            fontsize=7.5,
            color=GREY,
            ha="right",
        )


def _smooth(values: list[float], span: int = 5) -> np.ndarray:
    padded = np.pad(values, span // 2, mode="edge")
    return np.convolve(padded, np.ones(span) / span, mode="valid")
