"""docs/figures/encoder.png: the encoder with the shapes and sizes that the paper's model really has."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from matplotlib import pyplot
from matplotlib.axes import Axes
from sketch import BLUE, GREEN, GREY, INK, ORANGE, PALE, arrow, bare, box, save, shown
from torch import Tensor, nn

from glowvox.models.glow_tts import GlowTTS
from glowvox.models.glow_tts_config import PRESETS
from glowvox.text.symbols import ARPABET

SYMBOLS = ("^", "DH", "AH0", " ", "K", "AE1", "T", "$")


def shapes_of(encoder: nn.Module, tokens: Tensor) -> dict[str, tuple[int, ...]]:
    """The shape that each named part gives for `tokens`."""
    found: dict[str, tuple[int, ...]] = {}

    def note(name: str) -> object:
        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            found[name] = tuple(output.shape)

        return hook

    hooks = [part.register_forward_hook(note(name)) for name, part in encoder.named_children() if name != "layers"]  # type: ignore[arg-type]
    last = encoder.layers[-1]  # type: ignore[index, union-attr]
    hooks.append(last.register_forward_hook(note("layers")))  # type: ignore[union-attr, arg-type]
    encoder(tokens, torch.ones(1, 1, tokens.shape[1]))
    for hook in hooks:
        hook.remove()
    return found


@torch.no_grad()
def draw_encoder() -> None:
    """Boxes with shapes on the left, who hears of whose place on the right."""
    torch.manual_seed(0)
    encoder = GlowTTS(PRESETS["base"], vocabulary=len(ARPABET), bands=80).encoder.eval()
    tokens = torch.tensor([ARPABET.encode(SYMBOLS)])
    shapes = shapes_of(encoder, tokens)
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9.6, 4.9), layout="constrained", width_ratios=(2.3, 1))
    _boxes(left, encoder, shapes, tokens)
    _window(right, PRESETS["base"].encoder.window or 0)
    save(figure, "encoder.png")
    pyplot.close(figure)


def _size(parts: Iterable[Tensor]) -> str:
    return f"{sum(part.numel() for part in parts):,}"


def _boxes(axes: Axes, encoder: nn.Module, shapes: dict[str, tuple[int, ...]], tokens: Tensor) -> None:
    bare(axes, width=12.6, height=8.8)
    parts = dict(encoder.named_children())
    column = (
        ("embedding", "Embedding × √192", BLUE),
        ("prenet", "Prenet: 3 × (conv 5, norm, ReLU, dropout),\n1×1, added to its input", BLUE),
        ("layers", "6 × TransformerLayer: attention, norm,\nconv 3 – ReLU – conv 3, norm", BLUE),
    )
    top = 8.2
    axes.text(
        2.9,
        top + 0.25,
        f"tokens {tuple(tokens.shape)}  {' '.join(shown(s) for s in SYMBOLS)}",
        fontsize=8.5,
        ha="center",
    )
    for name, text, colour in column:
        arrow(axes, (2.9, top + 0.05), (2.9, top - 0.55))
        box(axes, (0.1, top - 1.75), (5.6, 1.2), f"{text}\n{_size(parts[name].parameters())} parameters", colour=colour)
        batch, *rest = shapes[name]
        shape = (batch, *(reversed(rest) if name == "embedding" else rest))
        axes.text(3.05, top - 2.0, f"{shape}", fontsize=8, ha="left", color=INK)
        top -= 2.0
    hidden = (2.9, top)
    arrow(axes, hidden, (2.9, 1.35))
    box(
        axes,
        (0.1, 0.15),
        (5.6, 1.2),
        f"mean: 1×1 convolution\n{_size(parts['mean'].parameters())} parameters",
        colour=GREEN,
    )
    axes.text(5.95, 0.75, f"μ {shapes['mean']}\nlog σ: zeros (mean_only)", fontsize=8, va="center")
    arrow(axes, (5.7, 3.2), (7.0, 4.0), dashed=True)
    axes.text(6.0, 3.05, "detach:\nno gradient\ncomes back", fontsize=7.5, color=ORANGE, va="top")
    box(
        axes,
        (7.0, 3.4),
        (5.4, 1.7),
        "DurationPredictor:\n2 × (conv 3, ReLU, norm, dropout),\n"
        f"1×1, {_size(parts['duration'].parameters())} parameters",
        colour=ORANGE,
    )
    arrow(axes, (9.7, 3.4), (9.7, 2.5))
    axes.text(9.85, 2.2, f"log-durations {shapes['duration']}", fontsize=8, va="center", ha="center")
    box(axes, (7.6, 6.2), (4.2, 0.9), "speaker's row, unit length\n(only with several speakers)", colour=GREY)
    arrow(axes, (9.7, 6.2), (9.7, 5.1), "concatenated")
    axes.set_title("the paper's encoder, one text of 8 tokens: (B, C, N)")


def _window(axes: Axes, window: int) -> None:
    size = 14
    place = torch.arange(size)
    distance = (place[None, :] - place[:, None]).float()
    distance[distance.abs() > window] = float("nan")
    axes.set_facecolor(PALE)
    axes.imshow(distance, cmap="coolwarm", interpolation="nearest", vmin=-window - 1, vmax=window + 1)
    for i in range(size):
        for j in range(size):
            if abs(j - i) <= window:
                axes.text(j, i, f"{j - i:+d}" if j != i else "0", ha="center", va="center", fontsize=5.5)
    axes.set(xticks=[], yticks=[], xlabel="key: is looked at", ylabel="query: looks")
    axes.set_title(
        f"distances that attention knows:\nup to {window} either way, each with a\nlearned key and value; grey: none"
    )
