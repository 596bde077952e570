"""Pictures of how a Flowtron reads: mel, the attention of each step of flow, and the gate over time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from glowvox.audio.mel import MelConfig
from glowvox.train.pictures import label_symbols, new_figure, save_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Reading:
    """A mel and how it was read.

    symbols    N names
    mel        (M, T)
    attention  (T, N) a step of flow, in real time
    gate       (T,)   probability of "over", in real time
    """

    symbols: tuple[str, ...]
    mel: Floats
    attention: tuple[Floats, ...]
    gate: Floats


def attention_picture(path: Path, reading: Reading, config: MelConfig, *, title: str) -> None:
    """Draw the mel above the gate and the attention of each step, all on one scale of time."""
    save_figure(attention_figure(reading, config, title=title), path)


def attention_figure(reading: Reading, config: MelConfig, *, title: str) -> Figure:
    """The same as a figure of matplotlib's."""
    count, steps = len(reading.symbols), len(reading.attention)
    seconds = max(1, reading.mel.shape[1]) * config.hop / config.sample_rate
    tall = min(9.0, max(2.5, 0.11 * count + 0.8))
    figure = new_figure(width=11.0, height=3.2 + steps * tall, title=title)
    axes = figure.subplots(2 + steps, 1, sharex=True, gridspec_kw={"height_ratios": [1.6, 0.8, *([tall] * steps)]})
    mel, gate, *looks = axes
    extent = (0, seconds, 0, len(reading.mel))
    mel.imshow(reading.mel, origin="lower", aspect="auto", interpolation="nearest", cmap="magma", extent=extent)
    mel.set_title("mel bands", fontsize=8, loc="left")
    times = (np.arange(len(reading.gate)) + 0.5) * config.hop / config.sample_rate
    gate.plot(times, reading.gate)
    gate.set_ylim(-0.05, 1.05)
    ends = "start" if steps % 2 == 0 else "end"
    gate.set_title(f"gate: probability that all is said; it should open at the {ends} only", fontsize=8, loc="left")
    for number, (axis, weight) in enumerate(zip(looks, reading.attention, strict=True), start=1):
        axis.imshow(
            weight.T,
            origin="lower",
            aspect="auto",
            interpolation="nearest",
            cmap="gray",
            vmin=0,
            vmax=1,
            extent=(0, seconds, -0.5, count - 0.5),
        )
        way = "from the end to the start" if number % 2 == 0 else "from the start to the end"
        axis.set_title(f"attention of step {number}, which goes {way}", fontsize=8, loc="left")
        label_symbols(axis, reading.symbols)
    axes[-1].set_xlabel("time (s)")
    return figure
