"""Our vocoder: a ConvNeXt network reads the mel and an inverse short-time Fourier transform makes the wave.

With the harmonic source the network only filters: it gives, for every frame and frequency, the gain and the phase for a
pulse train of the right pitch, and the gain of white noise. Phases that fit each other from frame to
frame come with the source and need not be learnt, which is what a plain head lacks (docs/vocoder.md has the
comparison). Pitch and voicing are told from the mel by a small network of their own: in a common one the gradients of
the pitch drown those of the sound.

Gains begin as the mel's own envelope, and the phase as that of the causal filter with this envelope (minimum phase), so
that the network learns only what the mel does not say. A frame has several spectra, of windows as much shorter than the
mel's: one window's length of smear is heard.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from glowvox.audio.mel import MelConfig, mel_filters, natural
from glowvox.audio.stft import hann
from glowvox.errors import ConfigError
from glowvox.models.convnext import ConvNeXt
from glowvox.models.harmonic import pulses
from glowvox.models.istft_config import IstftConfig
from glowvox.nn.inverse_stft import inverse_stft
from glowvox.nn.precision import full_precision

MIDDLE_HZ = 180.0  # pitch that a zero of the network means
LOWEST_HZ, HIGHEST_HZ = 50.0, 800.0
LOUDEST = 8.0  # logarithm of the highest gain
FURTHEST = 1.5  # phase of the filter (radians); below π/2, so that its cosine stays positive
MIDDLE_LEVEL, SPREAD = -5.0, 2.5  # of the natural logarithm of mels of speech


class Spectra(NamedTuple):
    """What the network says of each frame and its P pieces; F = fft_size / 2P + 1."""

    gain: Tensor  # (B, T·P, F)   logarithm; of the pulses, or of the whole spectrum in a plain head
    phase: Tensor  # (B, T·P, F)  added to the pulses'; in a plain head the spectrum's own
    noise: Tensor | None  # (B, T·P, F)  logarithm of the gain of noise; none in a plain head
    log_f0: Tensor | None  # (B, T)  natural logarithm of Hz
    voicing: Tensor | None  # (B, T)  logit


class IstftVocoder(nn.Module):
    """Mel spectrogram → wave.

    raises  ConfigError for a mel whose frames are not centred between hops ("same" padding), or too far apart
    """

    window: Tensor

    def __init__(self, config: IstftConfig, mel: MelConfig) -> None:
        super().__init__()
        pieces = config.pieces
        self.config, self.mel = config, mel
        self.hop, self.size = mel.hop // pieces, mel.fft_size // pieces
        edges = self.size - self.hop
        if mel.padding != "same" or mel.hop % pieces or mel.fft_size % mel.hop or edges < self.hop or edges % 2:
            raise ConfigError(
                f"istft vocoder: mel.padding = {mel.padding}, fft_size = {mel.fft_size}, hop = {mel.hop}, in {pieces} "
                "pieces: expected padding 'same', a hop that is a multiple of the pieces, and an fft_size that is a "
                "multiple of the hop, at least twice it; of a piece it must be an even number of samples longer"
            )
        self.bins = self.size // 2 + 1
        self.network = ConvNeXt(
            mel.bands * config.stack,
            config.width,
            feed_forward=config.feed_forward,
            layers=config.layers,
            kernel=config.kernel,
        )
        self.harmonic = config.source == "harmonic"
        self.head = _linear(config.width, config.stack * pieces * (3 if self.harmonic else 2) * self.bins)
        self.envelope = nn.Linear(mel.bands, self.bins)
        if self.harmonic:
            self.pitch_network = ConvNeXt(
                mel.bands * config.stack,
                config.pitch_width,
                feed_forward=2 * config.pitch_width,
                layers=config.pitch_layers,
                kernel=config.kernel,
            )
            self.pitch_head = _linear(config.pitch_width, config.stack * 2)
            self.envelope_phase = nn.Linear(mel.bands, self.bins)
        window = torch.from_numpy(hann(self.size, self.size)).float()
        self.register_buffer("window", window, persistent=False)
        self._begin_as_envelope()

    @torch.no_grad()
    def _begin_as_envelope(self) -> None:
        """Gains that are the mel's envelope, and with a harmonic source the phase that goes with it."""
        lines, areas = _between_bands(self.mel)
        lines, areas = lines[:: self.config.pieces], areas[:: self.config.pieces]
        heard = float((torch.from_numpy(hann(self.mel.fft_size, self.mel.fft_size)) ** 2).sum())
        # of two sources of unit power, or of a spectrum whose window is shorter
        level = math.sqrt(2 * heard if self.harmonic else heard / float((self.window**2).sum()))
        self.envelope.weight.copy_(lines * SPREAD)
        self.envelope.bias.copy_(MIDDLE_LEVEL - areas.log() - math.log(level))
        if self.harmonic:
            least = minimum_phase(self.bins).T / FURTHEST
            self.envelope_phase.weight.copy_(least @ self.envelope.weight)
            self.envelope_phase.bias.copy_(least @ self.envelope.bias)

    @property
    def reach(self) -> int:
        """Frames to either side that a frame of the sound depends on, pieces of a frame aside."""
        networks = [self.network, self.pitch_network] if self.harmonic else [self.network]
        return max(network.reach for network in networks) * self.config.stack

    def forward(
        self, mel: Tensor, *, noise: Tensor | None = None, f0: Tensor | None = None, voiced: Tensor | None = None
    ) -> Tensor:
        """Wave of a mel.

        mel      (B, M, T)
        noise    (B, T·hop) or None    standard normal; None draws from torch's generator
        f0       (B, T) Hz or None     pitch instead of the network's own, above 0 everywhere
        voiced   (B, T) 0 to 1 or None  likewise
        returns  (B, T·hop)
        """
        return self.wave(self.spectra(mel), noise=noise, f0=f0, voiced=voiced)

    def spectra(self, mel: Tensor) -> Spectra:
        """What the network says of each frame and its pieces.

        mel  (B, M, T)
        """
        frames, stack = mel.shape[2], self.config.stack
        if frames % stack:
            mel = F.pad(mel, (0, stack - frames % stack), mode="replicate")
        batch, bands, whole = mel.shape
        slope, offset = natural(self.mel)
        levels = (mel * slope + (offset - MIDDLE_LEVEL)) / SPREAD
        stacked = (
            levels.reshape(batch, bands, whole // stack, stack).permute(0, 3, 1, 2).reshape(batch, -1, whole // stack)
        )
        pieces = self.config.pieces
        out = self.head(self.network(stacked)).reshape(batch, whole * pieces, -1)[:, : frames * pieces].float()
        levels = levels.transpose(1, 2)[:, :frames]
        envelope = self.envelope(levels).float().repeat_interleave(pieces, dim=1)
        gain, phase = out[..., : self.bins] + envelope, out[..., self.bins : 2 * self.bins]
        if not self.harmonic:
            return Spectra(gain.clamp(max=LOUDEST), phase, None, None, None)
        phase = phase + self.envelope_phase(levels).float().repeat_interleave(pieces, dim=1)
        noise = out[..., 2 * self.bins :] + envelope
        pitch = self.pitch_head(self.pitch_network(stacked)).reshape(batch, whole, -1)[:, :frames].float()
        log_f0 = (pitch[..., 0] + math.log(MIDDLE_HZ)).clamp(math.log(LOWEST_HZ), math.log(HIGHEST_HZ))
        return Spectra(
            gain.clamp(max=LOUDEST),
            FURTHEST * torch.tanh(phase),
            noise.clamp(max=LOUDEST),
            log_f0,
            pitch[..., 1],
        )

    def wave(
        self,
        spectra: Spectra,
        *,
        noise: Tensor | None = None,
        f0: Tensor | None = None,
        voiced: Tensor | None = None,
    ) -> Tensor:
        """Wave of the network's spectra; arguments as in `forward`.

        spectra  of (B, T) frames, pieces inside
        noise    (B, T·hop) or None
        f0       (B, T) or None
        voiced   (B, T) or None
        returns  (B, T·hop)
        """
        with full_precision(spectra.gain):
            filtered = torch.polar(spectra.gain.exp(), spectra.phase)
            if spectra.noise is None or spectra.log_f0 is None or spectra.voicing is None:
                return self._inverse(filtered)
            f0 = spectra.log_f0.exp() if f0 is None else f0
            voiced = (spectra.voicing > 0).float() if voiced is None else voiced
            source = pulses(f0, voiced, sample_rate=self.mel.sample_rate, hop=self.mel.hop)
            noise = torch.randn_like(source) if noise is None else noise
            return self._inverse(filtered * self._transform(source) + spectra.noise.exp() * self._transform(noise))

    def _transform(self, wave: Tensor) -> Tensor:
        """Spectrum of each frame, silence beyond both ends: (B, T·hop) → (B, T, F)."""
        edge = (self.size - self.hop) // 2
        frames = F.pad(wave, (edge, edge)).unfold(1, self.size, self.hop)
        spectrum: Tensor = torch.fft.rfft(frames * self.window)
        return spectrum

    def _inverse(self, spectrum: Tensor) -> Tensor:
        """(B, T, F) → (B, T·hop)."""
        return inverse_stft(spectrum, self.window, self.hop, "same")


def _linear(inputs: int, outputs: int) -> nn.Linear:
    """A layer that begins near zero."""
    layer = nn.Linear(inputs, outputs)
    nn.init.trunc_normal_(layer.weight, std=0.02)
    nn.init.zeros_(layer.bias)
    return layer


def _between_bands(mel: MelConfig) -> tuple[Tensor, Tensor]:
    """What draws a line through the middles of the bands, (F, M) with rows of sum 1; areas of the bands on it, (F,)."""
    filters = torch.from_numpy(mel_filters(mel).copy()).double()
    places = torch.arange(filters.shape[1], dtype=torch.float64)
    middles = ((filters @ places) / filters.sum(1)).numpy()
    rows = [np.interp(places.numpy(), middles, unit) for unit in np.eye(mel.bands)]
    lines = torch.from_numpy(np.stack(rows, axis=1))
    return lines.float(), (lines @ filters.sum(1)).float()


def minimum_phase(bins: int) -> Tensor:
    """From log magnitudes (…, F) times this to the phase of the filter that rings least before it sounds: (F, F).

    The cepstrum is folded onto its causal half (Oppenheim & Schafer 1975).
    """
    size = 2 * (bins - 1)
    cepstrum = torch.fft.irfft(torch.eye(bins, dtype=torch.float64), size)
    fold = torch.zeros(size, dtype=torch.float64)
    fold[0] = fold[size // 2] = 1.0
    fold[1 : size // 2] = 2.0
    phase: Tensor = torch.fft.rfft(cepstrum * fold).imag.float()
    return phase
