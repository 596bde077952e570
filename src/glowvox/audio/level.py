"""How loud a signal is, and where its speech begins and ends."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

QUIETEST_DB = -120.0  # stands for silence, so that levels are finite


def rms_db(samples: npt.NDArray[np.floating]) -> float:
    """Root mean square (dB relative to full scale 1.0; −120 for silence)."""
    if not len(samples):
        return QUIETEST_DB
    return _db(float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))))


def peak_db(samples: npt.NDArray[np.floating]) -> float:
    """Largest absolute sample (dB relative to full scale 1.0; −120 for silence)."""
    return _db(float(np.abs(samples).max())) if len(samples) else QUIETEST_DB


def loudness(samples: npt.NDArray[np.floating], sample_rate: int) -> float:
    """Integrated loudness of one channel (ITU-R BS.1770-4, LUFS; −120 for silence).

    samples  (S,); shorter than one block of 0.4 s it counts as one block
    returns  K-weighted mean power of the 0.4 s blocks above −70 LUFS and above their own mean − 10 LU
    """
    if not len(samples):
        return QUIETEST_DB
    weighted = _k_weighted(np.asarray(samples, dtype=np.float64), sample_rate)
    block = min(len(samples), round(0.4 * sample_rate))
    total = np.concatenate(([0.0], np.cumsum(weighted**2)))
    starts = np.round(np.arange(0, len(samples) - block + 1, block / 4)).astype(np.int64)
    power = (total[starts + block] - total[starts]) / block
    loud = power[_lufs(power) > -70.0]
    if not len(loud):
        return QUIETEST_DB
    loud = loud[_lufs(loud) > _lufs(loud.mean()) - 10.0]
    return float(_lufs(loud.mean()))


def with_loudness(
    samples: npt.NDArray[np.floating], sample_rate: int, *, lufs: float, ceiling_db: float = -1.0
) -> npt.NDArray[np.float32]:
    """The signal at a loudness, or as loud as its peaks may be; silence stays silence.

    samples     (S,)
    lufs        wanted loudness (LUFS)
    ceiling_db  highest peak allowed (dB relative to full scale)
    """
    found = loudness(samples, sample_rate)
    if found <= QUIETEST_DB:
        return samples.astype(np.float32)
    return _amplified(samples, min(lufs - found, ceiling_db - peak_db(samples)))


def with_peak(samples: npt.NDArray[np.floating], *, peak: float = -1.0) -> npt.NDArray[np.float32]:
    """The signal with its largest sample at a level (dB relative to full scale); silence stays silence."""
    found = peak_db(samples)
    return samples.astype(np.float32) if found <= QUIETEST_DB else _amplified(samples, peak - found)


def speech_span(
    samples: npt.NDArray[np.floating], sample_rate: int, threshold_db: float = 40.0, keep_s: float = 0.05
) -> tuple[int, int]:
    """First and one-past-last sample of what is louder than `threshold_db` below the loudest 23 ms.

    samples       (S,)
    threshold_db  below the loudest frame (dB, positive)
    keep_s        kept before and after (s)
    returns       (start, end) sample indices; (0, 0) for silence
    """
    frame = max(4, round(sample_rate * 0.0232))
    start, end = loud_span(samples, frame=frame, hop=max(1, frame // 4), threshold_db=threshold_db)
    if start == end:
        return 0, 0
    keep = round(keep_s * sample_rate)
    return max(0, start - keep), min(len(samples), end + keep)


def loud_span(samples: npt.NDArray[np.floating], *, frame: int, hop: int, threshold_db: float) -> tuple[int, int]:
    """Span between the first and last frame within `threshold_db` of the loudest (librosa's trimming rule).

    samples  (S,)
    frame    centred on multiples of `hop`, zeros beyond the ends (samples)
    returns  (start, end) sample indices, multiples of `hop` but for the end of the signal; (0, 0) for silence
    """
    if not len(samples):
        return 0, 0
    power = frame_power(samples, frame, hop)
    if power.max() <= 10 ** (QUIETEST_DB / 10):
        return 0, 0
    loud = np.flatnonzero(np.maximum(power, 1e-10) > max(power.max(), 1e-10) * 10 ** (-threshold_db / 10))
    if not len(loud):
        return 0, 0
    return int(loud[0]) * hop, min(len(samples), (int(loud[-1]) + 1) * hop)


def frame_power(samples: npt.NDArray[np.floating], frame: int, hop: int) -> npt.NDArray[np.float64]:
    """Mean square of frames centred on multiples of `hop`, zeros beyond the ends.

    samples  (S,)
    returns  (1 + ⌊S/hop⌋,)
    """
    padded = np.pad(np.square(samples, dtype=np.float64), (frame // 2, frame - frame // 2))
    total = np.concatenate(([0.0], np.cumsum(padded)))
    starts = np.arange(0, len(samples) + 1, hop)
    return np.maximum(0.0, (total[starts + frame] - total[starts]) / frame)


def _db(amplitude: float) -> float:
    return max(QUIETEST_DB, 20 * float(np.log10(max(amplitude, 1e-12))))


def _amplified(samples: npt.NDArray[np.floating], gain_db: float) -> npt.NDArray[np.float32]:
    return (samples * 10 ** (gain_db / 20)).astype(np.float32)


def _lufs(power: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return np.asarray(-0.691 + 10 * np.log10(np.maximum(power, 1e-30)), dtype=np.float64)


def _k_weighted(signal: npt.NDArray[np.float64], sample_rate: int) -> npt.NDArray[np.float64]:
    """The two filters of BS.1770 (a shelf for the head, a high-pass), applied by their frequency response.

    One second of zeros behind the signal leaves the ringing of the high-pass (38 Hz) nowhere to wrap around to.
    """
    size = 1 << (len(signal) + sample_rate - 1).bit_length()
    return np.fft.irfft(np.fft.rfft(signal, size) * _k_response(size, sample_rate), size)[: len(signal)]


@lru_cache(maxsize=4)
def _k_response(size: int, sample_rate: int) -> npt.NDArray[np.complex128]:
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    return _shelf(z, sample_rate) * _high_pass(z, sample_rate)


def _shelf(z: npt.NDArray[np.complex128], sample_rate: int) -> npt.NDArray[np.complex128]:
    """High shelf, +4 dB above about 1.5 kHz: the standard's 48 kHz coefficients as analogue values at any rate."""
    k = math.tan(math.pi * 1681.974450955533 / sample_rate)
    quality, high = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    middle = high**0.4996667741545416
    b = (high + middle * k / quality + k * k, 2 * (k * k - high), high - middle * k / quality + k * k)
    return _biquad(z, b, (1 + k / quality + k * k, 2 * (k * k - 1), 1 - k / quality + k * k))


def _high_pass(z: npt.NDArray[np.complex128], sample_rate: int) -> npt.NDArray[np.complex128]:
    """The standard's high-pass at 38 Hz, whose numerator is 1 − 2z + z² at every rate."""
    k = math.tan(math.pi * 38.13547087602444 / sample_rate)
    quality = 0.5003270373238773
    first = 1 + k / quality + k * k
    return _biquad(z, (first, -2 * first, first), (first, 2 * (k * k - 1), 1 - k / quality + k * k))


def _biquad(
    z: npt.NDArray[np.complex128], b: tuple[float, float, float], a: tuple[float, float, float]
) -> npt.NDArray[np.complex128]:
    return (b[0] + b[1] * z + b[2] * z**2) / (a[0] + a[1] * z + a[2] * z**2)
