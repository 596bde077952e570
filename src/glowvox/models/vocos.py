"""Vocos: a ConvNeXt network gives the spectrum of each frame, magnitude and phase (Siuzdak 2023)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from glowvox.audio.mel import MelConfig, analysis_window
from glowvox.models.convnext import ConvNeXt
from glowvox.models.vocos_config import VocosConfig
from glowvox.nn.inverse_stft import inverse_stft
from glowvox.nn.precision import full_precision

KERNEL = 7
LOUDEST = 100.0  # magnitude


class Vocos(nn.Module):
    """Mel spectrogram → wave. The spectrum it makes has the mel's transform, hop, window and padding."""

    window: Tensor

    def __init__(self, config: VocosConfig, mel: MelConfig) -> None:
        super().__init__()
        self.config, self.mel = config, mel
        self.network = ConvNeXt(
            mel.bands, config.width, feed_forward=config.feed_forward, layers=config.layers, kernel=KERNEL
        )
        self.head = nn.Linear(config.width, mel.fft_size + 2)
        nn.init.trunc_normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)
        self.register_buffer("window", torch.from_numpy(analysis_window(mel).copy()).float(), persistent=False)

    def forward(self, mel: Tensor) -> Tensor:
        """Wave of a mel.

        mel      (B, M, T)
        returns  (B, S)     S = T·hop for a mel with "same" padding, (T − 1)·hop for a centred one
        """
        return self.wave(self.network(mel))

    def wave(self, hidden: Tensor) -> Tensor:
        """Wave of what the network says of each frame.

        hidden   (B, T, W)
        returns  (B, S)
        """
        level, phase = self.head(hidden).float().chunk(2, dim=2)  # (B, T, F) each
        with full_precision(level):
            # the limit on the magnitude cuts its gradient as well; on its logarithm it never overflows before
            magnitude = level.clamp(max=math.log(LOUDEST)).exp()
            spectrum = torch.polar(magnitude, phase)
            return inverse_stft(spectrum, self.window, self.mel.hop, self.mel.padding)
