"""docs/figures/lengths-and-masks.png: three clips in one batch, their masks, and an odd frame under the squeeze."""

from __future__ import annotations

import numpy as np
import torch
from matplotlib import pyplot
from matplotlib.axes import Axes
from sketch import BLUE, GREEN, INK, ORANGE, PALE, cells, save, shown

from glowvox.flows.squeeze import squeeze
from glowvox.nn.masks import length_mask
from glowvox.text.symbols import ARPABET

CLIPS = (("^", "K", "AE1", "T", "$"), ("^", "AH0", " ", "M", "AE1", "T", "$"), ("^", "AY1", "$"))
FRAMES = (9, 12, 6)


def draw_masks() -> None:
    """Tokens and frames of three clips, padded, and what counts."""
    figure, grid = pyplot.subplots(3, 2, figsize=(9.6, 5.6), layout="constrained", height_ratios=(1.1, 1, 1.5))
    lengths = torch.tensor([len(clip) for clip in CLIPS])
    width = int(lengths.max())
    ids = torch.zeros(3, width, dtype=torch.int64)
    for row, clip in enumerate(CLIPS):
        ids[row, : len(clip)] = torch.tensor(ARPABET.encode(clip))
    _tokens(grid[0, 0], ids)
    _mask(grid[1, 0], length_mask(lengths, width), f"token mask (B, 1, N) = length_mask({lengths.tolist()}, {width})")
    _attention(grid[2, 0], length_mask(lengths, width)[0, 0])
    frames = torch.tensor(FRAMES)
    size = int(frames.max())
    inside = length_mask(frames, size)
    _frames(grid[0, 1], inside)
    _mask(grid[1, 1], inside, f"frame mask (B, 1, T) = length_mask({frames.tolist()}, {size})")
    _squeezed(grid[2, 1], inside)
    save(figure, "lengths-and-masks.png")
    pyplot.close(figure)


def _tokens(axes: Axes, ids: torch.Tensor) -> None:
    texts = [[f"{shown(ARPABET.names[i])}\n{i}" for i in row] for row in ids.tolist()]
    cells(axes, texts, [[BLUE + "44" if i else PALE for i in row] for row in ids.tolist()], size=7.5)
    axes.set_title("tokens (B, N): symbols and their ids; padding is id 0")


def _mask(axes: Axes, mask: torch.Tensor, title: str) -> None:
    rows = mask[:, 0].int().tolist()
    cells(axes, [[str(v) for v in row] for row in rows], [[GREEN + "44" if v else PALE for v in row] for row in rows])
    axes.set_title(title)


def _frames(axes: Axes, inside: torch.Tensor) -> None:
    rng = np.random.default_rng(0)
    bands = 10
    sheet = np.full((3 * (bands + 2) - 2, inside.shape[2]), np.nan)
    for row in range(3):
        values = np.cumsum(rng.standard_normal((bands, inside.shape[2])), axis=0)
        low = (2 - row) * (bands + 2)
        sheet[low : low + bands] = np.where(inside[row].numpy() > 0, values, np.nan)
    axes.set_facecolor(PALE)
    axes.imshow(sheet, origin="lower", aspect="auto", cmap="magma", interpolation="nearest")
    for row in range(2):
        axes.axhspan((bands + 2) * (row + 1) - 2.5, (bands + 2) * (row + 1) - 0.5, color="white")
    axes.set(xticks=[], yticks=[])
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_title(f"mel (B, M, T): {', '.join(map(str, FRAMES))} frames; padding is 0")


def _attention(axes: Axes, mask: torch.Tensor) -> None:
    pair = mask[:, None] * mask[None, :]
    size = len(pair)
    axes.imshow(pair, cmap=_two_colours(), vmin=0, vmax=1, aspect="equal", interpolation="nearest")
    axes.set_xticks(np.arange(size + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(size + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="both", length=0, labelsize=7)
    labels = [*(shown(name) for name in CLIPS[0]), *["pad"] * (size - len(CLIPS[0]))]
    axes.set_xticks(range(size), labels)
    axes.set_yticks(range(size), labels)
    axes.set(xlabel="is looked at", ylabel="looks")
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_title("clip 1, what attention sees")


def _squeezed(axes: Axes, inside: torch.Tensor) -> None:
    numbers = torch.arange(1, inside.shape[2] + 1, dtype=torch.float32).expand(3, 1, -1)
    columns, mask = squeeze(numbers * inside, inside, 2)
    texts, paints = [], []
    for row in range(3):
        pairs = columns[row].int().T.tolist()
        kept = mask[row, 0].int().tolist()
        frames = FRAMES[row]
        texts.append(
            [
                f"{a},{b}" if k else (f"{frames} left out" if 2 * c < frames else "–")
                for c, ((a, b), k) in enumerate(zip(pairs, kept, strict=True))
            ]
        )
        paints.append([GREEN + "44" if k else (ORANGE + "55" if 2 * c < frames else PALE) for c, k in enumerate(kept)])
    cells(axes, texts, paints)
    axes.set_title("after the squeeze (B, 2M, T/2): a column counts only if both frames do", color=INK)


def _two_colours() -> object:
    from matplotlib.colors import ListedColormap

    return ListedColormap([PALE, GREEN + "66"])
