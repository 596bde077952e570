"""The discriminator of complex spectra in bands (Kumar et al. 2023), which Vocos and BigVGAN v2 train with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from glowvox.models.discriminators.judgement import SLOPE, Judgement, normalised
from glowvox.nn.precision import full_precision

WINDOWS = (2048, 1024, 512)  # samples; the transform is as long
EDGES = ((0.0, 0.1), (0.1, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1.0))  # of half the sample rate
PEAK = 0.8  # every wave is brought to it, without its mean


class BandDiscriminator(nn.Module):
    """Each band of a complex spectrum has convolutions of its own; one more reads all of them side by side.

    edges  of the bands, as shares of half the sample rate; together they need not cover it
    """

    window: Tensor

    def __init__(
        self,
        window: int,
        channels: int = 32,
        *,
        hop_share: float = 0.25,
        edges: Sequence[tuple[float, float]] = EDGES,
    ) -> None:
        super().__init__()
        self.hop = int(window * hop_share)
        bins = window // 2 + 1
        self.bands = tuple((int(low * bins), int(high * bins)) for low, high in edges)
        self.register_buffer("window", torch.hann_window(window), persistent=False)
        self.stacks = nn.ModuleList(
            nn.ModuleList(
                (
                    normalised(2, channels, (3, 9)),
                    *(normalised(channels, channels, (3, 9), stride=(1, 2)) for _ in range(3)),
                    normalised(channels, channels, (3, 3)),
                )
            )
            for _ in self.bands
        )
        self.last = normalised(channels, 1, (3, 3))

    def forward(self, wave: Tensor) -> Judgement:
        """Scores and maps of a batch; the first map of each band is left out, as in the original.

        wave  (B, S)  longer than half the window
        """
        spectrum = self.spectrum(wave)
        maps: list[Tensor] = []
        bands = []
        for (low, high), stack in zip(self.bands, self.stacks, strict=True):
            x = spectrum[..., low:high]
            inside = []
            for convolution in cast(nn.ModuleList, stack):
                x = F.leaky_relu(convolution(x), SLOPE)
                inside.append(x)
            maps += inside[1:]
            bands.append(x)
        score = self.last(torch.cat(bands, dim=3))
        return Judgement(score, (*maps, score))

    def spectrum(self, wave: Tensor) -> Tensor:
        """Real and imaginary parts of the levelled wave's spectrum.

        wave     (B, S)
        returns  (B, 2, T, F)
        """
        with full_precision(wave):
            wave = wave.float()
            wave = wave - wave.mean(dim=1, keepdim=True)
            wave = PEAK * wave / (wave.abs().amax(dim=1, keepdim=True) + 1e-9)
            size = self.window.shape[0]
            spectrum = torch.stft(wave, size, self.hop, window=self.window, return_complex=True)
            return torch.view_as_real(spectrum).permute(0, 3, 2, 1)


class MultiBandDiscriminator(nn.Module):
    """One network a window length."""

    def __init__(
        self,
        windows: Sequence[int] = WINDOWS,
        channels: int = 32,
        *,
        hop_share: float = 0.25,
        edges: Sequence[tuple[float, float]] = EDGES,
    ) -> None:
        super().__init__()
        self.networks = nn.ModuleList(
            BandDiscriminator(window, channels, hop_share=hop_share, edges=edges) for window in windows
        )

    def forward(self, wave: Tensor) -> list[Judgement]:
        """One judgement a window length.

        wave  (B, S)
        """
        return [network(wave) for network in self.networks]
