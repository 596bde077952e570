"""Tokens → the prior's statistics and the logarithm of each token's duration."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from glowvox.models.encoder_layers import encoder_ending, encoder_layers
from glowvox.models.glow_tts_config import DurationConfig, EncoderConfig
from glowvox.nn.convolution import ChannelNorm, Convolution
from glowvox.nn.dropout import Dropout
from glowvox.nn.masks import masked
from glowvox.nn.precision import upcast
from glowvox.nn.transformer import Prenet


class Encoded(NamedTuple):
    """What the encoder says of each token; zero in the padding."""

    mean: Tensor  # (B, M, N)
    log_scale: Tensor  # (B, M, N)
    log_duration: Tensor  # (B, N)  natural logarithm of frames, or of frames + 1
    hidden: Tensor  # (B, C, N)  what all of it is read from


class DurationPredictor(nn.Module):
    """Two convolutions and a projection to log-durations (Glow-TTS §3.3 and eq. 6)."""

    def __init__(self, channels: int, config: DurationConfig, *, kernel: int) -> None:
        super().__init__()
        widths = (channels, config.width)
        self.convolutions = nn.ModuleList(Convolution(w, config.width, kernel) for w in widths)
        self.norms = nn.ModuleList(ChannelNorm(config.width) for _ in widths)
        self.dropout = Dropout(config.dropout)
        self.projection = Convolution(config.width, 1)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Log-durations.

        x        (B, C, N)
        mask     (B, 1, N)
        returns  (B, N)
        """
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = self.dropout(norm(convolution(masked(x, mask)).relu()))
        return upcast(masked(self.projection(masked(x, mask)), mask)[:, 0])


class TextEncoder(nn.Module):
    """Embedding, prenet, layers of the chosen kind and three heads (Glow-TTS §3.3, appendix A.1)."""

    def __init__(
        self,
        config: EncoderConfig,
        duration: DurationConfig,
        *,
        vocabulary: int,
        bands: int,
        mean_only: bool,
        speaker_width: int,
    ) -> None:
        super().__init__()
        width = config.width
        self.embedding = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.embedding.weight, 0.0, width**-0.5)
        self.prenet = Prenet(width) if config.prenet else None
        self.layers = encoder_layers(config)
        self.postnet = encoder_ending(config)
        self.mean = Convolution(width, bands)
        self.log_scale = None if mean_only else Convolution(width, bands)
        self.duration = DurationPredictor(width + speaker_width, duration, kernel=duration.kernel or config.kernel)

    def forward(self, tokens: Tensor, mask: Tensor, speaker: Tensor | None = None) -> Encoded:
        """Read the tokens of a batch.

        tokens   (B, N)
        mask     (B, 1, N)
        speaker  (B, G, 1) or None  conditions the durations alone
        """
        x = self.hidden(tokens, mask)
        mean = upcast(masked(self.mean(x), mask))
        log_scale = torch.zeros_like(mean) if self.log_scale is None else upcast(masked(self.log_scale(x), mask))
        # the likelihood alone shapes the encoder; durations learn on top of what it found
        features = x.detach()
        if speaker is not None:
            features = torch.cat([features, speaker.to(features.dtype).expand(-1, -1, features.shape[2])], dim=1)
        return Encoded(mean, log_scale, self.duration(features, mask), x)

    def hidden(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """The representation that the heads read.

        tokens   (B, N)
        mask     (B, 1, N)
        returns  (B, C, N)
        """
        x: Tensor = (self.embedding(tokens) * math.sqrt(self.embedding.embedding_dim)).transpose(1, 2)
        if self.prenet is not None:
            x = self.prenet(x, mask)
        for layer in self.layers:
            x = layer(x, mask)
        if self.postnet is not None:
            x = self.postnet(x, mask)
        return masked(x, mask)
