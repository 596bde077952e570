"""A vocoder's own hum, taken out of what it says."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from glowvox.errors import UsageError

FRAMES = 88  # of silence from which the hum is taken


class Denoiser:
    """Subtraction of a constant spectrum from every frame, phases kept (Boll 1979, with the bias of WaveGlow's code).

    bias  (F,)  magnitude spectrum to take away, F = fft_size / 2 + 1
    hop   samples between frames
    """

    def __init__(self, bias: Tensor, *, hop: int = 256) -> None:
        self.bias = bias
        self.fft_size = 2 * (len(bias) - 1)
        self.hop = hop

    @classmethod
    def of(
        cls,
        vocoder: Callable[[Tensor], Tensor],
        *,
        bands: int,
        fft_size: int = 1024,
        hop: int = 256,
        level: float = 0.0,
    ) -> Denoiser:
        """The denoiser of any vocoder: its bias is what it makes of a mel spectrogram that is the same everywhere.

        vocoder  (1, M, T) → (1, S), without noise of its own (sigma 0)
        level    the value of that mel: 0 as published, or that of silence
        """
        return cls.from_hum(vocoder(torch.full((1, bands, FRAMES), level)), fft_size=fft_size, hop=hop)

    @classmethod
    def from_hum(cls, hum: Tensor, *, fft_size: int = 1024, hop: int = 256) -> Denoiser:
        """The denoiser whose bias is the first frame of a recording of the hum.

        hum  (1, S)
        """
        return cls(_stft(hum, fft_size, hop)[0, :, 0].abs(), hop=hop)

    def __call__(self, wave: Tensor, strength: float = 0.1) -> Tensor:
        """The wave with `strength` times the bias taken from every magnitude, none below zero.

        wave      (B, S)
        strength  0 leaves it as it is; 0.01 to 0.1 is usual
        returns   (B, S)
        raises    UsageError for a strength that is negative or no number
        """
        if not (strength >= 0 and math.isfinite(strength)):
            raise UsageError(f"strength = {strength} must be a number not below 0; 0.01 to 0.1 is usual")
        if wave.shape[1] <= self.fft_size // 2:
            return wave  # not one frame fits
        spectrum = _stft(wave, self.fft_size, self.hop)
        magnitude = (spectrum.abs() - strength * self.bias.to(wave)[:, None]).clamp(min=0)
        cleaned = torch.polar(magnitude, spectrum.angle())
        return torch.istft(cleaned, self.fft_size, self.hop, window=_window(wave, self.fft_size), length=wave.shape[1])


def _window(like: Tensor, size: int) -> Tensor:
    return torch.hann_window(size, dtype=like.dtype, device=like.device)


def _stft(wave: Tensor, fft_size: int, hop: int) -> Tensor:
    return torch.stft(
        wave, fft_size, hop, window=_window(wave, fft_size), pad_mode="reflect", return_complex=True
    )  # (B, F, T)
