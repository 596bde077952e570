"""The one definition of mel features: every convention, in NumPy; `nn.spectral` is its twin in torch."""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from glowvox.audio.stft import frame_count, hann, stft
from glowvox.config import Settings
from glowvox.errors import ConfigError, InputError


class Normalisation(Settings, frozen=True, kw_only=True):
    """How decibels become model units (Coqui's AudioProcessor): minus `reference`, then `lowest`…0 onto the scale."""

    reference: float = 20.0  # subtracted first (dB)
    lowest: float = -100.0  # goes to the foot of the scale (dB)
    highest: float = 4.0  # what 0 dB becomes
    symmetric: bool = True  # scale from −highest to highest, else from 0 to highest
    clip: bool = True  # cut what lies outside the scale

    def __post_init__(self) -> None:
        if self.lowest >= 0:
            raise ConfigError(f"mel.normalisation.lowest = {self.lowest}: expected a negative level, as -100")
        if self.highest <= 0:
            raise ConfigError(f"mel.normalisation.highest = {self.highest}: expected a positive number, as 4")


class MelConfig(Settings, frozen=True, kw_only=True):
    """What one column of a mel spectrogram is. The defaults are the house convention (HiFi-GAN at 22,050 Hz)."""

    sample_rate: int = 22050
    fft_size: int = 1024
    window: int = 1024  # length of the periodic Hann window, centred in the FFT frame (samples)
    hop: int = 256
    bands: int = 80
    low: float = 0.0  # lower edge of the first band (Hz)
    high: float = 8000.0  # upper edge of the last band (Hz)
    scale: Literal["slaney", "htk"] = "slaney"
    norm: Literal["slaney", "none"] = "slaney"  # bands of equal area, or of equal height
    padding: Literal["same", "centred"] = "same"  # ⌊S/hop⌋ frames (HiFi-GAN), or 1 + ⌊S/hop⌋ (Tacotron, Coqui)
    preemphasis: float = 0.0  # x[n] − a·x[n−1] before the spectrum
    epsilon: float = 1e-9  # added to the power inside the square root
    floor: float = 1e-5  # least mel magnitude before the logarithm
    compression: Literal["ln", "log10"] = "ln"
    gain: float = 1.0  # times the logarithm: 20 with log10 gives decibels
    normalisation: Normalisation | None = None

    def __post_init__(self) -> None:
        for name in ("sample_rate", "fft_size", "window", "hop", "bands", "floor", "gain"):
            if getattr(self, name) <= 0:
                raise ConfigError(f"mel.{name} = {getattr(self, name)}: expected a positive number")
        if self.window > self.fft_size:
            raise ConfigError(f"mel.window = {self.window}: expected at most fft_size, {self.fft_size}")
        if self.hop > self.window:
            raise ConfigError(f"mel.hop = {self.hop}: expected at most window, {self.window}")
        if not 0 <= self.low < self.high <= self.sample_rate / 2:
            limits = f"0 <= low < high <= {self.sample_rate / 2:g} Hz, half the sample rate"
            raise ConfigError(f"mel.low = {self.low:g}, mel.high = {self.high:g}: expected {limits}")
        if self.epsilon < 0 or not 0 <= self.preemphasis < 1:
            values = f"mel.epsilon = {self.epsilon}, mel.preemphasis = {self.preemphasis}"
            raise ConfigError(f"{values}: expected epsilon >= 0 and 0 <= preemphasis < 1")

    def fingerprint(self) -> str:
        """Twelve hex digits that differ whenever any field differs."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()[:12]

    def differences(self, other: MelConfig) -> dict[str, tuple[object, object]]:
        """Fields that differ, as name → (own value, the other's value)."""
        names = [field.name for field in msgspec.structs.fields(self)]
        return {n: (getattr(self, n), getattr(other, n)) for n in names if getattr(self, n) != getattr(other, n)}

    def require_same(self, other: MelConfig, *, own: str, others: str) -> None:
        """Refuse to join two parts whose mel spectrograms mean different things.

        own     what these settings belong to, as "the model runs/heart"
        others  what `other` belongs to
        raises  InputError naming both and every field that differs
        """
        if different := self.differences(other):
            fields = ", ".join(f"{name} {mine} against {theirs}" for name, (mine, theirs) in different.items())
            raise InputError(
                f"{own} and {others} use different mel spectrograms: {fields}",
                hint=f"take parts with the same mel fingerprint ({self.fingerprint()}), or prepare and train one of "
                "them again with the settings of the other",
            )

    def frames(self, samples: int) -> int:
        """Columns of the mel spectrogram of that many samples."""
        return frame_count(samples, self.fft_size, self.hop, self.padding)


def log_mel(samples: npt.NDArray[np.floating], config: MelConfig) -> npt.NDArray[np.float32]:
    """Mel spectrogram in the units models learn: `compress` of filters × |STFT|, computed in double precision.

    samples  (S,) at config.sample_rate, full scale ±1
    returns  (bands, frames) float32
    raises   AudioError when there are no samples
    """
    return compress(mel_filters(config).astype(np.float64) @ magnitude(samples, config), config).astype(np.float32)


def magnitude(samples: npt.NDArray[np.floating], config: MelConfig) -> npt.NDArray[np.float64]:
    """Linear spectrogram √(re² + im² + epsilon) in double precision.

    samples  (S,)
    returns  (fft_size/2 + 1, frames)
    """
    signal = np.asarray(samples, dtype=np.float64)
    if config.preemphasis:
        signal = signal - config.preemphasis * np.concatenate(([0.0], signal[:-1]))
    spectrum = stft(signal, config.fft_size, config.hop, analysis_window(config), config.padding)
    root: npt.NDArray[np.float64] = np.sqrt(spectrum.real**2 + spectrum.imag**2 + config.epsilon)
    return root


def compress(mel: npt.NDArray[np.floating], config: MelConfig) -> npt.NDArray[np.floating]:
    """Linear mel magnitude to model units: gain · log(max(mel, floor)), then the normalisation.

    mel      any shape, linear
    returns  the same shape
    """
    logarithm = np.log if config.compression == "ln" else np.log10
    return normalise(config.gain * logarithm(np.maximum(mel, config.floor)), config.normalisation)


def decompress(mel: npt.NDArray[np.floating], config: MelConfig) -> npt.NDArray[np.float64]:
    """Model units back to linear mel magnitude: the inverse of `compress` above its floor.

    mel      any shape, in model units
    returns  the same shape, linear
    """
    level = denormalise(np.asarray(mel, dtype=np.float64), config.normalisation) / config.gain
    linear: npt.NDArray[np.float64] = np.exp(level if config.compression == "ln" else math.log(10) * level)
    return linear


def natural(config: MelConfig) -> tuple[float, float]:
    """Slope and offset that turn model units into natural logarithms of linear magnitude, cuts aside."""
    at_0, at_1 = np.log(decompress(np.array([0.0, 1.0]), config))
    return float(at_1 - at_0), float(at_0)


def normalise(level: npt.NDArray[np.floating], rule: Normalisation | None) -> npt.NDArray[np.floating]:
    """Levels (dB) to model units; with no rule the levels themselves."""
    if rule is None:
        return level
    unit = (level - rule.reference - rule.lowest) / -rule.lowest
    scaled = 2 * rule.highest * unit - rule.highest if rule.symmetric else rule.highest * unit
    return np.clip(scaled, -rule.highest if rule.symmetric else 0.0, rule.highest) if rule.clip else scaled


def denormalise(scaled: npt.NDArray[np.floating], rule: Normalisation | None) -> npt.NDArray[np.floating]:
    """Model units to levels (dB); with no rule the values themselves. Clipped first where the rule clips."""
    if rule is None:
        return scaled
    if rule.clip:
        scaled = np.clip(scaled, -rule.highest if rule.symmetric else 0.0, rule.highest)
    unit = (scaled + rule.highest) / (2 * rule.highest) if rule.symmetric else scaled / rule.highest
    return unit * -rule.lowest + rule.lowest + rule.reference


@lru_cache(maxsize=16)
def analysis_window(config: MelConfig) -> npt.NDArray[np.float64]:
    """Periodic Hann window of config.window samples centred in config.fft_size; read-only, (fft_size,)."""
    window = hann(config.window, config.fft_size)
    window.flags.writeable = False
    return window


@lru_cache(maxsize=16)
def mel_filters(config: MelConfig) -> npt.NDArray[np.float32]:
    """Triangles equally spaced on the mel scale; read-only.

    returns  (bands, fft_size/2 + 1) float32, each of area 1 Hz under "slaney" norm, of height 1 under "none"
    """
    edges = hertz(
        np.linspace(mels(config.low, config.scale), mels(config.high, config.scale), config.bands + 2), config
    )
    bins = np.arange(config.fft_size // 2 + 1) * (config.sample_rate / config.fft_size)
    rise = (bins[None, :] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - bins[None, :]) / (edges[2:] - edges[1:-1])[:, None]
    filters = np.maximum(0.0, np.minimum(rise, fall))
    if config.norm == "slaney":
        filters *= (2.0 / (edges[2:] - edges[:-2]))[:, None]
    out = filters.astype(np.float32)
    out.flags.writeable = False
    return out


# Slaney's Auditory Toolbox: 200/3 Hz a mel up to 1 kHz (mel 15), then 27 mels for each factor of 6.4.
_LINEAR_HZ = 200.0 / 3
_KNEE_HZ = 1000.0
_LOG_STEP = math.log(6.4) / 27


def mels(frequency: float, scale: Literal["slaney", "htk"]) -> float:
    """Mel value of a frequency (Hz)."""
    if scale == "htk":
        return 2595.0 * math.log10(1 + frequency / 700.0)
    if frequency < _KNEE_HZ:
        return frequency / _LINEAR_HZ
    return _KNEE_HZ / _LINEAR_HZ + math.log(frequency / _KNEE_HZ) / _LOG_STEP


def hertz(values: npt.NDArray[np.float64], config: MelConfig) -> npt.NDArray[np.float64]:
    """Frequencies (Hz) of mel values on the scale of `config`."""
    if config.scale == "htk":
        return 700.0 * np.expm1(values * (math.log(10) / 2595.0))
    knee = _KNEE_HZ / _LINEAR_HZ
    found: npt.NDArray[np.float64] = np.where(
        values < knee, values * _LINEAR_HZ, _KNEE_HZ * np.exp(_LOG_STEP * (values - knee))
    )
    return found
