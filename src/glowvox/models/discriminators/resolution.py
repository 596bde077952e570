"""The multi-resolution discriminator of magnitudes (Jang et al. 2021, as Lee et al. 2023 train BigVGAN with it)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from glowvox.models.discriminators.judgement import SLOPE, Judgement, normalised
from glowvox.nn.precision import full_precision


class Resolution(NamedTuple):
    """Sizes of a spectrum (samples)."""

    fft_size: int
    hop: int
    window: int


RESOLUTIONS = (Resolution(1024, 120, 600), Resolution(2048, 240, 1200), Resolution(512, 50, 240))


class ResolutionDiscriminator(nn.Module):
    """Convolutions over a magnitude spectrum; its window is rectangular, as in the original."""

    window: Tensor

    def __init__(self, resolution: Resolution, channels: int = 32) -> None:
        super().__init__()
        self.resolution = resolution
        self.register_buffer("window", torch.ones(resolution.window), persistent=False)
        self.convolutions = nn.ModuleList(
            (
                normalised(1, channels, (3, 9)),
                *(normalised(channels, channels, (3, 9), stride=(1, 2)) for _ in range(3)),
                normalised(channels, channels, (3, 3)),
            )
        )
        self.last = normalised(channels, 1, (3, 3))

    def forward(self, wave: Tensor) -> Judgement:
        """Scores and maps of a batch.

        wave  (B, S)  longer than half the FFT
        """
        x = self.magnitude(wave)[:, None]  # (B, 1, F, T)
        maps = []
        for convolution in self.convolutions:
            x = F.leaky_relu(convolution(x), SLOPE)
            maps.append(x)
        x = self.last(x)
        return Judgement(x.flatten(1), (*maps, x))

    def magnitude(self, wave: Tensor) -> Tensor:
        """Magnitude spectrum of the mirrored wave.

        wave     (B, S)
        returns  (B, F, T)
        """
        size, hop, window = self.resolution
        edge = (size - hop) // 2
        with full_precision(wave):
            padded = F.pad(wave.float()[:, None], (edge, edge), mode="reflect")[:, 0]
            spectrum = torch.stft(padded, size, hop, window, self.window, center=False, return_complex=True)
            return spectrum.abs()


class MultiResolutionDiscriminator(nn.Module):
    """One network a resolution."""

    def __init__(self, resolutions: Sequence[Resolution] = RESOLUTIONS, channels: int = 32) -> None:
        super().__init__()
        self.networks = nn.ModuleList(ResolutionDiscriminator(resolution, channels) for resolution in resolutions)

    def forward(self, wave: Tensor) -> list[Judgement]:
        """One judgement a resolution.

        wave  (B, S)
        """
        return [network(wave) for network in self.networks]
