"""Where in a text a frame is likely to be, before anything is known of the recording."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor


class AttentionPrior:
    """Beta-binomial probabilities of the tokens in each frame, wide in the middle (Shih et al. 2021).

    Frame t of T (from 1) has BetaBin(k; N − 1, s·t, s·(T + 1 − t)) over tokens k of N.

    scale      s: 1 as published; larger keeps closer to the diagonal
    threshold  probabilities below it become zero
    kept       how many sizes (N, T) are remembered
    """

    def __init__(self, *, scale: float = 1.0, threshold: float = 0.0, kept: int = 256) -> None:
        if not scale > 0:
            raise ValueError(f"the scale of the attention prior is {scale}; it must be above 0")
        self.scale = scale
        self.threshold = threshold
        self._one = lru_cache(maxsize=kept)(self._make)

    def batch(self, token_lengths: Tensor, frames: Tensor) -> Tensor:
        """Priors of a batch.

        token_lengths  (B,)
        frames         (B,)
        returns        (B, T, N)  zero in the padding
        """
        sizes = zip(token_lengths.tolist(), frames.tolist(), strict=True)
        return stacked([self._one(count, length) for count, length in sizes]).to(frames.device)

    def _make(self, tokens: int, frames: int) -> Tensor:
        if not tokens:
            return torch.zeros(frames, 0)
        prior = beta_binomial(tokens, frames, scale=self.scale)
        return torch.where(prior < self.threshold, 0.0, prior).float()


def stacked(priors: Sequence[Tensor]) -> Tensor:
    """Priors of single items as one tensor.

    priors   one (T, N) tensor an item
    returns  (B, T, N)  zero in the padding
    """
    frames = max((prior.shape[0] for prior in priors), default=0)
    tokens = max((prior.shape[1] for prior in priors), default=0)
    out = torch.zeros(len(priors), frames, tokens)
    for item, prior in enumerate(priors):
        out[item, : prior.shape[0], : prior.shape[1]] = prior
    return out


def beta_binomial(tokens: int, frames: int, *, scale: float = 1.0) -> Tensor:
    """The probabilities of every token in every frame, (T, N) in float64; rows sum to one.

    tokens  N, at least 1
    frames  T
    """
    k = torch.arange(tokens, dtype=torch.float64)
    last, span = tokens - 1, scale * (frames + 1)
    rising = scale * torch.arange(1, frames + 1, dtype=torch.float64)[:, None]  # (T, 1); the other parameter falls
    ways = -torch.lgamma(k + 1) - torch.lgamma(last - k + 1)
    here = torch.lgamma(k + rising)  # (T, N); of the falling parameter it is the same, turned around
    whole = torch.lgamma(rising)
    constant = math.lgamma(last + 1) - math.lgamma(last + span) + math.lgamma(span)
    return torch.exp(constant + ways + here + here.flip(0, 1) - whole - whole.flip(0))
