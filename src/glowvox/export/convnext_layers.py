"""ConvNeXt blocks as nodes, for every network made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from torch import nn

from glowvox.export.folds import dense, doubles, pointwise
from glowvox.export.graph import Graph, Span
from glowvox.models.convnext import ConvNeXt, ConvNeXtBlock

Spans = Mapping[str, Span]


def network_nodes(graph: Graph, network: ConvNeXt, x: str, spans: Spans, *, name: str) -> str:
    """A whole network: x (T, I) → (T, W).

    spans  what the inputs of products range over, under the names of `products`, and of the first convolution, which
           stays exact where it has none
    """
    start = dense(network.start)
    if (span := spans.get(f"{name}.start")) is None:
        x = graph.exact_convolve(x, start.weight, start.bias)
    else:
        x = graph.convolve(x, start.weight, start.bias, span=span)
    x = norm_nodes(graph, network.first_norm, x)
    for number, block in enumerate(network.blocks):
        assert isinstance(block, ConvNeXtBlock)
        x = block_nodes(graph, block, x, spans, name=f"{name}{number}")
    return norm_nodes(graph, network.last_norm, x)


def block_nodes(graph: Graph, block: ConvNeXtBlock, x: str, spans: Spans, *, name: str) -> str:
    """One block: x (T, W) → (T, W)."""
    depthwise = dense(block.depthwise)
    mixed = norm_nodes(graph, block.norm, graph.depthwise(x, depthwise.weight[:, 0], depthwise.bias))
    widen, narrow = pointwise(block.widen), pointwise(block.narrow)
    hidden = graph.linear(mixed, widen.weight, widen.bias, span=spans.get(f"{name}.widen"))
    # the tanh of FastGelu is off by 5e-4 at most, far less than a step of eight bits
    hidden = graph.node("FastGelu" if graph.precision == "int8" else "Gelu", [hidden], domain="com.microsoft")
    scale = doubles(block.scale)
    change = graph.linear(hidden, narrow.weight * scale, narrow.bias * scale, span=spans.get(f"{name}.narrow"))
    return graph.node("Add", [x, change])


def norm_nodes(graph: Graph, norm: nn.LayerNorm, x: str) -> str:
    """Channels (T, W) normalised at each time."""
    values = [graph.single(doubles(norm.weight)), graph.single(doubles(norm.bias))]
    return graph.node("LayerNormalization", [x, *values], {"axis": -1, "epsilon": norm.eps})


def products(network: ConvNeXt, *, name: str) -> Iterator[tuple[str, nn.Module]]:
    """The layers of a network whose inputs may be quantised, by the name of their span."""
    for number, block in enumerate(network.blocks):
        assert isinstance(block, ConvNeXtBlock)
        yield f"{name}{number}.widen", block.widen
        yield f"{name}{number}.narrow", block.narrow
