"""Distances between waves that do not hear phase."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from glowvox.audio.mel import MelConfig, mel_filters
from glowvox.nn.precision import full_precision

RESOLUTIONS = ((2048, 512), (1024, 256), (512, 128), (256, 64))  # fft_size, hop
FLOOR = 1e-5  # of squared magnitudes, so that near silence weighs little
SCALES = ((32, 5), (64, 10), (128, 20), (256, 40), (512, 80), (1024, 160), (2048, 320))  # window, bands
LEAST_MEL = 1e-5  # magnitude, before the logarithm


class MultiResolutionSTFT(nn.Module):
    """Spectral convergence and L1 of log magnitudes, averaged over resolutions (Yamamoto et al. 2020, eqs. 4-6).

    resolutions  (fft_size, hop) each, with a Hann window as long as the transform
    """

    def __init__(self, resolutions: Sequence[tuple[int, int]] = RESOLUTIONS) -> None:
        super().__init__()
        self.resolutions = tuple(resolutions)
        for fft_size, _ in self.resolutions:
            self.register_buffer(f"window_{fft_size}", torch.hann_window(fft_size), persistent=False)

    def forward(self, wave: Tensor, target: Tensor) -> Tensor:
        """Distance of waves.

        wave     (B, S)
        target   (B, S)
        returns  ()
        """
        with full_precision(wave):
            total = wave.new_zeros(())
            for fft_size, hop in self.resolutions:
                with torch.no_grad():
                    real = self._magnitude(target.float(), fft_size, hop)
                made = self._magnitude(wave.float(), fft_size, hop)
                convergence = torch.linalg.vector_norm(real - made) / torch.linalg.vector_norm(real)
                total = total + convergence + F.l1_loss(made.log(), real.log())
            return total / len(self.resolutions)

    def _magnitude(self, wave: Tensor, fft_size: int, hop: int) -> Tensor:
        window = getattr(self, f"window_{fft_size}")
        spectrum = torch.stft(wave, fft_size, hop, window=window, return_complex=True)
        return torch.sqrt(spectrum.real**2 + spectrum.imag**2 + FLOOR)


class MultiScaleMel(nn.Module):
    """L1 distance of log10 mel spectrograms, summed over window lengths (Kumar et al. 2023; BigVGAN v2's, weight 15).

    Frames stand a quarter of a window apart; bands reach from 0 to half the sample rate.

    scales  (window, bands) each
    """

    def __init__(self, sample_rate: int, scales: Sequence[tuple[int, int]] = SCALES) -> None:
        super().__init__()
        self.windows = tuple(window for window, _ in scales)
        for window, bands in scales:
            mel = MelConfig(
                sample_rate=sample_rate,
                fft_size=window,
                window=window,
                hop=window // 4,
                bands=bands,
                high=sample_rate / 2,
            )
            self.register_buffer(f"window_{window}", torch.hann_window(window), persistent=False)
            self.register_buffer(f"filters_{window}", torch.from_numpy(mel_filters(mel).copy()), persistent=False)

    def forward(self, wave: Tensor, target: Tensor) -> Tensor:
        """Distance of waves.

        wave     (B, S)
        target   (B, S)
        returns  ()
        """
        with full_precision(wave):
            total = wave.new_zeros((), dtype=torch.float32)
            for window in self.windows:
                with torch.no_grad():
                    real = self._level(target.float(), window)
                total = total + F.l1_loss(self._level(wave.float(), window), real)
            return total

    def _level(self, wave: Tensor, window: int) -> Tensor:
        shape: Tensor = getattr(self, f"window_{window}")
        filters: Tensor = getattr(self, f"filters_{window}")
        magnitude = torch.stft(wave, window, window // 4, window=shape, return_complex=True).abs()
        return (filters @ magnitude).clamp(min=LEAST_MEL).log10()
