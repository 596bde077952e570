"""Convolutions, then an LSTM in both directions: how Flowtron reads texts and, for its mixture prior, mels."""

from __future__ import annotations

from torch import Tensor, nn

from glowvox.nn.convolution import Convolution
from glowvox.nn.dropout import Dropout
from glowvox.nn.instance_norm import MaskedInstanceNorm
from glowvox.nn.masks import masked
from glowvox.nn.recurrent import BidirectionalLSTM


class RecurrentEncoder(nn.Module):
    """Tacotron 2's encoder with instance instead of batch normalisation (Valle et al. 2020).

    blocks   convolutions, each normalised, rectified and dropped out
    kernel   of each convolution
    dropout  of each block, while training
    """

    def __init__(self, channels_in: int, width: int, *, blocks: int, kernel: int, dropout: float) -> None:
        super().__init__()
        widths = [channels_in] + [width] * (blocks - 1)
        self.convolutions = nn.ModuleList(Convolution(w, width, kernel) for w in widths)
        self.norms = nn.ModuleList(MaskedInstanceNorm(width) for _ in widths)
        self.dropout = Dropout(dropout)
        self.lstm = BidirectionalLSTM(width, width)
        for convolution in self.convolutions:
            assert isinstance(convolution, Convolution)
            nn.init.xavier_uniform_(convolution.weight, gain=nn.init.calculate_gain("relu"))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Read a batch of sequences.

        x        (B, C, T)
        mask     (B, 1, T)
        returns  (B, W, T)  zero in the padding
        """
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = self.dropout(norm(convolution(masked(x, mask)), mask).relu())
        return self.lstm(x, mask)  # type: ignore[no-any-return]
