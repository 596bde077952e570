"""docs/figures/alignment.png: the search by hand on 3 tokens and 5 frames, and what it finds while a voice learns."""

from __future__ import annotations

import numpy as np
import torch
from example_voice import Example, Snapshot
from matplotlib import pyplot
from matplotlib.axes import Axes
from sketch import GREEN, GREY, INK, ORANGE, PALE, cells, save, shown

from glowvox.nn.alignment import search

SCORE = np.array([[-1, -2, -5, -6, -7], [-4, -3, -1, -2, -4], [-7, -6, -4, -2, -1]], np.float32)  # tokens a b c, (N, T)


def table(score: np.ndarray) -> np.ndarray:
    """Q of the recurrence for every cell that a path can use, NaN elsewhere: (N, T)."""
    count, steps = score.shape
    best = np.full((count, steps), np.nan)
    for t in range(steps):
        for n in range(max(0, count + t - steps), min(count - 1, t) + 1):
            before = [best[m, t - 1] for m in (n, n - 1) if m >= 0 and t > 0 and np.isfinite(best[m, t - 1])]
            best[n, t] = score[n, t] + (max(before) if before else 0.0)
    return best


def draw_alignment(example: Example) -> None:
    """The worked table above, three stages of training below."""
    figure = pyplot.figure(figsize=(9.6, 6.0), layout="constrained")
    above, below = figure.subfigures(2, 1, height_ratios=(1, 1.5))
    left, right = above.subplots(1, 2)
    durations = search(torch.from_numpy(SCORE.T[None].copy()), torch.tensor([3]), torch.tensor([5]))[0].numpy()
    _scores(left, durations)
    _best(right, durations)
    panels = below.subplots(1, 3, sharey=True)
    for axes, snapshot in zip(panels, example.snapshots, strict=True):
        _stage(axes, snapshot, example)
    panels[0].set_yticks(range(len(example.symbols)), [shown(s) for s in example.symbols], fontsize=7)
    save(figure, "alignment.png")
    pyplot.close(figure)


def _path(durations: np.ndarray) -> np.ndarray:
    return np.repeat(np.arange(len(durations)), durations)


def _scores(axes: Axes, durations: np.ndarray) -> None:
    path = _path(durations)
    texts = [[f"{int(v)}" for v in row] for row in SCORE]
    paints = [[GREEN + "66" if path[t] == n else PALE for t in range(5)] for n in range(3)]
    cells(axes, texts, paints, size=10)
    _name_rows(axes)
    axes.set_title("log-likelihood of frame t under token n;\ngreen: the best path")


def _best(axes: Axes, durations: np.ndarray) -> None:
    best, path = table(SCORE), _path(durations)
    texts = [["" if np.isnan(v) else f"{int(v)}" for v in row] for row in best]
    paints = [
        ["white" if np.isnan(best[n, t]) else (GREEN + "66" if path[t] == n else PALE) for t in range(5)]
        for n in range(3)
    ]
    cells(axes, texts, paints, size=10)
    _name_rows(axes)
    for t in range(1, 5):
        start = (t - 0.5 + 0.24, 2 - path[t - 1] + 0.5)
        end = (t + 0.5 - 0.24, 2 - path[t] + 0.5)
        axes.annotate("", xy=end, xytext=start, arrowprops={"arrowstyle": "<|-", "color": ORANGE, "linewidth": 1.6})
    axes.set_title("Q: best sum up to here; orange: the way back\n(blank: no path passes)")
    axes.text(4.5, 0.22, "tie: stay", fontsize=7, color=ORANGE, ha="center", va="center")


def _name_rows(axes: Axes) -> None:
    for row, name in enumerate("abc"):
        axes.text(-0.12, 2.5 - row, name, ha="right", va="center", fontsize=10, color=INK)
    for t in range(5):
        axes.text(t + 0.5, -0.2, f"t = {t + 1}", ha="center", va="center", fontsize=8, color=GREY)
    axes.set(xlim=(-0.3, 5), ylim=(-0.35, 3))


def _stage(axes: Axes, snapshot: Snapshot, example: Example) -> None:
    relative = snapshot.likelihood.T - snapshot.likelihood.max(axis=1)[None, :]
    count, frames = relative.shape
    axes.imshow(
        np.maximum(relative, -60), origin="lower", aspect="auto", cmap="gray", interpolation="nearest",
        extent=(0, frames, -0.5, count - 0.5),
    )  # fmt: skip
    for durations, colour, width in ((example.truth, "#1f77ff", 1.6), (snapshot.durations, ORANGE, 2.0)):
        ends = durations.cumsum()
        axes.hlines(np.arange(count), ends - durations, ends, colors=colour, linewidth=width)
        axes.vlines(ends[:-1], np.arange(count - 1), np.arange(1, count), colors=colour, linewidth=0.7)
    axes.set(
        xlabel="frame", title=f"step {snapshot.step}" + (" (orange: found, blue: true)" if not snapshot.step else "")
    )
    axes.tick_params(labelsize=7)
