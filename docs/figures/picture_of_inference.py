"""docs/figures/inference.png: the tensors of the five steps, from a trained voice or from the example."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from example_voice import Example
from matplotlib import pyplot
from matplotlib.axes import Axes
from sketch import BLUE, GREY, ORANGE, heat, save, shown

from glowvox.models.glow_tts import GlowTTS
from glowvox.nn.masks import expand, length_mask, token_of_frame
from glowvox.text.frontend import token_names
from glowvox.train.speaker import Speaker

VARIATION = 0.667  # enough to see the noise in the picture

TEXT = "The tide turned at noon."


class Steps(NamedTuple):
    """What inference goes through for one text."""

    symbols: tuple[str, ...]
    mean: np.ndarray  # (M, N)
    predicted: np.ndarray  # (N,)   frames, before rounding
    durations: np.ndarray  # (N,)   whole frames
    stretched: np.ndarray  # (M, T)
    latent: np.ndarray  # (M, T)
    mel: np.ndarray  # (M, T)


@torch.no_grad()
def five_steps(model: GlowTTS, symbols: tuple[str, ...], ids: list[int]) -> Steps:
    """Speak one text as the model's first speaker."""
    tokens, lengths = torch.tensor([ids]), torch.tensor([len(ids)])
    who = torch.tensor([0]) if model.speaker_table is not None else None
    cond = model.condition(who, 1)
    encoded = model.encoder(tokens, length_mask(lengths, len(ids)), cond)
    speech = model.generate(tokens, lengths, speaker=who, variation=VARIATION)
    index = token_of_frame(speech.durations, speech.mel.shape[2])
    # what went into the inverse flow is what the flow gives back
    latent, _ = model.decoder(speech.mel, length_mask(speech.frames, speech.mel.shape[2]), cond)
    return Steps(
        symbols,
        encoded.mean[0].numpy(),
        encoded.log_duration[0].exp().numpy(),
        speech.durations[0].numpy(),
        expand(encoded.mean, index)[0].numpy(),
        latent[0].numpy(),
        speech.mel[0].numpy(),
    )


def draw_inference(voice: Path | None, example: Callable[[], Example]) -> None:
    """The five steps of one sentence."""
    if voice is None:
        toy = example()
        steps = five_steps(toy.model, toy.symbols, toy.clip.tokens[0].tolist())
        title = "the example voice of docs/figures/example_voice.py"
    else:
        speaker = Speaker.load(voice)
        symbols = tuple(token_names(speaker.front_end(TEXT), framed=speaker.front_end.framed))
        steps = five_steps(speaker.model, symbols, speaker.symbols.encode(symbols))
        title = f"“{TEXT}”"
    figure = pyplot.figure(figsize=(9.6, 6.6), layout="constrained")
    figure.suptitle(title, fontsize=9, x=0.01, ha="left")
    grid = figure.add_gridspec(3, 2, width_ratios=(1, 1.5))
    count, frames = len(steps.symbols), len(steps.latent[0])
    _tokens_as_columns(figure.add_subplot(grid[0:2, 0]), steps)
    _durations(figure.add_subplot(grid[2, 0]), steps)
    for row, (values, name) in enumerate(
        (
            (steps.stretched, f"3  stretched: each column repeated (M, {frames})"),
            (steps.latent, f"4  latent z = μ + σ · {VARIATION} · noise (M, {frames})"),
            (steps.mel, f"5  the inverse flow makes it a mel (M, {frames})"),
        )
    ):
        axes = figure.add_subplot(grid[row, 1])
        heat(axes, values, name, cmap="magma" if row == 2 else "viridis")
        _borders(axes, steps, named=row == 2, count=count)
    save(figure, "inference.png")
    pyplot.close(figure)


def _tokens_as_columns(axes: Axes, steps: Steps) -> None:
    heat(axes, steps.mean, f"1  encoder: prior mean μ (M, {len(steps.symbols)})", cmap="viridis")
    axes.set_xticks(range(len(steps.symbols)), [shown(s) for s in steps.symbols], rotation=90, fontsize=7)
    axes.set_ylabel("latent channel")


def _durations(axes: Axes, steps: Steps) -> None:
    places = np.arange(len(steps.symbols))
    axes.bar(places, steps.durations, color=BLUE + "66", label="rounded up")
    axes.plot(places, steps.predicted, ".", color=ORANGE, markersize=5, label="exp(log-duration)")
    axes.set_xticks(places, [shown(s) for s in steps.symbols], rotation=90, fontsize=7)
    axes.set_title("2  frames of each token (N,)")
    axes.tick_params(axis="y", labelsize=7)
    axes.set_ylim(top=1.25 * float(steps.durations.max()))
    axes.legend(fontsize=7, ncols=2, loc="upper left", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)


def _borders(axes: Axes, steps: Steps, *, named: bool, count: int) -> None:
    ends = steps.durations.cumsum() - 0.5
    axes.vlines(ends[:-1], -0.5, len(steps.mel) - 0.5, colors="white", linewidth=0.5)
    axes.set_xticks([])
    if named:
        middles = ends - steps.durations / 2
        axes.set_xticks(middles, [shown(s) for s in steps.symbols], rotation=90, fontsize=6.5, color=GREY)
        axes.set_xlim(-0.5, ends[count - 1])
