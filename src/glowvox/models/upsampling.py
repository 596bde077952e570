"""Mel → wave by stages of upsampling and residual blocks: the frame that HiFi-GAN and BigVGAN share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from glowvox.audio.mel import MelConfig
from glowvox.errors import ConfigError
from glowvox.models.upsampling_config import UpsamplingConfig
from glowvox.nn.convolution import WeightNormConv1d
from glowvox.nn.weight_norm import WeightNormUpsampling

Activation = Callable[[int], nn.Module]  # made for a number of channels

ENDS = 7  # kernel of the first and of the last convolution


class ResidualBlock(nn.Module):
    """Rounds of activation and dilated convolution, each added to what came in.

    paired  every dilated convolution is followed by an activation and an undilated one
    """

    def __init__(
        self, channels: int, kernel: int, dilations: Sequence[int], activation: Activation, *, paired: bool
    ) -> None:
        super().__init__()
        self.dilated = nn.ModuleList(WeightNormConv1d(channels, channels, kernel, dilation=d) for d in dilations)
        self.plain = nn.ModuleList(WeightNormConv1d(channels, channels, kernel) for _ in dilations if paired)
        self.activations = nn.ModuleList(activation(channels) for _ in (*self.dilated, *self.plain))

    def forward(self, x: Tensor) -> Tensor:
        """x (B, C, T) → (B, C, T)."""
        activations = iter(self.activations)
        for index, dilated in enumerate(self.dilated):
            change = dilated(next(activations)(x))
            if self.plain:
                change = self.plain[index](next(activations)(change))
            x = x + change
        return x


class Stage(nn.Module):
    """An upsampling convolution, and the mean of residual blocks of several widths (Kong et al. 2020, section 2.2)."""

    def __init__(self, config: UpsamplingConfig, stage: int, activation: Activation) -> None:
        super().__init__()
        wide = config.channels // 2**stage
        narrow = wide // 2
        self.upsampling = WeightNormUpsampling(wide, narrow, config.kernels[stage], rate=config.rates[stage])
        self.blocks = nn.ModuleList(
            ResidualBlock(narrow, kernel, dilations, activation, paired=config.block == "paired")
            for kernel, dilations in zip(config.block_kernels, config.dilations, strict=True)
        )

    def forward(self, x: Tensor) -> Tensor:
        """x (B, C, T) → (B, C/2, T·rate)."""
        x = self.upsampling(x)
        total = torch.zeros_like(x)
        for block in self.blocks:
            total = total + block(x)
        return total / len(self.blocks)


def first_convolution(config: UpsamplingConfig, mel: MelConfig, *, name: str) -> WeightNormConv1d:
    """The convolution that reads the mel.

    raises  ConfigError where the stages do not make a hop of the mel
    """
    if config.hop != mel.hop:
        raise ConfigError(
            f"{name}: rates = {list(config.rates)} make {config.hop} samples of a frame, the mel's hop is {mel.hop}",
            hint="the product of the rates must be mel.hop",
        )
    return WeightNormConv1d(mel.bands, config.channels, ENDS)
