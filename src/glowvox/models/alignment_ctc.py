"""The alignment loss: all the ways to read the tokens in order, once each (Shih et al. 2021)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from glowvox.nn.masks import length_mask

OUTSIDE = -1e4  # score of a class that an item does not have: nothing is left of it after the softmax
SMALLEST_SHARE = 1e-3  # so that a token that nothing attends to is not pulled at without bounds


def alignment_ctc(
    log_attention: Tensor, token_lengths: Tensor, frames: Tensor, *, blank: float = -1.0, evenness: float = 0.0
) -> Tensor:
    """Connectionist temporal classification (Graves et al. 2006) with the tokens of an item as its classes, a token.

    As published (evenness 0), attention that rests on one token and rushes through the others, a frame each, costs
    next to nothing. With evenness, each weight is divided by that token's share of all frames to this power, as
    posteriors are by priors to be likelihoods (Huang et al. 2024): what is attended to for long is worth less.

    log_attention  (B, T, N)  in real time; scores, normalised here
    token_lengths  (B,)
    frames         (B,)
    blank          score of "no token", the same in every frame
    evenness       0 to 1; the shares themselves are taken as given and have no gradient
    returns        (B,)       zero for an item of fewer frames than tokens, which nothing can align
    """
    batch, _, size = log_attention.shape
    inside = length_mask(token_lengths, size, dtype=torch.bool)  # (B, 1, N)
    scores = log_attention.masked_fill(~inside, OUTSIDE)
    if evenness:
        scores = scores.log_softmax(dim=2)
        scores = scores - evenness * _log_share(scores.detach(), token_lengths, frames)
    scores = F.pad(scores, (1, 0), value=blank)
    log_probability = scores.log_softmax(dim=2).transpose(0, 1)  # (T, B, N + 1)
    targets = torch.arange(1, size + 1, device=scores.device).expand(batch, size)
    nats = F.ctc_loss(log_probability, targets, frames, token_lengths, reduction="none", zero_infinity=True)
    return nats / token_lengths.clamp(min=1)


def _log_share(log_weight: Tensor, token_lengths: Tensor, frames: Tensor) -> Tensor:
    """Logarithm of the share of an item's frames that each token has, 0 where all have the same, (B, 1, N)."""
    time = length_mask(frames, log_weight.shape[1], dtype=log_weight.dtype).transpose(1, 2)  # (B, T, 1)
    held = (log_weight.exp() * time).sum(dim=1, keepdim=True)  # frames a token
    even = (frames / token_lengths.clamp(min=1))[:, None, None].to(held.dtype)
    return torch.log(held / even + SMALLEST_SHARE)
