"""One mean a token, with no context: what the alignment search may look at.

An encoder that sees its neighbours can describe a token's frames from anywhere near the token, and over some thousand
steps its alignments drift by up to a phone (docs/decisions/0003). A table cannot: a token's frames are where it sounds.
"""

from __future__ import annotations

import math

from torch import Tensor, nn

from glowvox.nn.precision import full_precision


class TokenMeans(nn.Module):
    """A mean in the latent space for each token id, as an embedding and a projection, which learns faster than a table.

    vocabulary  number of token ids
    width       of the embedding
    bands       mel bands
    """

    def __init__(self, vocabulary: int, width: int, bands: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.embedding.weight, 0.0, width**-0.5)
        self.projection = nn.Linear(width, bands)

    def forward(self, tokens: Tensor) -> Tensor:
        """tokens (B, N) → means (B, M, N)."""
        weight = self.embedding.weight
        with full_precision(weight):
            hidden = self.embedding(tokens) * math.sqrt(weight.shape[1])
            return self.projection(hidden).transpose(1, 2)  # type: ignore[no-any-return]
