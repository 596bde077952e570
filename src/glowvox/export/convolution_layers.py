"""The convolutional encoders' layers as nodes: batch normalisation is multiplied into what stands before it."""

from __future__ import annotations

import numpy as np
from torch import nn

from glowvox.export.folds import Affine, Doubles, dense, doubles
from glowvox.export.graph import Graph
from glowvox.nn.batch_norm import MaskedBatchNorm
from glowvox.nn.gated_convolution import GatedConvolution
from glowvox.nn.residual_convolution import NormalisedProjection, ResidualConvolution
from glowvox.nn.separable_convolution import SeparableConvolution


class ConvolutionLayers:
    """Adds layers to a graph whose sequences have one length.

    size  that length, a scalar of the graph
    """

    def __init__(self, graph: Graph, size: str) -> None:
        self.graph = graph
        self._size = size
        self._whole: dict[int, str] = {}

    def layer(self, layer: nn.Module, x: str) -> str:
        """Add one layer; gives its output (N, C).

        x       (N, C)
        raises  TypeError for a layer of another kind
        """
        if isinstance(layer, GatedConvolution):
            return self._gated(layer, x)
        if isinstance(layer, ResidualConvolution):
            return self._residual(layer, x)
        if isinstance(layer, SeparableConvolution):
            return self._separable(layer, x)
        if isinstance(layer, NormalisedProjection):
            return self._pointwise(_followed(_plain(layer.projection), layer.norm), x)
        raise TypeError(f"no way to export a {type(layer).__name__}")

    def _gated(self, layer: GatedConvolution, x: str) -> str:
        graph, found = self.graph, dense(layer.convolution)
        values = [graph.single(doubles(layer.norm.scale)), graph.single(doubles(layer.norm.shift))]
        wide = graph.convolve(x, found.weight, found.bias)
        wide = graph.node("LayerNormalization", [wide, *values], {"axis": -1, "epsilon": layer.norm.eps})
        return graph.node("Add", [x, self._gate(wide)])

    def _residual(self, layer: ResidualConvolution, x: str) -> str:
        graph, hidden = self.graph, x
        for convolution, norm in zip(layer.convolutions, layer.norms, strict=True):
            assert isinstance(convolution, nn.Conv1d)
            assert isinstance(norm, MaskedBatchNorm)
            found = dense(convolution)
            hidden = graph.convolve(hidden, found.weight, found.bias, dilation=layer.dilation)
            seen = self._seen_whole(layer.dilation * (convolution.kernel_size[0] - 1))
            hidden = graph.node("Relu", [graph.node("Mul", [hidden, seen])])
            gain, offset = _affine(norm)
            hidden = graph.node("Add", [graph.node("Mul", [hidden, graph.single(gain)]), graph.single(offset)])
        return graph.node("Add", [x, hidden])

    def _separable(self, layer: SeparableConvolution, x: str) -> str:
        graph = self.graph
        hidden = self._gate(self._pointwise(_followed(_plain(layer.widen), layer.widen_norm), x))
        mixed = _followed(_plain(layer.depthwise), layer.depthwise_norm)
        channels, _, kernel = mixed.weight.shape
        windows = graph.node("Reshape", [graph.windows(hidden, kernel, channels), graph.integers(-1, kernel, channels)])
        weighed = graph.node("Mul", [windows, graph.single(mixed.weight[:, 0].T)])
        total = graph.node("ReduceSum", [weighed, graph.integers(1)], {"keepdims": 0})
        hidden = graph.node("Add", [total, graph.single(mixed.bias)])
        hidden = graph.node("Mul", [hidden, graph.node("Sigmoid", [hidden])])
        return graph.node("Add", [x, self._pointwise(_followed(_plain(layer.narrow), layer.narrow_norm), hidden)])

    def _pointwise(self, found: Affine, x: str) -> str:
        return self.graph.linear(x, found.weight[:, :, 0].T, found.bias)

    def _gate(self, wide: str) -> str:
        first, second = self.graph.nodes("Split", [wide], 2, {"axis": 1, "num_outputs": 2})
        return self.graph.node("Mul", [first, self.graph.node("Sigmoid", [second])])

    def _seen_whole(self, span: int) -> str:
        """One where a convolution over `span` neighbours has them all, ⌊span/2⌋ to the left, else zero (N, 1)."""
        if span not in self._whole:
            graph, left = self.graph, span // 2
            last = graph.node("Sub", [self._size, graph.constant(np.array(span - left, np.int64))])
            begun = graph.node("GreaterOrEqual", [graph.positions, graph.constant(np.array(left, np.int64))])
            inside = graph.node("And", [begun, graph.node("Less", [graph.positions, last])])
            self._whole[span] = graph.node("Cast", [inside], {"to": 1})
        return self._whole[span]


def _plain(layer: nn.Conv1d) -> Affine:
    weight = doubles(layer.weight)
    return Affine(weight, np.zeros(len(weight)) if layer.bias is None else doubles(layer.bias))


def _affine(norm: MaskedBatchNorm) -> tuple[Doubles, Doubles]:
    """What each channel is multiplied with, and what is added then."""
    gain = doubles(norm.scale) / np.sqrt(doubles(norm.variance) + norm.eps)
    return gain, doubles(norm.shift) - doubles(norm.mean) * gain


def _followed(found: Affine, norm: MaskedBatchNorm) -> Affine:
    """A convolution and the normalisation of its output as one convolution."""
    gain, offset = _affine(norm)
    return Affine(found.weight * gain[:, None, None], found.bias * gain + offset)
