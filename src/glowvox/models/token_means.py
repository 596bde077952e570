"""One mean a token, with no context: what the alignment search may look at.

An encoder that sees its neighbours can describe a token's frames from anywhere near the token, and over some thousand
steps its alignments drift by up to a phone (docs/decisions/0003). A table cannot: a token's frames are where it sounds.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from glowvox.nn.precision import full_precision


class TokenMeans(nn.Module):
    """A mean in the latent space for each token id, as an embedding and a projection, which learns faster than a table.

    vocabulary  number of token ids
    width       of the embedding
    bands       mel bands
    scaled      also a scale for each band, the same for all tokens: needed where the prior has scales of its own, which
                leave the size of the latent open
    """

    def __init__(self, vocabulary: int, width: int, bands: int, *, scaled: bool) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.embedding.weight, 0.0, width**-0.5)
        self.projection = nn.Linear(width, bands)
        # all tokens alike at first: means drawn at random would leave every frame to the most frequent token, which is
        # the first whose mean is about that of all sound
        nn.init.zeros_(self.projection.weight)
        nn.init.zeros_(self.projection.bias)
        self.log_scale = nn.Parameter(self.projection.weight.new_zeros(bands)) if scaled else None

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """tokens (B, N) → means (B, M, N), logarithms of scales (B, M, N)."""
        weight = self.embedding.weight
        with full_precision(weight):
            hidden = self.embedding(tokens) * math.sqrt(weight.shape[1])
            mean = self.projection(hidden).transpose(1, 2)
        if self.log_scale is None:
            return mean, torch.zeros_like(mean)
        return mean, self.log_scale[:, None].expand_as(mean)
