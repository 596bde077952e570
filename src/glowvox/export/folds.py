"""What can be multiplied out before a graph is built: exact, in double precision."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from glowvox.flows.actnorm import ActNorm
from glowvox.flows.coupling import AffineCoupling
from glowvox.flows.mixing import GroupMixing
from glowvox.models.decoder import FlowDecoder
from glowvox.nn.convolution import WeightNormConv1d
from glowvox.nn.wavenet import WaveNet

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Affine:
    """A layer that multiplies and adds."""

    weight: Doubles  # (I, O), or (O, I, K) of a convolution
    bias: Doubles  # (O,)


@dataclass(frozen=True)
class Gate:
    """One gated layer of a coupling network."""

    convolution: Affine  # (2W, W, K)
    dilation: int
    residual: Affine | None  # (W, W); none behind the last


@dataclass(frozen=True)
class Block:
    """One inverse step of the decoder: coupling, then mixing and normalisation as one matrix."""

    start: Affine  # (C/2, W)
    gates: tuple[Gate, ...]
    end: Affine  # (L·W, C): from all gates side by side to what is added and the logarithm of what is multiplied with
    conditioning: Affine | None  # (G, L·2W), the gates' own biases included
    sigmoid_scale: bool
    mixing: Affine  # (C, C)


def doubles(tensor: torch.Tensor) -> Doubles:
    """tensor (...) as double precision."""
    return tensor.detach().cpu().double().numpy()


def dense(layer: nn.Conv1d | nn.Linear | WeightNormConv1d) -> Affine:
    """Weight and bias of a layer; gain and direction multiplied out where it has those."""
    if isinstance(layer, WeightNormConv1d):
        direction, gain = doubles(layer.direction), doubles(layer.gain)
        weight = gain * direction / np.sqrt((direction**2).sum(axis=(1, 2), keepdims=True))
        return Affine(weight, doubles(layer.bias))
    weight = doubles(layer.weight)
    return Affine(weight, np.zeros(len(weight)) if layer.bias is None else doubles(layer.bias))


def pointwise(layer: nn.Conv1d | nn.Linear | WeightNormConv1d) -> Affine:
    """A convolution of one step, or a linear layer, as a matrix (I, O)."""
    found = dense(layer)
    return Affine(found.weight.reshape(found.weight.shape[:2]).T, found.bias)


def fold_decoder(decoder: FlowDecoder) -> list[Block]:
    """The blocks of a decoder in the order in which the latent meets them."""
    flows = list(decoder.chain.flows)
    return [_fold(*flows[place : place + 3]) for place in range(len(flows) - 3, -1, -3)]


def _fold(norm: nn.Module, mixing: nn.Module, coupling: nn.Module) -> Block:
    assert isinstance(norm, ActNorm)
    assert isinstance(mixing, GroupMixing)
    assert isinstance(coupling, AffineCoupling)
    network = coupling.network
    assert isinstance(network, WaveNet)
    gates = _gates(network)
    conditioning = None
    if network.conditioning is not None:
        conditioning = pointwise(network.conditioning)
        own = np.concatenate([gate.convolution.bias for gate in gates])
        conditioning = Affine(conditioning.weight, conditioning.bias + own)
    return Block(
        start=pointwise(network.start),
        gates=gates,
        end=_end(network, sigmoid_scale=coupling.sigmoid_scale),
        conditioning=conditioning,
        sigmoid_scale=coupling.sigmoid_scale,
        mixing=_unmix(norm, mixing),
    )


def _gates(network: WaveNet) -> tuple[Gate, ...]:
    gates = []
    for index, (gate, residual) in enumerate(zip(network.gates, network.residuals, strict=True)):
        assert isinstance(gate, WeightNormConv1d)
        assert isinstance(residual, WeightNormConv1d)
        back = None
        if index < len(network.gates) - 1:
            both = pointwise(residual)
            back = Affine(both.weight[:, : network.width], both.bias[: network.width])
        gates.append(Gate(dense(gate), gate.dilation, back))
    return tuple(gates)


def _end(network: WaveNet, *, sigmoid_scale: bool) -> Affine:
    """Skip connections and the last projection as one matrix, signed so that the inverse adds and multiplies."""
    end = pointwise(network.end)
    skips = []
    for residual in network.residuals:
        assert isinstance(residual, WeightNormConv1d)
        both = pointwise(residual)
        skips.append(Affine(both.weight[:, -network.width :], both.bias[-network.width :]))
    weight = np.concatenate([skip.weight @ end.weight for skip in skips])
    bias = sum((skip.bias for skip in skips), np.zeros(network.width)) @ end.weight + end.bias
    half = len(bias) // 2
    sign = np.ones(len(bias))
    sign[:half] = -1.0
    if sigmoid_scale:
        bias[half:] += 2.0
    else:
        sign[half:] = -1.0
    return Affine(weight * sign, bias * sign)


def _unmix(norm: ActNorm, mixing: GroupMixing) -> Affine:
    """Inverse mixing, then inverse normalisation, of a row of channels."""
    exact = copy.deepcopy(mixing).double()
    channels = len(norm.bias)
    with torch.no_grad():
        columns, _ = exact.inverse(torch.eye(channels, dtype=torch.float64)[None], torch.ones(1, 1, channels).double())
    shrink = np.exp(-doubles(norm.log_scale)[:, 0])
    return Affine(columns[0].numpy().T * shrink, -doubles(norm.bias)[:, 0] * shrink)


def scaled_embedding(embedding: nn.Embedding) -> Doubles:
    """The rows of an embedding times the root of their width, as the text encoder reads them."""
    return doubles(embedding.weight) * math.sqrt(embedding.embedding_dim)
