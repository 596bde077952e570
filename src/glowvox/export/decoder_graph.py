"""The flow decoder as a graph: latent → mel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from torch import Tensor

from glowvox.export.convnext_layers import block_nodes
from glowvox.export.folds import Affine, Block, fold_decoder, pointwise
from glowvox.export.graph import Graph, Precision
from glowvox.models.convnext import ConvNeXtBlock
from glowvox.models.decoder import FlowDecoder
from glowvox.models.frame_prior import WIDEST, FramePrior


def decoder_graph(
    decoder: FlowDecoder,
    *,
    bands: int,
    speaker_width: int,
    precision: Precision,
    frame_prior: FramePrior | None = None,
    contrast: Tensor | None = None,
) -> bytes:
    """The inverse flow of one text at a time; T frames, a multiple of the squeeze factor.

    inputs   latent (T, M); speaker (1, G) of unit length, where there are several. With a prior that moves within
             tokens, instead of the latent: mean (T, M) and shared (T, W) of each frame's token, place (T, 3) and
             noise (T, M), as far from the mean as is wanted
    outputs  mel (T, M)
    contrast  (M, M) or None: what mels are multiplied by; folded into the last block
    """
    graph = Graph("decoder", precision=precision)
    x = _latent(graph, frame_prior, bands) if frame_prior is not None else graph.input("latent", ["T", bands])
    blocks = fold_decoder(decoder)
    if contrast is not None:
        blocks[-1] = _sharper(blocks[-1], contrast, decoder.factor)
    offsets: list[str] = []
    if speaker_width:
        offsets = _offsets(graph, graph.input("speaker", [1, speaker_width]), blocks)
    # sub-frame i fills channels i·M … i·M + M − 1, which is how time-major frames lie in memory anyway
    x = graph.node("Reshape", [x, graph.integers(-1, bands * decoder.factor)])
    graph.follow(x)
    for block in blocks:
        x = _block(graph, block, x, [offsets.pop(0) for _ in block.gates] if offsets else [])
    graph.output(graph.node("Reshape", [x, graph.integers(-1, bands)]), "mel", ["T", bands])
    return graph.finish()


def _sharper(block: Block, contrast: Tensor, factor: int) -> Block:
    """A block that ends with every of its `factor` sub-frames multiplied by a matrix."""
    columns = np.kron(np.eye(factor), contrast.double().numpy().T)
    mixing = Affine(block.mixing.weight @ columns, block.mixing.bias @ columns)
    return replace(block, mixing=mixing)


def _latent(graph: Graph, prior: FramePrior, bands: int) -> str:
    """A sample of the prior that moves within tokens."""
    places, end = pointwise(prior.places), pointwise(prior.end)
    mean, noise = graph.input("mean", ["T", bands]), graph.input("noise", ["T", bands])
    place = graph.exact_linear(graph.input("place", ["T", len(places.weight)]), places.weight, places.bias)
    x = graph.node("Add", [graph.input("shared", ["T", len(places.bias)]), place])
    for number, block in enumerate(prior.blocks):
        assert isinstance(block, ConvNeXtBlock)
        x = block_nodes(graph, block, x, {}, name=f"prior{number}")
    both = graph.exact_linear(x, end.weight, end.bias)
    moved, spread = graph.nodes("Split", [both], 2, {"axis": 1, "num_outputs": 2})
    widest = graph.single(np.array(WIDEST))
    scale = graph.node("Exp", [graph.node("Mul", [graph.node("Tanh", [graph.node("Div", [spread, widest])]), widest])])
    return graph.node("Add", [graph.node("Add", [mean, moved]), graph.node("Mul", [noise, scale])])


def _offsets(graph: Graph, speaker: str, blocks: list[Block]) -> list[str]:
    """The biases of all gates for this speaker, by one product."""
    layers = [block.conditioning for block in blocks if block.conditioning is not None]
    weight = np.concatenate([layer.weight for layer in layers], axis=1)
    row = graph.exact_linear(speaker, weight, np.concatenate([layer.bias for layer in layers]))
    count = sum(len(block.gates) for block in blocks)
    flat = graph.node("Reshape", [row, graph.integers(-1)])
    return graph.nodes("Split", [flat], count, {"axis": 0, "num_outputs": count})


def _block(graph: Graph, block: Block, x: str, offsets: list[str]) -> str:
    kept, changed = graph.nodes("Split", [x], 2, {"axis": 1, "num_outputs": 2})
    affine = _network(graph, block, kept, offsets)
    shift, log_scale = graph.nodes("Split", [affine], 2, {"axis": 1, "num_outputs": 2})
    moved = graph.node("Add", [changed, shift])
    if block.sigmoid_scale:
        scale = graph.node("Add", [graph.node("Sigmoid", [log_scale]), graph.single(np.array(1e-6))])
        preimage = graph.node("Div", [moved, scale])
    else:
        preimage = graph.node("Mul", [moved, graph.node("Exp", [log_scale])])
    joined = graph.node("Concat", [kept, preimage], {"axis": 1})
    # this product carries the signal itself: eight bits here would be heard
    return graph.exact_linear(joined, block.mixing.weight, block.mixing.bias)


def _network(graph: Graph, block: Block, x: str, offsets: list[str]) -> str:
    hidden = graph.linear(x, block.start.weight, block.start.bias)
    gated = []
    for number, gate in enumerate(block.gates):
        offset = offsets[number] if offsets else gate.convolution.bias
        both = graph.convolve(hidden, gate.convolution.weight, offset, dilation=gate.dilation)
        first, second = graph.nodes("Split", [both], 2, {"axis": 1, "num_outputs": 2})
        gated.append(graph.node("Mul", [graph.node("Tanh", [first]), graph.node("Sigmoid", [second])]))
        if gate.residual is not None:
            change = graph.linear(gated[-1], gate.residual.weight, gate.residual.bias)
            hidden = graph.node("Add", [hidden, change])
    joined = graph.node("Concat", gated, {"axis": 1}) if len(gated) > 1 else gated[0]
    return graph.linear(joined, block.end.weight, block.end.bias)
