"""Every flow there is, by name. A new layer costs one line here and is then tested by everything in this folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from glowvox.flows.actnorm import ActNorm
from glowvox.flows.base import Chain, Flow, Inverse
from glowvox.flows.coupling import AffineCoupling
from glowvox.flows.mixing import GroupMixing
from glowvox.models.decoder import FlowDecoder
from glowvox.models.glow_tts_config import DecoderConfig
from glowvox.nn.wavenet import WaveNet

CHANNELS = 8
COND = 5
LENGTHS = (12, 6, 0, 6)  # multiples of every squeeze in the table; one item is empty


def coupling(*, sigmoid_scale: bool = False, dilation_rate: int = 1, cond_width: int = 0, kernel: int = 3) -> Flow:
    network = WaveNet(
        CHANNELS // 2,
        width=6,
        layers=2,
        kernel=kernel,
        dilation_rate=dilation_rate,
        cond_width=cond_width,
    )
    return AffineCoupling(network, sigmoid_scale=sigmoid_scale)


def decoder(squeeze: int, *, cond_width: int = 0, splits: int = 4, sigmoid_scale: bool = False) -> Flow:
    config = DecoderConfig(
        blocks=2, width=8, layers=2, kernel=3, squeeze=squeeze, splits=splits, sigmoid_scale=sigmoid_scale
    )
    return FlowDecoder(config, bands=CHANNELS, cond_width=cond_width)


FLOWS: dict[str, Callable[[], Flow]] = {
    "actnorm": lambda: ActNorm(CHANNELS),
    "mixing-2": lambda: GroupMixing(CHANNELS, splits=2),
    "mixing-4": lambda: GroupMixing(CHANNELS, splits=4),
    "mixing-8": lambda: GroupMixing(CHANNELS, splits=8),
    "coupling": lambda: coupling(),
    "coupling-pointwise": lambda: coupling(kernel=1),
    "coupling-sigmoid": lambda: coupling(sigmoid_scale=True),
    "coupling-dilated": lambda: coupling(dilation_rate=3, kernel=5),
    "coupling-conditioned": lambda: coupling(cond_width=COND),
    "chain": lambda: Chain([ActNorm(CHANNELS), GroupMixing(CHANNELS), coupling(cond_width=COND)]),
    "inverse": lambda: Inverse(Chain([ActNorm(CHANNELS), coupling()])),
    "decoder-1": lambda: decoder(1),
    "decoder-2": lambda: decoder(2, splits=8),
    "decoder-3": lambda: decoder(3, sigmoid_scale=True),
    "decoder-1-conditioned": lambda: decoder(1, cond_width=COND, splits=2),
    "decoder-2-conditioned": lambda: decoder(2, cond_width=COND),
    "decoder-3-conditioned": lambda: decoder(3, cond_width=COND, splits=6),
}


class Inputs(NamedTuple):
    """What a flow is given."""

    x: Tensor  # (B, C, T), zero in the padding
    mask: Tensor  # (B, 1, T)
    cond: Tensor | None  # (B, G, 1)


def make(name: str, dtype: torch.dtype = torch.float64) -> tuple[Flow, Inputs]:
    """A flow with nothing left at zero, and a padded batch."""
    torch.manual_seed(0)
    flow = FLOWS[name]().to(dtype).eval()
    with torch.no_grad():
        for parameter in flow.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    mask = (torch.arange(max(LENGTHS)) < torch.tensor(LENGTHS)[:, None])[:, None].to(dtype)
    conditioned = "conditioned" in name or name == "chain"
    cond = torch.randn(len(LENGTHS), COND, 1, dtype=dtype) if conditioned else None
    return flow, Inputs(torch.randn(len(LENGTHS), CHANNELS, max(LENGTHS), dtype=dtype) * mask, mask, cond)


def item(inputs: Inputs, row: int) -> Inputs:
    """One item of a batch, without its padding."""
    size = LENGTHS[row]
    cond = None if inputs.cond is None else inputs.cond[row : row + 1]
    return Inputs(inputs.x[row : row + 1, :, :size], inputs.mask[row : row + 1, :, :size], cond)
