"""HiFi-GAN: a mel upsampled to a wave through residual blocks of several widths and dilations (Kong et al. 2020)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from glowvox.audio.mel import MelConfig
from glowvox.models.upsampling import ENDS, Stage, first_convolution
from glowvox.models.upsampling_config import HiFiGANConfig
from glowvox.nn.convolution import WeightNormConv1d

SLOPE = 0.1  # of the rectifiers, below zero
LAST_SLOPE = 0.01  # of the one before the last convolution


class HiFiGAN(nn.Module):
    """Mel spectrogram → wave.

    raises  ConfigError for rates that do not make a hop of the mel
    """

    def __init__(self, config: HiFiGANConfig, mel: MelConfig) -> None:
        super().__init__()
        self.config, self.mel = config, mel
        self.first = first_convolution(config, mel, name="hifi-gan")
        self.stages = nn.ModuleList(
            Stage(config, stage, lambda _: nn.LeakyReLU(SLOPE)) for stage in range(len(config.rates))
        )
        self.last = WeightNormConv1d(config.last_channels, 1, ENDS)

    def forward(self, mel: Tensor) -> Tensor:
        """Wave of a mel.

        mel      (B, M, T)
        returns  (B, T·hop)  within ±1
        """
        x = self.first(mel)
        for stage in self.stages:
            x = stage(F.leaky_relu(x, SLOPE))
        return torch.tanh(self.last(F.leaky_relu(x, LAST_SLOPE)))[:, 0]
