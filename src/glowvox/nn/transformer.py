"""The layers of the text encoder: residual convolutions before, transformer layers after."""

from __future__ import annotations

from torch import Tensor, nn

from glowvox.nn.attention import RelativeAttention
from glowvox.nn.convolution import ChannelNorm, Convolution
from glowvox.nn.dropout import Dropout
from glowvox.nn.masks import masked


class Prenet(nn.Module):
    """Three rounds of convolution, normalisation, ReLU and dropout, added to the input (Glow-TTS, appendix A.1).

    The last projection starts at zero, so that the prenet starts as the identity.
    """

    def __init__(self, channels: int, *, kernel: int = 5, rounds: int = 3, dropout: float = 0.5) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(Convolution(channels, channels, kernel) for _ in range(rounds))
        self.norms = nn.ModuleList(ChannelNorm(channels) for _ in range(rounds))
        self.dropout = Dropout(dropout)
        self.projection = Convolution(channels, channels)
        nn.init.zeros_(self.projection.weight)
        assert self.projection.bias is not None
        nn.init.zeros_(self.projection.bias)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, C, N) and mask (B, 1, N) → (B, C, N)."""
        hidden = x
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            hidden = self.dropout(norm(convolution(masked(hidden, mask))).relu())
        return masked(x + self.projection(hidden), mask)


class FeedForward(nn.Module):
    """Two convolutions around a ReLU."""

    def __init__(self, channels: int, hidden: int, *, kernel: int, dropout: float) -> None:
        super().__init__()
        self.widen = Convolution(channels, hidden, kernel)
        self.narrow = Convolution(hidden, channels, kernel)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, C, N) and mask (B, 1, N) → (B, C, N)."""
        hidden = self.dropout(self.widen(masked(x, mask)).relu())
        return masked(self.narrow(masked(hidden, mask)), mask)


class TransformerLayer(nn.Module):
    """Attention and feed-forward, each added to its input and normalised afterwards (Vaswani et al. 2017)."""

    def __init__(
        self,
        channels: int,
        attention: RelativeAttention,
        feed_forward: FeedForward,
        *,
        dropout: float,
        eps: float = 1e-4,
    ) -> None:
        super().__init__()
        self.attention = attention
        self.attention_norm = ChannelNorm(channels, eps=eps)
        self.feed_forward = feed_forward
        self.feed_forward_norm = ChannelNorm(channels, eps=eps)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (B, C, N) and mask (B, 1, N) → (B, C, N), meaningless in the padding."""
        x = masked(x, mask)
        x = self.attention_norm(x + self.dropout(self.attention(x, mask)))
        return self.feed_forward_norm(x + self.dropout(self.feed_forward(x, mask)))  # type: ignore[no-any-return]
