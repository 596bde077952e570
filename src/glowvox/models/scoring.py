"""How likely a recording is under its text: exactly, told apart by frame and by token."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from glowvox.flows.base import Flow, walk
from glowvox.flows.coupling import AffineCoupling
from glowvox.flows.squeeze import squeeze
from glowvox.models.decoder import FlowDecoder
from glowvox.models.glow_tts import GlowTTS, GlowTTSOutput
from glowvox.nn.masks import token_of_frame
from glowvox.nn.precision import full_precision


@dataclass(frozen=True)
class Scores:
    """log p(mel | text) in nats along the alignment; zero in the padding.

    The frames of one squeezed column share its volume in equal parts, for the flow changes them together.
    """

    frame: Tensor  # (B, T)  sums to minus the nll's numerator
    token: Tensor  # (B, N)  sums over the frames of each token
    prior: Tensor  # (B, T)  of which the density of the latent alone: the part that depends on the text


@torch.no_grad()
def score(model: GlowTTS, out: GlowTTSOutput, mel: Tensor, speaker: Tensor | None = None) -> Scores:
    """Likelihood of each frame and token (Glow-TTS eqs. 1 to 3).

    out      from `model.forward`, of these very recordings
    mel      (B, M, T)      as given to `forward`
    speaker  (B,) or None   as given to `forward`
    """
    size = out.latent.shape[2]
    cond = model.condition(speaker, len(mel))
    volume = volume_by_frame(model.decoder, mel[:, :, :size] * out.frame_mask, out.frame_mask, cond)
    prior = prior_by_frame(out)
    frame = prior + volume
    return Scores(frame, by_token(frame, out.durations), prior)


def prior_by_frame(out: GlowTTSOutput) -> Tensor:
    """log N(latent; mean, scale) of each frame (B, T), nats summed over bands; zero in the padding."""
    with full_precision(out.latent):
        error = (out.latent - out.mean) * torch.exp(-out.log_scale)
        inside = out.frame_mask * (0.5 * math.log(2 * math.pi))
        return -(out.log_scale + 0.5 * error.square() + inside).sum(dim=1)


def volume_by_frame(decoder: FlowDecoder, mel: Tensor, mask: Tensor, cond: Tensor | None = None) -> Tensor:
    """Each frame's share of log |det ∂latent/∂mel|.

    mel      (B, M, T)      T a multiple of the squeeze factor
    mask     (B, 1, T)
    cond     (B, G, 1) or None
    returns  (B, T)         rows sum to the decoder's own log-determinant
    """
    x, inside = squeeze(mel, mask, decoder.factor)
    volume = torch.zeros_like(inside[:, 0], dtype=x.dtype)
    for layer in walk(decoder.chain):
        x, change = _by_column(layer, x, inside, cond)
        volume = volume + change
    return (volume / decoder.factor).repeat_interleave(decoder.factor, dim=1)


def by_token(frames: Tensor, durations: Tensor) -> Tensor:
    """What the frames of each token add up to.

    frames     (B, T)  zero in the padding
    durations  (B, N)
    returns    (B, N)
    """
    index = token_of_frame(durations, frames.shape[1])
    return torch.zeros_like(durations, dtype=frames.dtype).scatter_add(1, index, frames)


def _by_column(layer: Flow, x: Tensor, mask: Tensor, cond: Tensor | None) -> tuple[Tensor, Tensor]:
    if isinstance(layer, AffineCoupling):
        return layer.by_column(x, mask, cond)
    y, log_det = layer(x, mask, cond)  # the same map in every column
    return y, log_det[:, None] * mask[:, 0] / mask.sum(dim=(1, 2)).clamp(min=1)[:, None]
