"""The two losses of Glow-TTS, as sums that batches and processes can share a normaliser over."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from glowvox.models.glow_tts import GlowTTSOutput
from glowvox.nn.precision import full_precision


@dataclass(frozen=True)
class Losses:
    """Means over all values of the global batch; the gradient of `nll + duration` is the step."""

    nll: Tensor  # ()  nats a mel value; may be negative, being the logarithm of a density
    duration: Tensor  # ()  squared error of natural log-durations

    @property
    def total(self) -> Tensor:
        """Their sum, in equal parts."""
        return self.nll + self.duration


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
        target = torch.log(1e-8 + out.durations) * out.token_mask[:, 0]
        duration = (out.log_duration - target).square().sum() / total.tokens
    return Losses(nll, duration)
