"""Recurrent layers as nodes: a whole sequence by ONNX's own operator, one frame as products."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from torch import nn

from glowvox.export.folds import Affine, Doubles, dense, doubles
from glowvox.export.graph import Graph
from glowvox.nn.instance_norm import MaskedInstanceNorm
from glowvox.nn.recurrent import BidirectionalLSTM
from glowvox.nn.recurrent_encoder import RecurrentEncoder

_OURS = (0, 1, 3, 2)  # gates in, forget, out, candidate: the first three pass the same function
_ONNX = (0, 3, 1, 2)  # gates in, out, forget, candidate


class Cell(NamedTuple):
    """One layer of an LSTM, columns in the order of `_OURS`."""

    given: Doubles  # (I, 4H)
    kept: Doubles  # (H, 4H)
    bias: Doubles  # (4H,)


def cells(lstm: nn.LSTM) -> list[Cell]:
    """The layers of an LSTM, its two biases as one."""
    found = []
    for layer in lstm.all_weights:
        given, kept, first, second = (_ordered(doubles(weight), _OURS) for weight in layer)
        found.append(Cell(given.T, kept.T, first + second))
    return found


def update(graph: Graph, gates: str, cell: str, hidden: int) -> tuple[str, str]:
    """The state behind a frame.

    gates    (1, 4H)  what the layer's products add up to
    cell     (1, H)
    returns  (1, H), (1, H)  output and cell
    """
    sizes = graph.integers(3 * hidden, hidden)
    outer, inner = graph.nodes("Split", [gates, sizes], 2, {"axis": 1})
    doors = graph.nodes("Split", [graph.node("Sigmoid", [outer])], 3, {"axis": 1, "num_outputs": 3})
    fresh = graph.node("Mul", [doors[0], graph.node("Tanh", [inner])])
    kept = graph.node("Add", [graph.node("Mul", [doors[1], cell]), fresh])
    return graph.node("Mul", [doors[2], graph.node("Tanh", [kept])]), kept


def recurrent_encoder(graph: Graph, encoder: RecurrentEncoder, x: str) -> str:
    """Convolutions with instance normalisation, then an LSTM from both ends.

    x        (N, C)  whose length the graph follows
    returns  (N, W)
    """
    for convolution, norm in zip(encoder.convolutions, encoder.norms, strict=True):
        assert isinstance(convolution, nn.Conv1d)
        assert isinstance(norm, MaskedInstanceNorm)
        found = dense(convolution)
        x = _normalised(graph, norm, graph.convolve(x, found.weight, found.bias))
    return _from_both_ends(graph, encoder.lstm, x)


def _normalised(graph: Graph, norm: MaskedInstanceNorm, x: str) -> str:
    """Instance normalisation over the sequence, then what is positive of it."""
    image = graph.node("Unsqueeze", [graph.node("Transpose", [x], {"perm": [1, 0]}), graph.integers(0)])
    values = [graph.single(doubles(norm.scale)), graph.single(doubles(norm.shift))]
    out = graph.node("InstanceNormalization", [image, *values], {"epsilon": norm.epsilon})
    return graph.node(
        "Relu", [graph.node("Transpose", [graph.node("Squeeze", [out, graph.integers(0)])], {"perm": [1, 0]})]
    )


def _from_both_ends(graph: Graph, lstm: BidirectionalLSTM, x: str) -> str:
    directions = [layer.all_weights[0] for layer in (lstm.onward, lstm.backward_in_time)]
    given, kept, first, second = (
        np.stack([_ordered(doubles(weights[place]), _ONNX) for weights in directions]) for place in range(4)
    )
    inputs = [
        graph.node("Unsqueeze", [x, graph.integers(1)]),
        graph.weight(given),
        graph.weight(kept),
        graph.single(np.concatenate([first, second], axis=1)),
    ]
    hidden = lstm.onward.hidden_size
    out = graph.node("LSTM", inputs, {"direction": "bidirectional", "hidden_size": hidden})  # (N, 2, 1, H)
    return graph.node("Reshape", [out, graph.integers(-1, 2 * hidden)])


def _ordered(weight: Doubles, order: tuple[int, ...]) -> Doubles:
    """Rows of torch's gates (in, forget, candidate, out) in another order."""
    parts = np.split(weight, 4)
    return np.concatenate([parts[place] for place in order])


def tower(layers: nn.ModuleList) -> list[Affine]:
    """Dense layers as matrices (I, O)."""
    found = []
    for layer in layers:
        assert isinstance(layer, nn.Linear)
        affine = dense(layer)
        found.append(Affine(affine.weight.T, affine.bias))
    return found
