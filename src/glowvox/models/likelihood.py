"""The losses of Glow-TTS, as sums that batches and processes can share a normaliser over."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from glowvox.models.glow_tts import GlowTTSOutput
from glowvox.nn.precision import full_precision


@dataclass(frozen=True)
class Losses:
    """Means over all values of the global batch; the gradient of `total` is the step."""

    nll: Tensor  # ()  nats a mel value; may be negative, being the logarithm of a density
    duration: Tensor  # ()  squared error of natural log-durations
    token: Tensor  # ()  nats a value by which a token's own mean misses; zero where the search does not go by those

    @property
    def total(self) -> Tensor:
        """Their sum, in equal parts."""
        return self.nll + self.duration + self.token


@dataclass(frozen=True)
class Counts:
    """What the losses are divided by."""

    values: Tensor  # ()  mel values inside the batch
    tokens: Tensor  # ()


def counts(out: GlowTTSOutput) -> Counts:
    """Mel values and tokens of one batch; sums over processes give the global counts."""
    return Counts(values=out.frame_mask.sum() * out.latent.shape[1], tokens=out.token_mask.sum())


def losses(out: GlowTTSOutput, total: Counts | None = None) -> Losses:
    """Negative log-likelihood (Glow-TTS eqs. 1 to 3) and duration error (eq. 6).

    `total` are the counts to divide by: the batch's own unless given, the global ones where a step is shared.
    """
    total = total or counts(out)
    with full_precision(out.latent):
        error = (out.latent - out.mean) * torch.exp(-out.log_scale)
        nats = out.log_scale.sum() + 0.5 * error.square().sum() - out.log_det.sum()
        inside = out.frame_mask.sum() * out.latent.shape[1]
        nll = (nats + 0.5 * math.log(2 * math.pi) * inside) / total.values
        duration = (out.log_duration - out.log_target).square().sum() / total.tokens
        token = torch.zeros_like(nll)
        if out.token_mean is not None:
            # the latent owes nothing to these means: they follow it
            token = 0.5 * (out.latent.detach() - out.token_mean).square().sum() / total.values
    return Losses(nll, duration, token)
