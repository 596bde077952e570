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
    token: Tensor  # ()  nats a value by which a token's own Gaussian misses; zero where the search does not go by those

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


def losses(out: GlowTTSOutput, total: Counts | None = None, *, by_token: bool = False) -> Losses:
    """Negative log-likelihood (Glow-TTS eqs. 1 to 3) and duration error (eq. 6).

    total     counts to divide by: the batch's own unless given, the global ones where a step is shared
    by_token  the latent learns from the tokens' own Gaussians, and the prior follows it, instead of the other way round
    """
    total = total or counts(out)
    with full_precision(out.latent):
        inside = out.frame_mask.sum() * out.latent.shape[1]
        prior, token = (out.mean, out.log_scale), torch.zeros_like(total.values)
        if out.token_prior is not None:
            prior, follower = (out.token_prior, prior) if by_token else (prior, out.token_prior)
            token = _nats(out.latent.detach(), *follower) / total.values
        nats = _nats(out.latent, *prior) - out.log_det.sum()
        nll = (nats + 0.5 * math.log(2 * math.pi) * inside) / total.values
        duration = (out.log_duration - out.log_target).square().sum() / total.tokens
    return Losses(nll, duration, token)


def _nats(latent: Tensor, mean: Tensor, log_scale: Tensor) -> Tensor:
    """−log N(latent; mean, scale), without the constant, summed over everything: ()."""
    return log_scale.sum() + 0.5 * ((latent - mean) * torch.exp(-log_scale)).square().sum()
