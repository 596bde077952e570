"""Our vocoder's network as a graph: mel → the spectra that the runtime makes sound of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from glowvox.export.folds import Affine, dense, doubles, pointwise
from glowvox.export.graph import Graph, Precision, Span
from glowvox.models.convnext import ConvNeXtBlock
from glowvox.models.istft_vocoder import HIGHEST_HZ, LOUDEST, LOWEST_HZ, MIDDLE_HZ, IstftVocoder

_CONTRIBUTED = "com.microsoft"
Spans = Mapping[str, Span]
SLACK = 1.05  # times the largest value met when ranges were measured


def vocoder_graph(vocoder: IstftVocoder, *, precision: Precision, spans: Spans | None = None) -> bytes:
    """The network of one phrase at a time; T frames, a multiple of those taken together.

    spans    what the inputs of the products range over, from `measure`; needed for eight bits: a scale that hung on
             the piece at hand would make a frame sound differently in another piece
    inputs   mel (T, M)
    outputs  real, imaginary (T, F) of the filter, or of the spectrum itself in a plain head; with a harmonic source
             noise (T, F), its gain, f0 (T,) Hz and voicing (T,), above 0 where voiced
    """
    graph = Graph("vocoder", precision=precision)
    bands, stack = vocoder.mel.bands, vocoder.config.stack
    ranges = spans or {}
    x = graph.input("mel", ["T", bands])
    if stack > 1:
        x = graph.node("Reshape", [x, graph.integers(-1, stack * bands)])
    graph.follow(x)
    network = vocoder.network
    start = dense(network.start)
    x = graph.exact_convolve(x, start.weight, start.bias)  # eight bits of the mel blur the pitch
    x = _norm(graph, network.first_norm, x)
    for number, block in enumerate(network.blocks):
        assert isinstance(block, ConvNeXtBlock)
        x = _block(graph, block, x, ranges.get(f"widen{number}"), ranges.get(f"narrow{number}"))
    _head(graph, vocoder, _norm(graph, network.last_norm, x), ranges.get("head"))
    return graph.finish()


def measure(vocoder: IstftVocoder, mels: list[torch.Tensor]) -> dict[str, Span]:
    """What the inputs of the network's products range over on some mels, with a little to spare.

    mels  (M, T) each
    """
    layers: dict[str, nn.Module] = {"head": vocoder.head}
    for number, block in enumerate(vocoder.network.blocks):
        assert isinstance(block, ConvNeXtBlock)
        layers |= {f"widen{number}": block.widen, f"narrow{number}": block.narrow}
    meters = {name: _Meter() for name in layers}
    hooks = [layer.register_forward_pre_hook(meters[name]) for name, layer in layers.items()]
    try:
        with torch.no_grad():
            for mel in mels:
                vocoder.spectra(mel[None])
    finally:
        for hook in hooks:
            hook.remove()
    return {name: (meter.lowest * SLACK, meter.highest * SLACK) for name, meter in meters.items()}


@dataclass
class _Meter:
    """Remembers the range of what a layer is given; 0 is always inside."""

    lowest: float = 0.0
    highest: float = 0.0

    def __call__(self, layer: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        self.lowest = min(self.lowest, float(inputs[0].min()))
        self.highest = max(self.highest, float(inputs[0].max()))


def _norm(graph: Graph, norm: nn.LayerNorm, x: str) -> str:
    values = [graph.single(doubles(norm.weight)), graph.single(doubles(norm.bias))]
    return graph.node("LayerNormalization", [x, *values], {"axis": -1, "epsilon": norm.eps})


def _block(graph: Graph, block: ConvNeXtBlock, x: str, widened: Span | None, narrowed: Span | None) -> str:
    depthwise = dense(block.depthwise)
    mixed = _norm(graph, block.norm, graph.depthwise(x, depthwise.weight[:, 0], depthwise.bias))
    widen, narrow = pointwise(block.widen), pointwise(block.narrow)
    hidden = graph.linear(mixed, widen.weight, widen.bias, span=widened)
    hidden = graph.node("Gelu", [hidden], domain=_CONTRIBUTED)
    scale = doubles(block.scale)
    return graph.node("Add", [x, graph.linear(hidden, narrow.weight * scale, narrow.bias * scale, span=narrowed)])


def _head(graph: Graph, vocoder: IstftVocoder, x: str, span: Span | None) -> None:
    bins, stack = vocoder.bins, vocoder.config.stack
    whole = pointwise(vocoder.head)
    width = len(whole.bias) // stack
    spectra = _columns(whole, stack, range(3 * bins if vocoder.harmonic else 2 * bins), width)
    out = graph.linear(x, spectra.weight, spectra.bias, span=span)
    out = _by_frame(graph, out, len(spectra.bias) // stack, stack)
    count = 3 if vocoder.harmonic else 2
    parts = graph.nodes("Split", [out], count, {"axis": 1, "num_outputs": count})
    angle = parts[1]
    if vocoder.harmonic:
        angle = graph.node("Mul", [graph.node("Tanh", [angle]), graph.single(np.array(math.pi))])
    gain = _gain(graph, parts[0])
    for name, function in (("real", "Cos"), ("imaginary", "Sin")):
        graph.output(graph.node("Mul", [gain, graph.node(function, [angle])]), name, ["T", bins])
    if vocoder.harmonic:
        graph.output(_gain(graph, parts[2]), "noise", ["T", bins])
        _pitch(graph, _columns(whole, stack, range(width - 2, width), width), x, stack)


def _pitch(graph: Graph, layer: Affine, x: str, stack: int) -> None:
    """Pitch and voicing, never in eight bits: an error of pitch adds up in the phase."""
    bias = layer.bias + np.tile([math.log(MIDDLE_HZ), 0.0], stack)
    both = _by_frame(graph, graph.exact_linear(x, layer.weight, bias), 2, stack)
    log_f0, voicing = graph.nodes("Split", [both], 2, {"axis": 1, "num_outputs": 2})
    limits = [graph.single(np.array(math.log(limit))) for limit in (LOWEST_HZ, HIGHEST_HZ)]
    f0 = graph.node("Exp", [graph.node("Clip", [log_f0, *limits])])
    for value, name in ((f0, "f0"), (voicing, "voicing")):
        graph.output(graph.node("Reshape", [value, graph.integers(-1)]), name, ["T"])


def _gain(graph: Graph, log_gain: str) -> str:
    return graph.node("Exp", [graph.node("Min", [log_gain, graph.single(np.array(LOUDEST))])])


def _columns(layer: Affine, stack: int, wanted: range, width: int) -> Affine:
    """Some of the head's columns, for each of the frames taken together."""
    places = np.concatenate([np.arange(wanted.start, wanted.stop) + frame * width for frame in range(stack)])
    return Affine(layer.weight[:, places], layer.bias[places])


def _by_frame(graph: Graph, x: str, width: int, stack: int) -> str:
    return x if stack == 1 else graph.node("Reshape", [x, graph.integers(-1, width)])
