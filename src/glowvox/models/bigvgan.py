"""BigVGAN: HiFi-GAN's frame with periodic, anti-aliased activations (Lee et al. 2023)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from glowvox.audio.mel import MelConfig
from glowvox.models.snake import AntiAliased, Snake
from glowvox.models.upsampling import ENDS, Stage, first_convolution
from glowvox.models.upsampling_config import BigVGANConfig
from glowvox.nn.weight_norm import WeightNormConvolution


class BigVGAN(nn.Module):
    """Mel spectrogram → wave.

    raises  ConfigError for rates that do not make a hop of the mel
    """

    def __init__(self, config: BigVGANConfig, mel: MelConfig) -> None:
        super().__init__()
        self.config, self.mel = config, mel
        self.first = first_convolution(config, mel, name="bigvgan")
        self.stages = nn.ModuleList(Stage(config, stage, self._activation) for stage in range(len(config.rates)))
        self.activation = self._activation(config.last_channels)
        self.last = WeightNormConvolution(
            nn.Conv1d(config.last_channels, 1, ENDS, padding=ENDS // 2, bias=config.last_bias)
        )

    def _activation(self, channels: int) -> nn.Module:
        separate = self.config.activation == "snakebeta"
        return AntiAliased(Snake(channels, separate=separate, logarithmic=self.config.log_scale))

    def forward(self, mel: Tensor) -> Tensor:
        """Wave of a mel.

        mel      (B, M, T)
        returns  (B, T·hop)  within ±1
        """
        x = self.first(mel)
        for stage in self.stages:
            x = stage(x)
        wave = self.last(self.activation(x))[:, 0]
        return torch.tanh(wave) if self.config.last == "tanh" else wave.clamp(-1, 1)
