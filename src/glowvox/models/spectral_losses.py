"""Distances between waves that do not hear phase."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from glowvox.nn.precision import full_precision

RESOLUTIONS = ((2048, 512), (1024, 256), (512, 128), (256, 64))  # fft_size, hop
FLOOR = 1e-5  # of squared magnitudes, so that near silence weighs little


class MultiResolutionSTFT(nn.Module):
    """Spectral convergence and L1 distance of log magnitudes, averaged over resolutions (Yamamoto et al. 2020, eqs. 4-6).

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
