"""The settings of vocoders that upsample a mel step by step: HiFi-GAN's and BigVGAN's; sizes by name."""

from __future__ import annotations

import math
from typing import Literal

from glowvox.config import Settings


class UpsamplingConfig(Settings, frozen=True, kw_only=True):
    """Stages of an upsampling convolution and parallel residual blocks; the defaults are HiFi-GAN V1's."""

    channels: int = 512  # before the first stage; every stage halves them
    rates: tuple[int, ...] = (8, 8, 2, 2)  # frames made of one, by stage; together they make a hop
    kernels: tuple[int, ...] = (16, 16, 4, 4)  # of the upsampling convolutions
    block: Literal["paired", "single"] = "paired"  # a second, undilated convolution after each dilated one, or none
    block_kernels: tuple[int, ...] = (3, 7, 11)  # one a parallel block
    dilations: tuple[tuple[int, ...], ...] = ((1, 3, 5), (1, 3, 5), (1, 3, 5))  # one convolution each, by block

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be built."""
        if len(self.rates) != len(self.kernels) or not self.rates:
            raise ValueError(f"{len(self.rates)} rates and {len(self.kernels)} kernels: expected one of each a stage")
        for rate, kernel in zip(self.rates, self.kernels, strict=True):
            if rate < 1 or kernel < rate or (kernel - rate) % 2:
                raise ValueError(
                    f"kernel = {kernel} cannot upsample at rate = {rate}: it must be at least the rate, and even where "
                    f"the rate is; {2 * rate} is"
                )
        if self.channels < 1 or self.channels % 2 ** len(self.rates):
            raise ValueError(
                f"channels = {self.channels} must be a multiple of {2 ** len(self.rates)}, 2 to the stages"
            )
        if len(self.block_kernels) != len(self.dilations) or not self.block_kernels:
            raise ValueError(
                f"{len(self.block_kernels)} block_kernels and {len(self.dilations)} dilations: expected as many"
            )
        if any(kernel < 1 or kernel % 2 == 0 for kernel in self.block_kernels):
            raise ValueError(f"block_kernels = {list(self.block_kernels)} must be odd")
        if any(not block or min(block) < 1 for block in self.dilations):
            raise ValueError(f"dilations = {[list(block) for block in self.dilations]} must be at least 1 each")

    @property
    def hop(self) -> int:
        """Samples made of one frame."""
        return math.prod(self.rates)

    @property
    def last_channels(self) -> int:
        """Channels after the last stage."""
        return self.channels >> len(self.rates)


class HiFiGANConfig(UpsamplingConfig, frozen=True, kw_only=True, tag_field="type", tag="hifi-gan"):
    """A HiFi-GAN generator."""


class BigVGANConfig(UpsamplingConfig, frozen=True, kw_only=True):
    """A BigVGAN generator."""

    activation: Literal["snake", "snakebeta"] = "snakebeta"  # one parameter a channel, or two
    log_scale: bool = True  # of these parameters
    last: Literal["tanh", "clip"] = "tanh"  # what keeps the wave within ±1
    last_bias: bool = True  # of the last convolution


HIFI_GAN = {
    "hifi-gan-v1": HiFiGANConfig(),
    "hifi-gan-v2": HiFiGANConfig(channels=128),
    "hifi-gan-v3": HiFiGANConfig(
        channels=256,
        rates=(8, 8, 4),
        kernels=(16, 16, 8),
        block="single",
        block_kernels=(3, 5, 7),
        dilations=((1, 2), (2, 6), (3, 12)),
    ),
}
