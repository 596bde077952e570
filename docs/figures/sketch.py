"""What the pictures of the explanations share: colours, boxes, arrows, tables, and how a picture is saved."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle
from PIL import Image

matplotlib.use("Agg")
matplotlib.rcParams.update(
    {"font.size": 9, "axes.titlesize": 10, "axes.titlelocation": "left", "font.family": "DejaVu Sans"}
)

FOLDER = Path(__file__).parent
BLUE, ORANGE, GREY, PALE, GREEN = "#4477aa", "#cc6633", "#888888", "#e8e8e8", "#3a8f5c"
INK = "#222222"


def save(figure: Figure, name: str, *, colours: int = 224, dpi: int = 100) -> None:
    """Write a picture with few colours, which makes it a third of the size."""
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=dpi, facecolor="white")
    Image.open(drawn).convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(FOLDER / name, optimize=True)


def bare(axes: Axes, *, width: float, height: float) -> None:
    """An empty sheet with equal units on both axes and no frame."""
    axes.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    axes.axis("off")


def box(axes: Axes, corner: tuple[float, float], size: tuple[float, float], text: str, *, colour: str = BLUE) -> None:
    """A rounded box with a text in its middle."""
    axes.add_patch(
        FancyBboxPatch(
            corner, *size, boxstyle="round,pad=0,rounding_size=0.12", facecolor=colour + "22", edgecolor=colour
        )
    )
    axes.text(corner[0] + size[0] / 2, corner[1] + size[1] / 2, text, ha="center", va="center", color=INK, fontsize=8.5)


def arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], label: str = "", *, dashed: bool = False
) -> None:
    """An arrow, with a label beside its middle."""
    style = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.0, "linestyle": "--" if dashed else "-"}
    axes.annotate("", xy=end, xytext=start, arrowprops={**style, "shrinkA": 0, "shrinkB": 0})
    if label:
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        level = abs(end[1] - start[1]) < abs(end[0] - start[0])
        offset = (0.0, 0.12) if level else (0.12, 0.0)
        axes.text(
            middle[0] + offset[0],
            middle[1] + offset[1],
            label,
            fontsize=8,
            color=INK,
            ha="center" if level else "left",
            va="bottom" if level else "center",
        )


def cells(axes: Axes, texts: Sequence[Sequence[str]], colours: Sequence[Sequence[str]], *, size: float = 8.0) -> None:
    """A table of cells, the first row on top; sets the limits of the axes."""
    rows, columns = len(texts), max(len(row) for row in texts)
    for row, (line, paints) in enumerate(zip(texts, colours, strict=True)):
        for column, (text, paint) in enumerate(zip(line, paints, strict=True)):
            place = (column, rows - 1 - row)
            axes.add_patch(Rectangle(place, 1, 1, facecolor=paint, edgecolor="white", linewidth=1.5))
            axes.text(place[0] + 0.5, place[1] + 0.5, text, ha="center", va="center", fontsize=size, color=INK)
    axes.set(xlim=(0, columns), ylim=(0, rows))
    axes.axis("off")


def heat(axes: Axes, values: np.ndarray, title: str, *, cmap: str = "magma") -> None:
    """A matrix as colours, its first row at the bottom."""
    axes.imshow(values, origin="lower", aspect="auto", cmap=cmap, interpolation="nearest")
    axes.set_title(title)
    axes.tick_params(labelsize=7)


def shown(symbol: str) -> str:
    """A symbol as it can be seen in a picture."""
    return {" ": "␣", "$": r"\$"}.get(symbol, symbol)
