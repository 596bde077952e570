"""Speakers told apart by vectors from outside, which do not train."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class SpeakerVectors(nn.Module):
    """A fixed vector for each speaker, as a speaker encoder gave it (d-vector); stored with the weights.

    speakers  number of voices
    width     of a vector
    """

    weight: Tensor

    def __init__(self, speakers: int, width: int) -> None:
        super().__init__()
        self.register_buffer("weight", torch.zeros(speakers, width))

    @property
    def num_embeddings(self) -> int:
        """Number of voices."""
        return len(self.weight)

    @property
    def embedding_dim(self) -> int:
        """Width of a vector."""
        return self.weight.shape[1]

    def forward(self, speaker: Tensor) -> Tensor:
        """speaker (B,) → vectors (B, G)."""
        return self.weight[speaker]
