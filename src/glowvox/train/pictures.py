"""Pictures of what a model has learned: alignments and mel spectrograms, as PNG files.

matplotlib comes with the `train` extra and is imported where a picture is drawn; nothing here opens a window.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from glowvox.audio.mel import MelConfig, mels
from glowvox.errors import MissingPart
from glowvox.files import write_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Mel = npt.NDArray[np.float32]

TICKS = (125, 250, 500, 1000, 2000, 4000, 8000, 16000)  # Hz
DPI = 100
FLOOR = -80.0  # nats below the likeliest token of a frame, where the alignment picture turns black
REAL, PREDICTED, PATH = "#4477aa", "#cc6633", "#ff8c1a"  # told apart by those who do not see red and green


@dataclass(frozen=True)
class Alignment:
    """How a model aligns one recording with its text.

    symbols      N names
    durations    (N,)    frames a symbol, from the alignment search
    predicted    (N,)    frames a symbol, from the duration predictor
    likelihood   (N, T)  log-likelihood of each frame under each symbol (nats)
    prior        (M, T)  prior mean of each frame, in the latent space
    """

    symbols: tuple[str, ...]
    durations: npt.NDArray[np.int64]
    predicted: npt.NDArray[np.float32]
    likelihood: npt.NDArray[np.float32]
    prior: Mel


def alignment_picture(path: Path, alignment: Alignment, config: MelConfig, *, title: str) -> None:
    """Draw symbols against time with the path found, the prior means along it, and durations real and predicted."""
    save_figure(alignment_figure(alignment, config, title=title), path)


def alignment_figure(alignment: Alignment, config: MelConfig, *, title: str) -> Figure:
    """The same as a figure of matplotlib's."""
    count, frames = alignment.likelihood.shape
    seconds = frames * config.hop / config.sample_rate
    tall = min(14.0, max(4.0, 0.125 * count + 2.0))
    figure = new_figure(width=11.0, height=tall, title=title)
    grid = figure.add_gridspec(2, 2, width_ratios=(4, 1), height_ratios=(1.6, tall - 1.6))
    top = figure.add_subplot(grid[0, 0])
    top.imshow(
        alignment.prior,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        cmap="magma",
        extent=(0, seconds, 0, len(alignment.prior)),
    )
    top.set_title("prior mean of each frame (latent channels)", fontsize=8, loc="left")
    top.tick_params(labelbottom=False)
    main = figure.add_subplot(grid[1, 0], sharex=top)
    relative = alignment.likelihood - alignment.likelihood.max(axis=0, keepdims=True)
    main.imshow(
        np.maximum(relative, FLOOR),
        origin="lower",
        aspect="auto",
        cmap="gray",
        extent=(0, seconds, -0.5, count - 0.5),
    )
    _draw_path(main, alignment.durations, seconds)
    main.set_title("log-likelihood of each frame under each symbol, and the path found", fontsize=8, loc="left")
    main.set_xlabel("time (s)")
    label_symbols(main, alignment.symbols)
    bars = figure.add_subplot(grid[1, 1], sharey=main)
    _draw_durations(bars, alignment, config)
    return figure


def mel_picture(path: Path, panels: Mapping[str, Mel], config: MelConfig, *, title: str) -> None:
    """Draw mels (M, T) side by side, each under its name, with one colour scale and one scale of time."""
    save_figure(mel_figure(panels, config, title=title), path)


def mel_figure(panels: Mapping[str, Mel], config: MelConfig, *, title: str) -> Figure:
    """The same as a figure of matplotlib's."""
    lengths = [max(1, mel.shape[1]) for mel in panels.values()]
    low = min(float(mel.min(initial=0.0)) for mel in panels.values())
    high = max(float(mel.max(initial=low + 1.0)) for mel in panels.values())
    width = min(14.0, max(5.0, 1.5 + 3.0 * sum(lengths) * config.hop / config.sample_rate))
    figure = new_figure(width=width, height=3.4, title=title)
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False, gridspec_kw={"width_ratios": lengths})[0]
    images = []
    for axis, (name, mel) in zip(axes, panels.items(), strict=True):
        seconds = max(1, mel.shape[1]) * config.hop / config.sample_rate
        image = axis.imshow(
            mel,
            origin="lower",
            aspect="auto",
            interpolation="nearest",
            cmap="magma",
            vmin=low,
            vmax=high,
            extent=(0, seconds, -0.5, len(mel) - 0.5),
        )
        images.append(image)
        axis.set_title(name, fontsize=9)
        axis.set_xlabel("time (s)")
    label_hertz(axes[0], config)
    figure.colorbar(images[-1], ax=list(axes), label="log magnitude", pad=0.01)
    return figure


def new_figure(*, width: float, height: float, title: str) -> Figure:
    """An empty figure (inches) with a heading.

    raises  MissingPart without matplotlib
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingPart("matplotlib", extra="train", purpose="drawing pictures of a training run") from None
    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    figure.suptitle(_shortened(title, int(width * 10)), fontsize=10)
    return figure


def save_figure(figure: Figure, path: Path, *, colours: int = 256) -> None:
    """Write a figure as PNG of so many colours: 256 make the file a quarter of the size.

    A figure without a window draws itself with Agg.
    """
    from PIL import Image  # matplotlib is built on it

    full, small = io.BytesIO(), io.BytesIO()
    figure.savefig(full, format="png")
    Image.open(full).convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    write_bytes(path, small.getvalue())


def _draw_path(axis: Axes, durations: npt.NDArray[np.int64], seconds: float) -> None:
    ends = durations.cumsum() * (seconds / max(1, int(durations.sum())))
    starts = np.concatenate(([0.0], ends[:-1]))
    rows = np.arange(len(durations))
    axis.hlines(rows, starts, ends, colors=PATH, linewidth=2.2)
    axis.vlines(ends[:-1], rows[:-1], rows[1:], colors=PATH, linewidth=0.8)


def _draw_durations(axis: Axes, alignment: Alignment, config: MelConfig) -> None:
    milliseconds = 1000 * config.hop / config.sample_rate
    rows = np.arange(len(alignment.durations))
    axis.barh(rows, alignment.durations * milliseconds, height=0.8, color=REAL, alpha=0.55, label="real")
    axis.plot(alignment.predicted * milliseconds, rows, ".", markersize=4, color=PREDICTED, label="predicted")
    axis.set_xlabel("duration (ms)")
    axis.set_title("durations", fontsize=8, loc="left")
    axis.tick_params(labelleft=False)
    axis.legend(fontsize=7, loc="upper right")


def label_symbols(axis: Axes, symbols: Sequence[str]) -> None:
    """Name the rows of an axis, one symbol each."""
    names = {" ": "␣"}
    size = 7.0 if len(symbols) <= 60 else max(3.5, 420.0 / len(symbols))
    axis.set_yticks(range(len(symbols)), [names.get(name, name).replace("$", r"\$") for name in symbols], fontsize=size)
    axis.set_ylim(-0.5, len(symbols) - 0.5)


def label_hertz(axis: Axes, config: MelConfig) -> None:
    """Frequencies at the bands whose centres they are; the filters' edges are equally spaced on the mel scale."""
    bottom, top = mels(config.low, config.scale), mels(config.high, config.scale)
    spacing = (top - bottom) / (config.bands + 1)
    shown = [hertz for hertz in TICKS if config.low < hertz <= config.high]
    places = [(mels(hertz, config.scale) - bottom) / spacing - 1 for hertz in shown]
    axis.set_yticks(places, [f"{hertz}" for hertz in shown], fontsize=7)
    axis.set_ylabel("frequency (Hz, mel scale)")
    axis.set_ylim(-0.5, config.bands - 0.5)


def _shortened(text: str, size: int) -> str:
    """One line for a heading; `$` would begin a formula."""
    text = text.replace("$", r"\$")
    return text if len(text) <= size else text[: size - 1] + "…"
