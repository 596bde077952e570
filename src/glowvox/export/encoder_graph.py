"""The text encoder as a graph: ids → the prior's mean and scale, and log-durations."""

from __future__ import annotations

import math

import numpy as np
from torch import nn

from glowvox.export.convolution_layers import ConvolutionLayers
from glowvox.export.folds import Affine, dense, doubles, pointwise, scaled_embedding
from glowvox.export.graph import Graph, Precision
from glowvox.models.frame_prior import FramePrior
from glowvox.models.text_encoder import DurationPredictor, TextEncoder
from glowvox.nn.attention import RelativeAttention
from glowvox.nn.convolution import ChannelNorm
from glowvox.nn.transformer import FeedForward, Prenet, TransformerLayer


def encoder_graph(
    encoder: TextEncoder, *, speaker_width: int, precision: Precision, frame_prior: FramePrior | None = None
) -> bytes:
    """The encoder of one text at a time; N tokens, G the width of a speaker vector.

    inputs   ids (1, N) int64; speaker (1, G) of unit length, where there are several
    outputs  mean (N, M); log_scale (N, M), where the model has one; log_duration (N,); shared (N, W), what a prior
             that moves within tokens starts from, where there is one
    """
    graph = Graph("encoder", precision=precision)
    ids = graph.input("ids", [1, "N"], kind="int64")
    speaker = graph.input("speaker", [1, speaker_width]) if speaker_width else None
    x = graph.node("Gather", [graph.weight(scaled_embedding(encoder.embedding)), _flat(graph, ids)], {"axis": 0})
    size = graph.follow(x)
    if encoder.prenet is not None:
        x = _prenet(graph, encoder.prenet, x)
    near = _Near(graph, size, encoder)
    convolutions = ConvolutionLayers(graph, size)
    for layer in encoder.layers:
        if isinstance(layer, TransformerLayer):
            x = _transformer_layer(graph, layer, x, near)
        else:
            x = convolutions.layer(layer, x)
    if encoder.postnet is not None:
        x = convolutions.layer(encoder.postnet, x)
    bands = encoder.mean.out_channels
    graph.output(_linear(graph, pointwise(encoder.mean), x), "mean", ["N", bands])
    if encoder.log_scale is not None:
        graph.output(_linear(graph, pointwise(encoder.log_scale), x), "log_scale", ["N", bands])
    if frame_prior is not None:
        graph.output(_shared(graph, frame_prior, x, speaker), "shared", ["N", frame_prior.start.out_channels])
    if speaker is not None:
        rows = graph.node(
            "Concat", [graph.node("Unsqueeze", [size, graph.integers(0)]), graph.integers(1)], {"axis": 0}
        )
        x = graph.node("Concat", [x, graph.node("Expand", [speaker, rows])], {"axis": 1})
    graph.output(_durations(graph, encoder.duration, x), "log_duration", ["N"])
    return graph.finish()


class _Near:
    """The diagonals of the attention matrix that relative positions speak of, worked out once for all layers.

    columns  (1, H, N, 2w+1)  the key of each slot, moved inside where it would lie beyond an end
    exists   (1, H, N, 2w+1)  one where it did not have to be moved
    unseen   (N, N)           to add to the scores: a very low number out of reach
    """

    def __init__(self, graph: Graph, size: str, encoder: TextEncoder) -> None:
        attentions = [layer.attention for layer in encoder.layers if isinstance(layer, TransformerLayer)]
        window = attentions[0].window if attentions else None
        reach = attentions[0].reach if attentions else None
        self.columns = self.exists = self.unseen = ""
        if window is not None:
            offsets = np.arange(-window, window + 1, dtype=np.int64)
            slots = np.broadcast_to(offsets, (1, attentions[0].heads, 1, len(offsets)))
            wanted = graph.node("Add", [graph.positions, graph.constant(slots)])
            last = graph.node("Sub", [size, graph.constant(np.array(1, np.int64))])
            floored = graph.node("Max", [wanted, graph.constant(np.array(0, np.int64))])
            self.columns = graph.node("Min", [floored, last])
            self.exists = graph.node("Cast", [graph.node("Equal", [wanted, self.columns])], {"to": 1})
        if reach is not None:
            row = graph.node("Transpose", [graph.positions])
            distance = graph.node("Abs", [graph.node("Sub", [row, graph.positions])])
            far = graph.node("Greater", [distance, graph.constant(np.array(reach, np.int64))])
            self.unseen = graph.node("Mul", [graph.node("Cast", [far], {"to": 1}), graph.single(np.array(-1e9))])


def _shared(graph: Graph, prior: FramePrior, x: str, speaker: str | None) -> str:
    start = _linear(graph, pointwise(prior.start), x)
    if speaker is None or prior.speaker is None:
        return start
    layer = pointwise(prior.speaker)
    return graph.node("Add", [start, graph.exact_linear(speaker, layer.weight, layer.bias)])


def _flat(graph: Graph, x: str) -> str:
    return graph.node("Reshape", [x, graph.integers(-1)])


def _linear(graph: Graph, layer: Affine, x: str) -> str:
    return graph.linear(x, layer.weight, layer.bias)


def _convolve(graph: Graph, layer: nn.Conv1d, x: str) -> str:
    found = dense(layer)
    return graph.convolve(x, found.weight, found.bias)


def _norm(graph: Graph, norm: ChannelNorm, x: str) -> str:
    values = [graph.single(doubles(norm.scale)), graph.single(doubles(norm.shift))]
    return graph.node("LayerNormalization", [x, *values], {"axis": -1, "epsilon": norm.eps})


def _prenet(graph: Graph, prenet: Prenet, x: str) -> str:
    hidden = x
    for convolution, norm in zip(prenet.convolutions, prenet.norms, strict=True):
        assert isinstance(convolution, nn.Conv1d)
        assert isinstance(norm, ChannelNorm)
        hidden = graph.node("Relu", [_norm(graph, norm, _convolve(graph, convolution, hidden))])
    return graph.node("Add", [x, _linear(graph, pointwise(prenet.projection), hidden)])


def _transformer_layer(graph: Graph, layer: TransformerLayer, x: str, near: _Near) -> str:
    x = _norm(graph, layer.attention_norm, graph.node("Add", [x, _attention(graph, layer.attention, x, near)]))
    return _norm(graph, layer.feed_forward_norm, graph.node("Add", [x, _feed_forward(graph, layer.feed_forward, x)]))


def _feed_forward(graph: Graph, layer: FeedForward, x: str) -> str:
    return _convolve(graph, layer.narrow, graph.node("Relu", [_convolve(graph, layer.widen, x)]))


def _attention(graph: Graph, attention: RelativeAttention, x: str, near: _Near) -> str:
    """Queries, keys and values by one product; the relative terms added along the diagonals they belong to."""
    query, key, value = (pointwise(layer) for layer in (attention.query, attention.key, attention.value))
    channels = len(query.bias)
    width = channels // attention.heads
    shrink = 1 / math.sqrt(width)
    joined = Affine(
        np.concatenate([query.weight * shrink, key.weight, value.weight], axis=1),
        np.concatenate([query.bias * shrink, key.bias, value.bias]),
    )
    shaped = graph.node("Reshape", [_linear(graph, joined, x), graph.integers(-1, 3, attention.heads, width)])
    turned = graph.node("Transpose", [shaped], {"perm": [1, 2, 0, 3]})  # (3, H, N, D)
    queries, keys, values = graph.nodes("Split", [turned], 3, {"axis": 0, "num_outputs": 3})
    score = graph.node("MatMul", [queries, graph.node("Transpose", [keys], {"perm": [0, 1, 3, 2]})])
    if near.columns:
        slots = graph.node("MatMul", [queries, graph.weight(doubles(attention.relative_key).T)])
        inside = graph.node("Mul", [slots, near.exists])
        # keys repeat at the ends, and what is added there is zero
        score = graph.node("ScatterElements", [score, near.columns, inside], {"axis": 3, "reduction": "add"})
    if near.unseen:
        score = graph.node("Add", [score, near.unseen])
    weight = graph.node("Softmax", [score], {"axis": -1})
    out = graph.node("MatMul", [weight, values])
    if near.columns:
        slots = graph.node("Mul", [graph.node("GatherElements", [weight, near.columns], {"axis": 3}), near.exists])
        out = graph.node("Add", [out, graph.node("MatMul", [slots, graph.weight(doubles(attention.relative_value))])])
    rows = graph.node("Transpose", [out], {"perm": [0, 2, 1, 3]})
    return _linear(graph, pointwise(attention.output), graph.node("Reshape", [rows, graph.integers(-1, channels)]))


def _durations(graph: Graph, predictor: DurationPredictor, x: str) -> str:
    for convolution, norm in zip(predictor.convolutions, predictor.norms, strict=True):
        assert isinstance(convolution, nn.Conv1d)
        assert isinstance(norm, ChannelNorm)
        x = _norm(graph, norm, graph.node("Relu", [_convolve(graph, convolution, x)]))
    last = pointwise(predictor.projection)
    return _flat(graph, graph.exact_linear(x, last.weight, last.bias))
