"""Sound from a mel spectrogram without any training: the floor that every vocoder must beat."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from glowvox.audio.mel import MelConfig, analysis_window, decompress, log_mel, mel_filters
from glowvox.audio.stft import istft, stft
from glowvox.errors import AudioError

MOMENTUM = 0.99
REFINEMENTS = 40  # multiplicative steps after the pseudo-inverse


def griffin_lim(
    mel: npt.NDArray[np.floating],
    config: MelConfig,
    *,
    iterations: int = 60,
    seed: int = 0,
    refinements: int = REFINEMENTS,
) -> npt.NDArray[np.float32]:
    """A signal whose mel spectrogram is near `mel`: fast Griffin-Lim (Perraudin, Balazs & Søndergaard 2013).

    Random phase is made consistent by turns: to a signal and back, then a step further in the direction of the change.

    mel          (bands, frames) in the units of `config`
    iterations   of the projection; 0 leaves the random phase
    seed         of the phase
    refinements  of the magnitudes, as in `linear_from_mel`
    returns      (S,) at config.sample_rate, with the mean power of `mel`; frames·hop samples under "same" padding
    raises       AudioError when the shape is not (config.bands, frames) or a value is not finite
    """
    _check(mel, config)
    window = analysis_window(config).astype(np.float32)
    target = linear_from_mel(mel, config, refinements)
    random = np.random.default_rng(seed)
    angles = np.exp(2j * np.pi * random.random(target.shape, dtype=np.float32)).astype(np.complex64)
    previous = np.zeros_like(angles)
    for _ in range(iterations):
        signal = istft(target * angles, config.hop, window, config.padding)
        rebuilt = stft(signal, config.fft_size, config.hop, window, config.padding)[:, : target.shape[1]]
        angles = rebuilt + np.float32(MOMENTUM) * (rebuilt - previous)
        angles /= np.maximum(np.abs(angles), np.float32(1e-16))
        previous = rebuilt
    signal = _deemphasise(istft(target * angles, config.hop, window, config.padding), config.preemphasis)
    return _at_level(signal, mel, config)


def linear_from_mel(
    mel: npt.NDArray[np.floating], config: MelConfig, refinements: int = REFINEMENTS
) -> npt.NDArray[np.float32]:
    """Magnitudes ≥ 0 of the spectrum whose mel bands are nearest to `mel` in least squares.

    The pseudo-inverse, cut at zero, is the start; multiplicative updates (Lee & Seung 2001) lower the error from there.

    mel          (bands, frames) in the units of `config`
    refinements  0 leaves the pseudo-inverse, the usual choice, which costs its copies 0.4 DistillMOS
    returns      (fft_size/2 + 1, frames) linear
    """
    filters = mel_filters(config).astype(np.float64)
    scale = filters.max()  # bands of equal area have weights near 0.02: keep the products near 1
    start = np.linalg.pinv(filters / scale) @ (decompress(mel, config) / scale)
    filters = (filters / scale).astype(np.float32)
    bands = (decompress(mel, config) / scale).astype(np.float32)
    magnitude: npt.NDArray[np.float32] = np.maximum(start, 1e-9).astype(np.float32)
    wanted = filters.T @ bands
    for _ in range(refinements):
        magnitude *= wanted / np.maximum(filters.T @ (filters @ magnitude), np.float32(1e-12))
    return magnitude


def _check(mel: npt.NDArray[np.floating], config: MelConfig) -> None:
    if mel.ndim != 2 or mel.shape[0] != config.bands or not mel.shape[1]:
        raise AudioError(f"mel of shape {mel.shape}: expected ({config.bands}, frames), with at least one frame")
    if not np.isfinite(mel).all():
        raise AudioError(f"mel holds {int((~np.isfinite(mel)).sum())} values that are NaN or infinite")


def _deemphasise(signal: npt.NDArray[np.floating], coefficient: float) -> npt.NDArray[np.floating]:
    """y[n] = x[n] + a·y[n−1], as a convolution with the part of a^n that single precision can see."""
    if not coefficient:
        return signal
    tail = coefficient ** np.arange(1 + math.ceil(math.log(1e-8) / math.log(coefficient)))
    size = len(signal) + len(tail)
    return np.fft.irfft(np.fft.rfft(signal, size) * np.fft.rfft(tail, size), size)[: len(signal)]


def _at_level(
    signal: npt.NDArray[np.floating], mel: npt.NDArray[np.floating], config: MelConfig
) -> npt.NDArray[np.float32]:
    """Scale so that the mel spectrogram of the result has the power of the one asked for."""
    wanted = float(np.sum(decompress(mel, config) ** 2))
    found = float(np.sum(decompress(log_mel(signal, config), config) ** 2))
    return (signal * math.sqrt(wanted / max(found, 1e-30))).astype(np.float32)
