"""Draw the pictures of docs/voice.md: mels, alignment and pitch of held-out sentences, and the curves of training.

    python scripts/draw_voice.py PREPARED --voice WEIGHTS --vocoder WEIGHTS --run RUN --vocoder-runs RUN RUN

PREPARED is the folder that `glowvox data prepare --sound` made of the voice's corpora, from whose test and val lists
the sentences are; WEIGHTS are files of `weights/` or run folders. Where the training went on in another run, name all
of them in order: their steps are put end to end. Everything is said once, at seed 0 and the voice's own variation.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from glowvox.audio.mel import MelConfig, log_mel
from glowvox.audio.pitch import pitch
from glowvox.data.prepared import Clip, Prepared
from glowvox.train.metrics import Metrics, Series
from glowvox.train.pictures import label_hertz, label_symbols, new_figure, save_figure
from glowvox.train.run import Run, VocoderRun
from glowvox.train.samples import hear
from glowvox.train.speaker import Speaker, Spoken
from glowvox.train.vocoders import Vocoder

OUT = Path(__file__).parent.parent / "docs" / "figures" / "voice"
REAL, OURS, COPY = "#4477aa", "#cc6633", "#3a8f5c"
QUIETEST = -11.5  # of the mel's logarithm, where the pictures turn black
UNLIKELY = -80.0  # nats below the likeliest symbol of a frame, likewise
LOWEST_TICK = 500  # Hz
TRAINING = {"color": REAL, "linewidth": 0.8, "alpha": 0.6}
HELD = {"color": OURS, "marker": "o", "markersize": 3}


def main() -> None:
    """Draw all of them."""
    options = _options()
    OUT.mkdir(parents=True, exist_ok=True)
    prepared = Prepared.load(options.prepared)
    clips = {clip.id: clip for split in ("test", "val") for clip in prepared.clips(split)}
    vocoder = Vocoder.load(options.vocoder)
    speaker = Speaker.load(options.voice, vocoder=vocoder)
    sentence, question = clips[options.sentence], clips[options.question]
    draw_mels(speaker, vocoder, sentence)
    draw_alignment(speaker, sentence)
    draw_question(speaker, vocoder, question)
    if options.run or options.vocoder_runs:
        acoustic = [Metrics(Run.load(place).read_metrics()) for place in options.run]
        sound = [Metrics(VocoderRun.load_vocoder(place).read_metrics()) for place in options.vocoder_runs]
        draw_curves(acoustic, sound)
    for path in sorted(OUT.glob("*.png")):
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def draw_mels(speaker: Speaker, vocoder: Vocoder, clip: Clip) -> None:
    """A recording, what the model makes of its text, and what the vocoder makes of that, one above the other."""
    said = _said(speaker, clip)
    mel = np.concatenate([item.mel for item in said], axis=1)
    panels = {
        "recording": np.asarray(clip.mel()).T,
        "the voice: mel of the acoustic model": mel,
        "the voice: its sound, analysed again": log_mel(vocoder(mel), vocoder.mel),
    }
    longest = max(panel.shape[1] for panel in panels.values()) * speaker.mel.hop / speaker.mel.sample_rate
    figure = new_figure(width=6.4, height=5.4, title=f"{clip.id}: {clip.text}")
    for axes, (name, panel) in zip(figure.subplots(3, 1, sharex=True), panels.items(), strict=True):
        _mel(axes, panel, speaker.mel, name)
        axes.set_xlim(0, longest)
    axes.set_xlabel("time (s)")
    save_figure(figure, OUT / "mels.png", colours=24)


def draw_alignment(speaker: Speaker, clip: Clip) -> None:
    """Which frames of the recording each symbol gets, and how long the model would have made it."""
    heard = hear(speaker, clip)
    found, config = heard.alignment, speaker.mel
    frame_s = config.hop / config.sample_rate
    count, frames = found.likelihood.shape
    height = 2.2 + 0.105 * count
    figure = new_figure(width=7.2, height=height, title=f"{clip.id}: {clip.text}")
    grid = figure.add_gridspec(2, 2, width_ratios=(4, 1), height_ratios=(1.3, height - 1.6))
    top = figure.add_subplot(grid[0, 0])
    _mel(top, heard.real, config, "recording, cut where one symbol ends")
    ends = found.durations.cumsum() * frame_s
    top.vlines(ends, *top.get_ylim(), colors="white", linewidth=0.5)
    top.tick_params(labelbottom=False)
    main = figure.add_subplot(grid[1, 0], sharex=top)
    relative = np.maximum(found.likelihood - found.likelihood.max(axis=0, keepdims=True), UNLIKELY)
    how = {"origin": "lower", "aspect": "auto", "interpolation": "nearest", "cmap": "gray"}
    main.imshow(relative, **how, extent=(0, frames * frame_s, -0.5, count - 0.5))
    main.step([0, *ends], [*range(count), count - 1], where="post", color=OURS, linewidth=1.6)
    main.set_title("likelihood of each frame under each symbol, and the path found", fontsize=8, loc="left")
    main.set_xlabel("time (s)")
    label_symbols(main, found.symbols)
    bars = figure.add_subplot(grid[1, 1], sharey=main)
    bars.barh(range(count), 1000 * frame_s * found.durations, color=REAL, alpha=0.6, label="recording")
    bars.plot(1000 * frame_s * found.predicted, range(count), ".", color=OURS, markersize=4, label="predicted")
    bars.set_xlabel("duration (ms)")
    bars.tick_params(labelleft=False)
    bars.legend(fontsize=7, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    save_figure(figure, OUT / "alignment.png", colours=32)


def draw_question(speaker: Speaker, vocoder: Vocoder, clip: Clip) -> None:
    """Pitch of a recorded question, of its copy through the vocoder, and of the voice, each over its own time."""
    mel = np.concatenate([item.mel for item in _said(speaker, clip)], axis=1)
    samples = np.asarray(clip.wave(), np.float32) / 32767
    tracks = {
        "recording": (samples, REAL),
        "its copy through the vocoder": (vocoder(np.ascontiguousarray(np.asarray(clip.mel()).T)), COPY),
        "the voice": (vocoder(mel), OURS),
    }
    figure = new_figure(width=7.8, height=3.4, title=f"{clip.id}: {clip.text}")
    axes = figure.subplots()
    for name, (sound, colour) in tracks.items():
        track = pitch(sound, speaker.mel.sample_rate, hop=speaker.mel.hop, padding=speaker.mel.padding)
        seconds = np.arange(len(track.f0)) * speaker.mel.hop / speaker.mel.sample_rate
        spread = float(np.std(12 * np.log2(track.f0[track.voiced]))) if track.voiced.any() else 0.0
        curve = np.where(track.voiced, track.f0, np.nan)
        axes.plot(
            seconds,
            curve,
            ".-",
            color=colour,
            markersize=3,
            linewidth=1,
            label=f"{name}: SD {spread:.1f} semitones",
        )
    axes.set(xlabel="time (s)", ylabel="F0 (Hz)", yscale="log")
    low, high = (round(bound, -1) for bound in axes.get_ylim())
    ticks = [tick for tick in (60, 80, 100, 125, 150, 200, 250, 300, 400, 500) if low <= tick <= high]
    axes.set_yticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    figure.legend(*axes.get_legend_handles_labels(), fontsize=8, loc="outside lower center", ncols=3)
    save_figure(figure, OUT / "question.png", colours=64)


def draw_curves(acoustic: Sequence[Metrics], sound: Sequence[Metrics]) -> None:
    """Likelihood and durations of the acoustic model, spectral distance and pitch of the vocoder."""
    figure = new_figure(width=7.6, height=5.4, title="Training, a point a window of steps; held-out clips in orange")
    grid = figure.subplots(2, 2)
    _curve(grid[0, 0], acoustic, "nll", "acoustic model: likelihood loss (nats a value)")
    _curve(grid[0, 1], acoustic, "duration", "acoustic model: durations, squared error of logarithms")
    _curve(grid[1, 0], sound, "spectral", "vocoder: spectral distance")
    _curve(grid[1, 1], sound, "pitch_wrong", "vocoder: voiced frames over 50 cents off, share")
    save_figure(figure, OUT / "curves.png", colours=64)


def _curve(axes: Axes, runs: Sequence[Metrics], name: str, title: str) -> None:
    """One measure of runs that went on from each other; dashed where one ends."""
    begun = 0
    values: list[float] = []
    for metrics in runs:
        for series, style in ((metrics.series(name), TRAINING), (metrics.series(f"val_{name}"), HELD)):
            if len(series):
                axes.plot(np.array(series.steps) + begun, series.values, **style)
                values += _later(series)
        begun += metrics.step
        if metrics is not runs[-1]:
            axes.axvline(begun, color="#888888", linestyle="--", linewidth=0.8)
    if values:
        margin = 0.05 * (max(values) - min(values)) or 0.1
        axes.set_ylim(min(values) - margin, max(values) + margin)
    axes.set_title(title, fontsize=8, loc="left")
    axes.set_xlabel("steps", fontsize=8)
    axes.tick_params(labelsize=7)
    axes.grid(alpha=0.3)


def _later(series: Series) -> list[float]:
    """All values but those of the first twentieth, which would make all others look flat."""
    start = series.steps[0] + 0.05 * (series.steps[-1] - series.steps[0])
    return [value for step, value in zip(series.steps, series.values, strict=True) if step >= start]


def _said(speaker: Speaker, clip: Clip) -> list[Spoken]:
    name = speaker.speakers[clip.speaker] if len(speaker.speakers) > 1 else None
    return [item for item in speaker.speak(clip.text, speaker=name) if item.mel.shape[1]]


def _mel(axes: Axes, mel: npt.NDArray[np.float32], config: MelConfig, title: str) -> None:
    seconds = mel.shape[1] * config.hop / config.sample_rate
    extent = (0, seconds, -0.5, len(mel) - 0.5)
    how = {"origin": "lower", "aspect": "auto", "interpolation": "nearest", "cmap": "magma"}
    axes.imshow(mel, **how, vmin=QUIETEST, vmax=1, extent=extent)
    axes.set_title(title, fontsize=9, loc="left")
    label_hertz(axes, config)
    ticks = [(place, label.get_text()) for place, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)]
    shown = [(place, text) for place, text in ticks if int(text) >= LOWEST_TICK]
    axes.set_yticks([place for place, _ in shown], [text for _, text in shown])
    axes.set_ylabel("Hz")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("--voice", type=Path, required=True)
    parser.add_argument("--vocoder", type=Path, required=True)
    parser.add_argument("--run", type=Path, nargs="*", default=[], help="run folders of the acoustic model")
    parser.add_argument("--vocoder-runs", type=Path, nargs="*", default=[])
    parser.add_argument("--sentence", default="heart_0002", help="id of a held-out clip")
    parser.add_argument("--question", default="heart_1064", help="likewise")
    return parser.parse_args()


if __name__ == "__main__":
    main()
