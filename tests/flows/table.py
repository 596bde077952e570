"""Every flow there is, by name. A new layer costs one line here and is then tested by everything in this folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from glowvox.flows.actnorm import ActNorm
from glowvox.flows.autoregressive import AutoregressiveStep, Memory, TimeReversed
from glowvox.flows.base import Chain, Flow, Inverse
from glowvox.flows.coupling import AffineCoupling
from glowvox.flows.mixing import GroupMixing
from glowvox.flows.remainder import Remainder
from glowvox.models.decoder import FlowDecoder
from glowvox.models.glow_tts_config import DecoderConfig
from glowvox.models.waveglow import wave_flow
from glowvox.models.waveglow_config import WaveGlowConfig
from glowvox.nn.wavenet import WaveNet

CHANNELS = 8
COND = 5
TOKENS = (5, 3, 4, 1)
LENGTHS = (12, 6, 0, 6)  # multiples of every squeeze in the table; one item is empty


def coupling(
    channels: int = CHANNELS,
    *,
    sigmoid_scale: bool = False,
    dilation_rate: int = 1,
    cond_width: int = 0,
    kernel: int = 3,
    swapped: bool = False,
) -> Flow:
    network = WaveNet(
        channels // 2,
        width=6,
        layers=2,
        kernel=kernel,
        dilation_rate=dilation_rate,
        cond_width=cond_width,
    )
    return AffineCoupling(network, sigmoid_scale=sigmoid_scale, swapped=swapped)


def decoder(squeeze: int, *, cond_width: int = 0, splits: int = 4, sigmoid_scale: bool = False) -> Flow:
    config = DecoderConfig(
        blocks=2, width=8, layers=2, kernel=3, squeeze=squeeze, splits=splits, sigmoid_scale=sigmoid_scale
    )
    return FlowDecoder(config, bands=CHANNELS, cond_width=cond_width)


def wave(*, alternating: bool = False, early_every: int = 2) -> Flow:
    config = WaveGlowConfig(
        flows=4, group=CHANNELS, early_every=early_every, layers=2, width=6, alternating=alternating
    )
    return wave_flow(config, cond_width=COND)


def autoregressive(*, cumulative: bool = False) -> AutoregressiveStep:
    return AutoregressiveStep(
        CHANNELS, COND, hidden=7, attention=6, layers=2, gate=False, cumulative=cumulative
    )  # without a gate, which says nothing of the latent


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
    "coupling-framewise": lambda: coupling(cond_width=COND, dilation_rate=2),
    "coupling-swapped": lambda: coupling(swapped=True),
    "remainder": lambda: Remainder(2, Chain([GroupMixing(CHANNELS - 2, splits=CHANNELS - 2), coupling(CHANNELS - 2)])),
    "chain": lambda: Chain([ActNorm(CHANNELS), GroupMixing(CHANNELS), coupling(cond_width=COND)]),
    "inverse": lambda: Inverse(Chain([ActNorm(CHANNELS), coupling()])),
    "decoder-1": lambda: decoder(1),
    "decoder-2": lambda: decoder(2, splits=8),
    "decoder-3": lambda: decoder(3, sigmoid_scale=True),
    "decoder-1-conditioned": lambda: decoder(1, cond_width=COND, splits=2),
    "decoder-2-conditioned": lambda: decoder(2, cond_width=COND),
    "decoder-3-conditioned": lambda: decoder(3, cond_width=COND, splits=6),
    "waveglow-framewise": lambda: wave(),
    "waveglow-alternating-framewise": lambda: wave(alternating=True, early_every=3),
    "autoregressive": lambda: autoregressive(),
    "autoregressive-prior": lambda: autoregressive(),
    "autoregressive-cumulative-prior": lambda: autoregressive(cumulative=True),
    "autoregressive-reversed-prior": lambda: TimeReversed(autoregressive()),
    "autoregressive-reversed-cumulative": lambda: TimeReversed(autoregressive(cumulative=True)),
}


class Inputs(NamedTuple):
    """What a flow is given."""

    x: Tensor  # (B, C, T), zero in the padding
    mask: Tensor  # (B, 1, T)
    cond: Tensor | Memory | None  # (B, G, 1), or (B, G, T) where each frame has its own


def make(name: str, dtype: torch.dtype = torch.float64) -> tuple[Flow, Inputs]:
    """A flow with nothing left at zero, and a padded batch."""
    torch.manual_seed(0)
    flow = FLOWS[name]().to(dtype).eval()
    with torch.no_grad():
        for parameter in flow.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    mask = (torch.arange(max(LENGTHS)) < torch.tensor(LENGTHS)[:, None])[:, None].to(dtype)
    conditioned = "conditioned" in name or name == "chain"
    cond: Tensor | Memory | None = torch.randn(len(LENGTHS), COND, 1, dtype=dtype) if conditioned else None
    if "framewise" in name:
        cond = torch.randn(len(LENGTHS), COND, max(LENGTHS), dtype=dtype)
    if "autoregressive" in name:
        cond = memory(prior="prior" in name, dtype=dtype)
    return flow, Inputs(torch.randn(len(LENGTHS), CHANNELS, max(LENGTHS), dtype=dtype) * mask, mask, cond)


def memory(*, prior: bool, dtype: torch.dtype) -> Memory:
    """Texts of several lengths, their padding not zero, and where each frame is likely to be in them."""
    mask = (torch.arange(max(TOKENS)) < torch.tensor(TOKENS)[:, None])[:, None].to(dtype)
    text = torch.randn(len(TOKENS), COND, max(TOKENS), dtype=dtype)
    likely = torch.rand(len(TOKENS), max(LENGTHS), max(TOKENS), dtype=dtype) if prior else None
    return Memory(text, mask, likely)


def of_memory(whole: Memory, row: int) -> Memory:
    """One item's text."""
    size = TOKENS[row]
    prior = None if whole.prior is None else whole.prior[row : row + 1, : LENGTHS[row], :size]
    return Memory(whole.text[row : row + 1, :, :size], whole.mask[row : row + 1, :, :size], prior)


def item(inputs: Inputs, row: int) -> Inputs:
    """One item of a batch, without its padding."""
    size = LENGTHS[row]
    cond = inputs.cond
    if isinstance(cond, Memory):
        cond = of_memory(cond, row)
    elif cond is not None:
        cond = cond[row : row + 1, :, :size]
    return Inputs(inputs.x[row : row + 1, :, :size], inputs.mask[row : row + 1, :, :size], cond)
