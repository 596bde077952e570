"""Draw docs/figures/mel.png: python docs/figures/draw_mel.py RECORDING"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib import pyplot
from matplotlib.axes import Axes
from PIL import Image

from glowvox.audio.griffin_lim import griffin_lim
from glowvox.audio.mel import MelConfig, log_mel, mel_filters
from glowvox.audio.pitch import pitch
from glowvox.audio.read import read_audio

OUT = Path(__file__).with_name("mel.png")


def draw_filters(axes: Axes, config: MelConfig) -> None:
    """Every fifth triangle of the filter bank."""
    hertz = np.arange(config.fft_size // 2 + 1) * config.sample_rate / config.fft_size
    for band in range(0, config.bands, 5):
        axes.fill_between(hertz, mel_filters(config)[band], alpha=0.4, linewidth=0)
    axes.set(xlim=(0, config.high), xlabel="Hz", ylabel="weight", title="Filters: every fifth of 80, all of equal area")
    axes.set_ylim(bottom=0)


def draw_mel(axes: Axes, samples: np.ndarray, config: MelConfig, title: str) -> None:
    """A mel spectrogram with the pitch over it."""
    mel = log_mel(samples, config)
    seconds = mel.shape[1] * config.hop / config.sample_rate
    axes.imshow(
        mel, origin="lower", aspect="auto", extent=(0, seconds, 0, config.bands), cmap="magma", vmin=-11, vmax=1
    )
    axes.set(title=title, xlabel="s", ylabel="band")
    track = pitch(samples, config.sample_rate, hop=config.hop)
    times = (np.arange(len(track.f0)) + 0.5) * config.hop / config.sample_rate
    over = axes.twinx()
    over.plot(times[track.voiced], track.f0[track.voiced], ".", color="cyan", markersize=2)
    over.set(ylim=(50, 450), ylabel="F0 (Hz)", xlim=(0, seconds))


def main() -> None:
    """Draw the three panels."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("recording", type=Path)
    config = MelConfig()
    samples = read_audio(arguments.parse_args().recording, config.sample_rate).audio.samples
    matplotlib.use("Agg")
    figure, (top, middle, bottom) = pyplot.subplots(
        3, 1, figsize=(7.2, 6.6), height_ratios=(2, 3, 3), layout="constrained"
    )
    draw_filters(top, config)
    draw_mel(middle, samples, config, "A recording: house mel (natural log) and pitch (dots)")
    copy = griffin_lim(log_mel(samples, config), config)
    draw_mel(bottom, copy, config, "Its copy through this mel and 60 rounds of Griffin-Lim")
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=80)
    Image.open(drawn).convert("RGB").quantize(64).save(OUT, optimize=True)  # 64 colours: a third of the size


if __name__ == "__main__":
    main()
