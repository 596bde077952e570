"""Curves as SVG, written here so that a report needs no library and follows the colours of its page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from glowvox.train.metrics import Metrics, Series

WIDTH, HEIGHT = 460, 250
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 44, 34
POINTS = 400  # drawn of one line
SMOOTH = 9  # values in the window of the drawn-through line

STYLE = """
.curve text{font:11px system-ui,sans-serif;fill:var(--ink,#222)}
.curve .heading{font-weight:600;font-size:13px}
.curve .grid{stroke:var(--grid,#ddd);stroke-width:1}
.curve .mark{stroke:var(--quiet,#777);stroke-width:1;stroke-dasharray:3 3}
.curve .note{fill:var(--quiet,#777);font-size:10px}
.curve .line{fill:none;stroke-width:1.8;stroke-linejoin:round}
.curve .raw{fill:none;stroke-width:.8;opacity:.35}
.curve .train{stroke:var(--train,#4477aa)}
.curve .held{stroke:var(--held,#cc6633)}
.curve circle.held{fill:var(--held,#cc6633)}
.curve text.train{fill:var(--train,#4477aa);stroke:none}
.curve text.held{fill:var(--held,#cc6633);stroke:none}
"""


@dataclass(frozen=True)
class Line:
    """One line of a curve; `kind` is "train" (many noisy values) or "held" (few, each marked)."""

    name: str
    series: Series
    kind: str
    smooth: bool = True


@dataclass(frozen=True)
class Mark:
    """A stage of the run: a dashed line at a step."""

    step: int
    name: str


@dataclass(frozen=True)
class Curve:
    """A picture with steps to the right."""

    title: str
    lines: tuple[Line, ...]
    logarithmic: bool = False


def run_curves(metrics: Metrics, *, diagnostic: bool = False) -> list[Curve]:
    """The curves of a run, those with no values left out.

    diagnostic  whether it validates on the clips it trains on
    """
    held = "the same clips, without dropout" if diagnostic else "held out"
    pairs = [
        Curve(
            f"Likelihood loss (nats a {'sample' if metrics.waveglow else 'mel value'}; may be negative)",
            (Line("training", metrics.series("nll"), "train"), Line(held, metrics.series("val_nll"), "held")),
        ),
        Curve(
            "Duration loss (squared error of log durations)",
            (
                Line("training", metrics.series("duration"), "train"),
                Line(held, metrics.series("val_duration"), "held"),
            ),
        ),
        *_flowtron_curves(metrics, held),
        Curve(
            "Power of the latents (noise has 1)",
            (
                Line("training", metrics.series("latent_power"), "train"),
                Line(held, metrics.series("val_latent_power"), "held"),
            ),
        ),
        Curve(
            "Spectral distance",
            (
                Line("training", metrics.series("spectral"), "train"),
                Line("held out, with its own pitch", metrics.series("val_spectral"), "held"),
            ),
        ),
        Curve(
            "Pitch: share of voiced frames more than 50 cents off",
            (Line(held, metrics.series("val_pitch_wrong"), "held"),),
        ),
        Curve("Voicing: share of frames taken wrongly", (Line(held, metrics.series("val_voicing_wrong"), "held"),)),
        Curve("Alignment: distance from the diagonal", (Line("training", metrics.series("off_diagonal"), "train"),)),
        Curve("Gradient norm", (Line("training", metrics.series("grad_norm"), "train"),), logarithmic=True),
        Curve("Learning rate", (Line("training", metrics.series("lr"), "train", smooth=False),)),
        Curve("Seconds a step", (Line("training", metrics.series("step_seconds"), "train"),)),
    ]
    kept = (Curve(c.title, tuple(line for line in c.lines if len(line.series)), c.logarithmic) for c in pairs)
    return [curve for curve in kept if curve.lines]


def _flowtron_curves(metrics: Metrics, held: str) -> list[Curve]:
    """What only a Flowtron has: held-out values are without the attention prior."""
    return [
        Curve(
            title,
            (
                Line("training", metrics.series(name), "train"),
                Line(f"{held}, without prior", metrics.series(f"val_{name}"), "held"),
            ),
        )
        for name, title in (
            ("alignment", "Alignment loss (nats a token)"),
            ("sharpness", "Attention: weight of the likeliest token"),
            ("stray", "Attention: distance from the diagonal"),
            ("gate", "Gate loss (nats a frame)"),
        )
    ] + [
        Curve(
            "Gate: distance of the end it would choose, share of the frames",
            (Line(held, metrics.series("val_length"), "held"),),
        )
    ]


def svg(curve: Curve, marks: Sequence[Mark] = (), *, x: int = 0, y: int = 0) -> str:
    """One curve as an <svg> element, at (x, y) where it is set into another."""
    frame = _Frame.around(curve)
    parts = [
        f'<svg class="curve" x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'role="img" aria-label="{escape(curve.title)}" xmlns="http://www.w3.org/2000/svg">',
        f'<text class="heading" x="{LEFT - 46}" y="16">{escape(curve.title)}</text>',
        _legend(curve),
        _grid(frame),
        *(_mark(mark, frame, number) for number, mark in enumerate(marks) if mark.step <= frame.right),
        *(_line(line, frame) for line in curve.lines),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part)


def sheet(curves: Sequence[Curve], marks: Sequence[Mark] = (), *, columns: int = 2) -> str:
    """Several curves as one SVG file that stands alone, on white."""
    rows = math.ceil(len(curves) / columns)
    width, height = columns * (WIDTH + 12) + 12, rows * (HEIGHT + 12) + 12
    inside = [
        svg(curve, marks, x=12 + (i % columns) * (WIDTH + 12), y=12 + (i // columns) * (HEIGHT + 12))
        for i, curve in enumerate(curves)
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    return "\n".join(
        [head, f"<style>{STYLE}</style>", '<rect width="100%" height="100%" fill="white"/>', *inside, "</svg>\n"]
    )


@dataclass(frozen=True)
class _Frame:
    """Where steps and values fall in the picture."""

    right: int  # last step
    low: float
    high: float
    logarithmic: bool

    @classmethod
    def around(cls, curve: Curve) -> _Frame:
        values = sorted(value for line in curve.lines for value in line.series.values)
        right = max(line.series.steps[-1] for line in curve.lines)
        if curve.logarithmic:
            positive = [value for value in values if value > 0] or [1.0]
            return cls(
                right,
                10 ** math.floor(math.log10(positive[0])),
                10 ** math.ceil(math.log10(positive[-1] * 1.001)),
                logarithmic=True,
            )
        # the first steps may lie far above all others: let the picture cut them off
        high = values[min(len(values) - 1, int(0.995 * len(values)))]
        room = 0.05 * (high - values[0]) or 0.05 * abs(high) or 1.0
        return cls(right, values[0] - room if values[0] else 0.0, high + room, logarithmic=False)

    def x(self, step: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * step / max(1, self.right)

    def y(self, value: float) -> float:
        low, high = self.low, self.high
        if self.logarithmic:
            value, low, high = math.log10(max(value, low)), math.log10(low), math.log10(high)
        share = (min(max(value, low), high) - low) / (high - low)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    def levels(self) -> list[float]:
        if self.logarithmic:
            first, last = round(math.log10(self.low)), round(math.log10(self.high))
            return [10.0**power for power in range(first, last + 1, max(1, math.ceil((last - first) / 6)))]
        return round_numbers(self.low, self.high, 6)


def round_numbers(low: float, high: float, count: int) -> list[float]:
    """At most about `count` round numbers between two values."""
    raw = (high - low) / count
    power = 10 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * 0.999)
    first = math.ceil(low / step)
    return [round(number * step, 12) for number in range(first, math.floor(high / step) + 1)]


def _legend(curve: Curve) -> str:
    if len(curve.lines) < 2:
        return ""
    return "".join(
        f'<text class="{line.kind}" x="{LEFT + 80 * number}" y="34">{escape(line.name)}</text>'
        for number, line in enumerate(curve.lines)
    )


def _grid(frame: _Frame) -> str:
    parts = []
    for value in frame.levels():
        y = frame.y(value)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text text-anchor="end" x="{LEFT - 6}" y="{y + 4:.1f}">{value:g}</text>')
    for step in round_numbers(0, frame.right, 5):
        parts.append(
            f'<text text-anchor="middle" x="{frame.x(step):.1f}" y="{HEIGHT - BOTTOM + 16}">{step:,.0f}</text>'
        )
    parts.append(f'<text class="note" text-anchor="end" x="{WIDTH - RIGHT}" y="{HEIGHT - 4}">step</text>')
    return "\n".join(parts)


def _mark(mark: Mark, frame: _Frame, number: int) -> str:
    x = frame.x(mark.step)
    at_end = x > WIDTH - 110
    place = f'text-anchor="{"end" if at_end else "start"}" x="{x + (-4 if at_end else 4):.1f}"'
    return (
        f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
        f'<text class="note" {place} y="{TOP + 9 + 11 * number}">{escape(mark.name)}</text>'
    )


def _line(line: Line, frame: _Frame) -> str:
    if line.kind == "held":
        dots = "".join(
            f'<circle class="held" cx="{frame.x(step):.1f}" cy="{frame.y(value):.1f}" r="3">'
            f"<title>step {step}: {value:.4g}</title></circle>"
            for step, value in zip(line.series.steps, line.series.values, strict=True)
        )
        return f'<path class="line held" d="{_path(line.series, frame)}"/>{dots}'
    if not line.smooth:
        return f'<path class="line {line.kind}" d="{_path(line.series, frame)}"/>'
    smooth = line.series.smoothed(SMOOTH)
    return (
        f'<path class="raw {line.kind}" d="{_path(line.series, frame)}"/>'
        f'<path class="line {line.kind}" d="{_path(smooth, frame)}"/>'
    )


def _path(series: Series, frame: _Frame) -> str:
    stride = max(1, math.ceil(len(series) / POINTS))
    chosen = [*range(0, len(series) - 1, stride), len(series) - 1]
    points = (f"{frame.x(series.steps[i]):.1f},{frame.y(series.values[i]):.1f}" for i in chosen)
    return "M" + "L".join(points)
