"""docs/figures/data-flow.png: one made-up recording on its way into the model, drawn from what each stage gave."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch
from matplotlib import pyplot
from matplotlib.figure import Figure
from sketch import BLUE, GREY, INK, PALE, heat, save

from glowvox.audio.mel import log_mel
from glowvox.audio.wave import Audio, write_wav
from glowvox.data.batch import Batch, collate
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.prepared import Clip
from glowvox.data.sound import Clean, clean
from glowvox.flows.squeeze import squeeze
from glowvox.nn.masks import length_mask

RATE = 24_000


def recording(seconds: float, seed: int) -> np.ndarray:
    """Something like speech: gliding harmonics with pauses, silence around it."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    phase = np.cumsum(2 * np.pi * (140 + 40 * np.sin(2 * np.pi * 1.3 * time + seed)) / RATE)
    voice = sum(np.sin(k * phase) / k ** (1 + 0.5 * np.sin(3 * time + k)) for k in range(1, 30))
    gate = (np.sin(2 * np.pi * 2.1 * time + 2 * seed) > -0.6) & (time > 0.3) & (time < seconds - 0.3)
    smooth = np.convolve(gate, np.hanning(1200) / np.hanning(1200).sum(), mode="same")
    return (0.1 * voice * smooth + 0.0005 * rng.standard_normal(len(time))).astype(np.float32)


def draw_data_flow() -> None:
    """Recording, trimmed sound, mel, stored mel, batch, squeezed batch."""
    config = PrepareConfig()
    with tempfile.TemporaryDirectory() as folder:
        raw, sound, stored, batch = _stages(Path(folder), config)
    inside = length_mask(batch.frames, batch.mel.shape[2])
    squeezed, _ = squeeze(batch.mel, inside, config.frame_multiple)
    figure = pyplot.figure(figsize=(9.6, 6.4), layout="constrained")
    grid = figure.add_gridspec(3, 12)
    _waves(figure, grid, raw, sound, config)
    top = figure.add_subplot(grid[1, :6])
    heat(top, stored.T, f"3  log_mel (M, T) = {stored.T.shape}")
    turned = figure.add_subplot(grid[1:, 6:8])
    heat(turned, stored, f"4  on disk (T, M)\n= {stored.shape}")
    turned.invert_yaxis()
    together = figure.add_subplot(grid[1, 8:])
    heat(together, _stacked(batch.mel), f"5  batch mel (B, M, T) = {tuple(batch.mel.shape)}")
    folded = figure.add_subplot(grid[2, 8:])
    heat(
        folded,
        _stacked(squeezed),
        f"7  squeezed (B, 2M, T/2) = {tuple(squeezed.shape)}:\n    even frames below, odd ones above",
    )
    _tokens(figure, grid, batch)
    for axes in (together, folded):
        axes.set_yticks([])
    save(figure, "data-flow.png", colours=128)
    pyplot.close(figure)


def _stages(folder: Path, config: PrepareConfig) -> tuple[np.ndarray, Clean, np.ndarray, Batch]:
    clips = []
    first: tuple[np.ndarray, Clean, np.ndarray] | None = None
    for number, seconds in enumerate((1.9, 1.4, 2.3)):
        raw = recording(seconds, number)
        write_wav(folder / f"{number}.wav", Audio(raw, RATE))
        sound = clean(folder / f"{number}.wav", config)
        mel = log_mel(sound.samples, config.mel).T
        stored = np.ascontiguousarray(mel[: len(mel) // config.frame_multiple * config.frame_multiple])
        np.save(folder / f"{number}.npy", stored, allow_pickle=False)
        ids = tuple(range(1, 12 + 3 * number))
        clips.append(Clip(f"clip{number}", 0, ids, (), len(stored), "", folder / f"{number}.npy"))
        first = first or (raw, sound, stored)
    assert first is not None
    batch = collate(clips)
    return *first, Batch(batch.ids, batch.tokens, batch.token_lengths, batch.mel.clone(), batch.frames, batch.speaker)


def _waves(figure: Figure, grid: object, raw: np.ndarray, sound: Clean, config: PrepareConfig) -> None:
    left = figure.add_subplot(grid[0, :6])  # type: ignore[index]
    left.plot(np.arange(len(raw)) / RATE, raw, color=GREY, linewidth=0.4)
    left.set_title(f"1  recording: ({len(raw):,},) samples at {RATE:,} Hz")
    right = figure.add_subplot(grid[0, 6:])  # type: ignore[index]
    rate = config.mel.sample_rate
    seconds = (sound.start + np.arange(len(sound.samples))) / rate
    right.plot(seconds, sound.samples, color=BLUE, linewidth=0.4)
    right.set_xlim(left.get_xlim())
    right.set_title(f"2  clean: mono, {rate:,} Hz, trimmed, levelled: ({len(sound.samples):,},)")
    for axes in (left, right):
        axes.tick_params(labelsize=7)
        axes.set_xlabel("s", fontsize=7)
        axes.spines[["top", "right"]].set_visible(False)


def _tokens(figure: Figure, grid: object, batch: Batch) -> None:
    axes = figure.add_subplot(grid[2, :6])  # type: ignore[index]
    inside = torch.arange(batch.tokens.shape[1])[None, :] < batch.token_lengths[:, None]
    axes.set_facecolor(PALE)
    axes.imshow(np.where(inside, 1.0, np.nan), cmap="Blues", vmin=0, vmax=4, aspect="auto", interpolation="nearest")
    for row, ids in enumerate(batch.tokens.tolist()):
        for column, token in enumerate(ids):
            axes.text(column, row, str(token), ha="center", va="center", fontsize=7, color=INK if token else GREY)
    axes.set_xticks(np.arange(batch.tokens.shape[1] + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(4) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=2)
    axes.tick_params(which="both", length=0)
    axes.set(xticks=[], yticks=[])
    axes.set_title(
        f"6  batch tokens (B, N) = {tuple(batch.tokens.shape)}; token_lengths (B,) = {batch.token_lengths.tolist()}"
    )


def _stacked(x: torch.Tensor) -> np.ndarray:
    """(B, C, T) as one picture, the first item on top, thin white lines between."""
    rows = []
    for item in reversed(x.numpy()):
        rows += [np.where(np.abs(item).sum(axis=0, keepdims=True) > 0, item, np.nan), np.full((6, x.shape[2]), np.nan)]
    return np.concatenate(rows[:-1])
