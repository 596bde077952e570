"""The alignment loss: all the ways to read the tokens in order, once each (Shih et al. 2021)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from glowvox.nn.masks import length_mask

OUTSIDE = -1e4  # score of a class that an item does not have: nothing is left of it after the softmax


def alignment_ctc(log_attention: Tensor, token_lengths: Tensor, frames: Tensor, *, blank: float = -1.0) -> Tensor:
    """Connectionist temporal classification (Graves et al. 2006) with the tokens of an item as its classes, a token.

    log_attention  (B, T, N)  in real time; scores, normalised here
    token_lengths  (B,)
    frames         (B,)
    blank          score of "no token", the same in every frame
    returns        (B,)       zero for an item of fewer frames than tokens, which nothing can align
    """
    batch, _, size = log_attention.shape
    inside = length_mask(token_lengths, size, dtype=torch.bool)  # (B, 1, N)
    scores = F.pad(log_attention.masked_fill(~inside, OUTSIDE), (1, 0), value=blank)
    log_probability = scores.log_softmax(dim=2).transpose(0, 1)  # (T, B, N + 1)
    targets = torch.arange(1, size + 1, device=scores.device).expand(batch, size)
    nats = F.ctc_loss(log_probability, targets, frames, token_lengths, reduction="none", zero_infinity=True)
    return nats / token_lengths.clamp(min=1)
