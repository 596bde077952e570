"""The torch twin of `audio.mel`: the same settings, filters and window, differentiable."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from glowvox.audio.mel import MelConfig, analysis_window, mel_filters
from glowvox.audio.stft import edge, reflected
from glowvox.errors import AudioError


class LogMel(nn.Module):
    """Mel spectrogram in the units models learn, as `audio.mel.log_mel` defines it.

    Runs in double precision inside, whatever autocast says: single-precision transforms of loud frames leave errors of
    up to 0.1 in bands near the floor. Where a device has no doubles (mps), it runs in single.
    """

    window: Tensor
    filters: Tensor

    def __init__(self, config: MelConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("window", torch.from_numpy(analysis_window(config).copy()), persistent=False)
        self.register_buffer("filters", torch.from_numpy(mel_filters(config).copy()), persistent=False)

    def forward(self, samples: Tensor) -> Tensor:
        """Mel spectrograms of whole signals.

        samples  (B, S) at config.sample_rate, full scale ±1
        returns  (B, bands, frames), in the precision of `samples` but at least single
        raises   AudioError when there are no samples
        """
        with torch.autocast(samples.device.type, enabled=False):
            magnitude = self.magnitude(samples)
            mel = self.compress(self.filters.to(magnitude.dtype) @ magnitude)
        return mel.to(torch.promote_types(samples.dtype, torch.float32))

    def magnitude(self, samples: Tensor) -> Tensor:
        """Linear spectrogram √(re² + im² + epsilon).

        samples  (B, S)
        returns  (B, fft_size/2 + 1, frames) in double precision
        """
        config = self.config
        signal = samples.float() if samples.device.type == "mps" else samples.double()
        if not signal.shape[-1]:
            raise AudioError("no samples: a spectrum needs at least one")
        if config.preemphasis:
            signal = signal - config.preemphasis * nn.functional.pad(signal[:, :-1], (1, 0))
        padded = self._reflect(signal)
        if padded.shape[-1] < config.fft_size:
            return signal.new_zeros(signal.shape[0], config.fft_size // 2 + 1, 0)
        frames = padded.unfold(-1, config.fft_size, config.hop)  # (B, T, fft_size)
        spectrum = torch.fft.rfft(frames * self.window.to(signal.dtype)).transpose(1, 2)
        if not config.epsilon:
            return torch.abs(spectrum)  # whose gradient at zero is zero, where that of √0 is infinite
        return torch.sqrt(spectrum.real**2 + spectrum.imag**2 + config.epsilon)

    def compress(self, mel: Tensor) -> Tensor:
        """Linear mel magnitude to model units.

        mel      (...) linear
        returns  the same shape
        """
        floored = mel.clamp(min=self.config.floor)
        level = self.config.gain * (floored.log() if self.config.compression == "ln" else floored.log10())
        rule = self.config.normalisation
        if rule is None:
            return level
        unit = (level - rule.reference - rule.lowest) / -rule.lowest
        scaled = 2 * rule.highest * unit - rule.highest if rule.symmetric else rule.highest * unit
        return scaled.clamp(-rule.highest if rule.symmetric else 0.0, rule.highest) if rule.clip else scaled

    def _reflect(self, signal: Tensor) -> Tensor:
        pad = edge(self.config.fft_size, self.config.hop, self.config.padding)
        if 0 < pad < signal.shape[-1]:
            return nn.functional.pad(signal[:, None], (pad, pad), mode="reflect")[:, 0]
        places = torch.from_numpy(reflected(signal.shape[-1], pad)).to(signal.device)
        return torch.index_select(signal, 1, places)  # shorter than the padding: mirrored more than once
