"""The multi-scale discriminator (Kumar et al. 2019, with the normalisations of Kong et al. 2020, section 2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn

from glowvox.models.discriminators.judgement import SLOPE, Judgement
from glowvox.nn.spectral_norm import SpectralNormConvolution
from glowvox.nn.weight_norm import WeightNormConvolution


class Layer(NamedTuple):
    """Sizes of one convolution."""

    channels: int
    kernel: int
    stride: int = 1
    groups: int = 1


LAYERS = (
    Layer(128, 15),
    Layer(128, 41, stride=2, groups=4),
    Layer(256, 41, stride=2, groups=16),
    Layer(512, 41, stride=4, groups=16),
    Layer(1024, 41, stride=4, groups=16),
    Layer(1024, 41, groups=16),
    Layer(1024, 5),
)


class ScaleDiscriminator(nn.Module):
    """Strided convolutions over the wave.

    spectral  spectral normalisation instead of weight normalisation
    """

    def __init__(self, layers: Sequence[Layer] = LAYERS, *, spectral: bool) -> None:
        super().__init__()
        norm = SpectralNormConvolution if spectral else WeightNormConvolution
        inputs = (1, *(layer.channels for layer in layers))
        self.convolutions = nn.ModuleList(
            norm(nn.Conv1d(c, o, k, stride=s, padding=k // 2, groups=g))
            for c, (o, k, s, g) in zip(inputs[:-1], layers, strict=True)
        )
        self.last = norm(nn.Conv1d(inputs[-1], 1, 3, padding=1))

    def forward(self, wave: Tensor) -> Judgement:
        """Scores and maps of a batch.

        wave  (B, S)
        """
        x = wave[:, None]
        maps = []
        for convolution in self.convolutions:
            x = F.leaky_relu(convolution(x), SLOPE)
            maps.append(x)
        x = self.last(x)
        return Judgement(x.flatten(1), (*maps, x))


class MultiScaleDiscriminator(nn.Module):
    """The wave as it is and averaged once and twice to half the rate; the first network is normalised spectrally."""

    def __init__(self, scales: int = 3, layers: Sequence[Layer] = LAYERS) -> None:
        super().__init__()
        self.networks = nn.ModuleList(ScaleDiscriminator(layers, spectral=scale == 0) for scale in range(scales))

    def forward(self, wave: Tensor) -> list[Judgement]:
        """One judgement a scale.

        wave  (B, S)
        """
        judgements = []
        for scale, network in enumerate(self.networks):
            if scale:
                wave = F.avg_pool1d(wave[:, None], 4, stride=2, padding=2)[:, 0]
            judgements.append(network(wave))
        return judgements
