"""Our vocoder's network as a graph: mel → the spectra that the runtime makes sound of."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from glowvox.audio.mel import natural
from glowvox.export.convnext_layers import Spans, network_nodes, products
from glowvox.export.folds import pointwise
from glowvox.export.graph import Graph, Precision, Span
from glowvox.models.istft_vocoder import (
    FURTHEST,
    HIGHEST_HZ,
    LOUDEST,
    LOWEST_HZ,
    MIDDLE_HZ,
    MIDDLE_LEVEL,
    SPREAD,
    IstftVocoder,
)

SLACK = 1.05  # times the largest value met when ranges were measured


def vocoder_graph(vocoder: IstftVocoder, *, precision: Precision, spans: Spans | None = None) -> bytes:
    """The network of one phrase at a time; T frames, a multiple of those taken together.

    spans    what the inputs of the products range over, from `measure`; needed for eight bits: a scale that hung on
             the piece at hand would make a frame sound differently in another piece
    inputs   mel (T, M)
    outputs  real, imaginary (T·P, F) of the filter, or of the spectrum itself in a plain head, for the P pieces of each
             frame; with a harmonic source noise (T·P, F), its gain, f0 (T,) Hz and voicing (T,), above 0 where voiced
    """
    graph = Graph("vocoder", precision=precision)
    bands, stack = vocoder.mel.bands, vocoder.config.stack
    ranges = spans or {}
    levels = _levels(graph, vocoder, graph.input("mel", ["T", bands]))
    x = graph.node("Reshape", [levels, graph.integers(-1, stack * bands)]) if stack > 1 else levels
    graph.follow(x)
    _spectra(graph, vocoder, network_nodes(graph, vocoder.network, x, ranges, name="sound"), levels, ranges)
    if vocoder.harmonic:
        _pitch(graph, vocoder, network_nodes(graph, vocoder.pitch_network, x, ranges, name="pitch"))
    return graph.finish()


def measure(vocoder: IstftVocoder, mels: list[torch.Tensor]) -> dict[str, Span]:
    """What the inputs of the network's products range over on some mels, with a little to spare.

    mels  (M, T) each
    """
    # the pitch network's start is not among them: eight bits of the mel blur the pitch
    layers = {"sound.start": vocoder.network.start, "head": vocoder.head}
    layers |= dict(products(vocoder.network, name="sound"))
    if vocoder.harmonic:
        layers |= dict(products(vocoder.pitch_network, name="pitch"))
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


def _levels(graph: Graph, vocoder: IstftVocoder, mel: str) -> str:
    slope, offset = natural(vocoder.mel)
    scaled = graph.node("Mul", [mel, graph.single(np.array(slope / SPREAD))])
    return graph.node("Add", [scaled, graph.single(np.array((offset - MIDDLE_LEVEL) / SPREAD))])


def _spectra(graph: Graph, vocoder: IstftVocoder, x: str, levels: str, spans: Spans) -> None:
    bins, pieces = vocoder.bins, vocoder.config.pieces
    together = vocoder.config.stack * pieces
    count = 3 if vocoder.harmonic else 2
    head = pointwise(vocoder.head)
    parts = []
    for part in range(count):  # apart, which spares a copy of all of them
        rows = np.arange(together * count * bins).reshape(together, count, bins)[:, part].reshape(-1)
        out = graph.linear(x, head.weight[:, rows], head.bias[rows], span=spans.get("head"))
        parts.append(_by_frame(graph, out, bins, together))
    envelope = _line(graph, vocoder.envelope, levels, pieces)
    angle = parts[1]
    if vocoder.harmonic:
        angle = graph.node("Add", [angle, _line(graph, vocoder.envelope_phase, levels, pieces)])
        angle = graph.node("Mul", [graph.node("Tanh", [angle]), graph.single(np.array(FURTHEST))])
    gain = _gain(graph, parts[0], envelope)
    sine = graph.node("Sin", [angle])
    cosine = _cosine(graph, sine) if vocoder.harmonic else graph.node("Cos", [angle])
    for name, value in (("real", cosine), ("imaginary", sine)):
        graph.output(graph.node("Mul", [gain, value]), name, ["T", bins])
    if vocoder.harmonic:
        graph.output(_gain(graph, parts[2], envelope), "noise", ["T", bins])


def _line(graph: Graph, layer: nn.Linear, levels: str, pieces: int) -> str:
    """What a layer says of the mel's levels, for each piece of a frame the same: (T·P, F)."""
    line = pointwise(layer)
    out = graph.exact_linear(levels, line.weight, line.bias)
    return _by_frame(graph, graph.node("Concat", [out] * pieces, {"axis": 1}), layer.out_features, pieces)


def _pitch(graph: Graph, vocoder: IstftVocoder, x: str) -> None:
    """Pitch and voicing; their last product never in eight bits: an error of pitch adds up in the phase."""
    head, stack = pointwise(vocoder.pitch_head), vocoder.config.stack
    bias = head.bias + np.tile([math.log(MIDDLE_HZ), 0.0], stack)
    both = _by_frame(graph, graph.exact_linear(x, head.weight, bias), 2, stack)
    log_f0, voicing = graph.nodes("Split", [both], 2, {"axis": 1, "num_outputs": 2})
    limits = [graph.single(np.array(math.log(limit))) for limit in (LOWEST_HZ, HIGHEST_HZ)]
    f0 = graph.node("Exp", [graph.node("Clip", [log_f0, *limits])])
    for value, name in ((f0, "f0"), (voicing, "voicing")):
        graph.output(graph.node("Reshape", [value, graph.integers(-1)]), name, ["T"])


def _cosine(graph: Graph, sine: str) -> str:
    """Of an angle of at most FURTHEST, whose cosine is above zero: a fifth of the time of the function itself."""
    rest = graph.node("Sub", [graph.single(np.array(1.0)), graph.node("Mul", [sine, sine])])
    return graph.node("Sqrt", [rest])


def _gain(graph: Graph, found: str, envelope: str) -> str:
    log_gain = graph.node("Add", [found, envelope])
    return graph.node("Exp", [graph.node("Min", [log_gain, graph.single(np.array(LOUDEST))])])


def _by_frame(graph: Graph, x: str, width: int, together: int) -> str:
    return x if together == 1 else graph.node("Reshape", [x, graph.integers(-1, width)])
