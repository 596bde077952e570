"""Data-dependent initialisation of activation normalisation (Glow §3.1), over any number of batches and processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from glowvox.flows.actnorm import ActNorm
from glowvox.flows.base import walk
from glowvox.flows.squeeze import squeeze
from glowvox.models.glow_tts import GlowTTS
from glowvox.nn.masks import length_mask


@torch.no_grad()
def initialise_actnorm(
    model: GlowTTS,
    batches: Sequence[tuple[Tensor, Tensor, Tensor | None]],
    reduce: Callable[[Tensor], Tensor] = lambda moments: moments,
) -> None:
    """Set every activation normalisation so that, over all batches together, its output has mean 0 and variance 1.

    The batches go through the decoder side by side, layer by layer, so that each layer sees data already normalised by
    the ones before it and statistics are exact over all of them. Dropout is off.

    batches  (mel (B, M, T), frames (B,), speaker (B,) or None) each
    reduce   sums moments over processes, so that all set the same values
    """
    was_training = model.training
    model.eval()
    states = []
    for mel, frames, speaker in batches:
        mel, frames = model.whole(mel, frames)
        mask = length_mask(frames, mel.shape[2], dtype=mel.dtype)
        states.append((*squeeze(mel * mask, mask, model.decoder.factor), model.condition(speaker, len(mel))))
    for flow in walk(model.decoder.chain):
        if isinstance(flow, ActNorm):
            moments = torch.stack([flow.moments(x, mask) for x, mask, _ in states]).sum(dim=0)
            flow.initialize(reduce(moments))
        states = [(flow(x, mask, cond)[0], mask, cond) for x, mask, cond in states]
    model.train(was_training)
