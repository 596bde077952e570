"""Short-time Fourier transform and its exact inverse."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from glowvox.errors import AudioError

Padding = Literal["same", "centred"]


def hann(length: int, fft_size: int) -> npt.NDArray[np.float64]:
    """Periodic Hann window in the middle of an FFT frame.

    length    of the window (samples)
    fft_size  of the frame (samples); zeros on both sides make up the difference
    returns   (fft_size,)
    """
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    left = (fft_size - length) // 2
    return np.pad(window, (left, fft_size - length - left))


def edge(fft_size: int, hop: int, padding: Padding) -> int:
    """Samples reflected at each end: frame t is centred on sample t·hop ("centred") or (t+½)·hop ("same")."""
    return fft_size // 2 if padding == "centred" else (fft_size - hop) // 2


def frame_count(samples: int, fft_size: int, hop: int, padding: Padding) -> int:
    """Frames of a signal of that many samples: 1 + ⌊S/hop⌋ when centred, ⌊S/hop⌋ for "same" (fft − hop even)."""
    return max(0, 1 + (samples + 2 * edge(fft_size, hop, padding) - fft_size) // hop)


def reflected(length: int, pad: int) -> npt.NDArray[np.int64]:
    """Indices that continue a signal by mirror images at both ends, as often as the padding needs.

    length   of the signal (samples)
    pad      samples wanted before and after
    returns  (length + 2·pad,) indices into the signal
    """
    period = max(1, 2 * (length - 1))
    place = np.arange(-pad, length + pad) % period
    return np.minimum(place, period - place) if length > 1 else np.zeros_like(place)


def stft(
    samples: npt.NDArray[np.floating],
    fft_size: int,
    hop: int,
    window: npt.NDArray[np.floating],
    padding: Padding,
) -> npt.NDArray[np.complexfloating]:
    """Spectrum of each windowed frame, X[k, t] = Σ_n w[n] x[t·hop + n] e^(−2πikn/N), reflected at both ends.

    samples  (S,)
    window   (fft_size,)
    returns  (fft_size/2 + 1, frames), in double precision unless samples and window are both float32
    raises   AudioError when there are no samples
    """
    if not len(samples):
        raise AudioError("no samples: a spectrum needs at least one")
    pad = edge(fft_size, hop, padding)
    padded = samples[reflected(len(samples), pad)]
    if len(padded) < fft_size:
        return np.zeros((fft_size // 2 + 1, 0), dtype=np.complex128)
    frames = np.lib.stride_tricks.sliding_window_view(padded, fft_size)[::hop]
    return np.fft.rfft(frames * window, axis=1).T


def istft(
    spectrum: npt.NDArray[np.complexfloating],
    hop: int,
    window: npt.NDArray[np.floating],
    padding: Padding,
    length: int | None = None,
) -> npt.NDArray[np.floating]:
    """Overlap-add divided by the overlapping squared windows: the least-squares inverse (Griffin & Lim 1984, eq. 6).

    spectrum  (fft_size/2 + 1, frames)
    window    (fft_size,)
    length    samples wanted; default what the frames cover between the two reflected ends
    returns   (length,)
    """
    fft_size = len(window)
    frames = spectrum.shape[1]
    pieces = np.fft.irfft(spectrum.T, n=fft_size, axis=1) * window
    total = overlap_add(pieces, hop)
    weight = _window_energy(window.astype(np.float64).tobytes(), frames, hop)
    pad = edge(fft_size, hop, padding)
    end = len(total) - pad if length is None else min(len(total), pad + length)
    kept = total[pad:end] / np.maximum(weight[pad:end], 1e-11).astype(total.dtype)
    missing = 0 if length is None else length - len(kept)
    return np.pad(kept, (0, missing)) if missing > 0 else kept


def overlap_add(pieces: npt.NDArray[np.floating], hop: int) -> npt.NDArray[np.floating]:
    """Sum of frames laid `hop` apart.

    pieces   (frames, width)
    returns  ((frames − 1)·hop + width,)
    """
    frames, width = pieces.shape
    parts = -(-width // hop)  # each frame is cut into this many hops, each added in one go
    padded = np.pad(pieces, ((0, 0), (0, parts * hop - width))).reshape(frames, parts, hop)
    total = np.zeros((frames + parts - 1, hop), dtype=pieces.dtype)
    for part in range(parts):
        total[part : part + frames] += padded[:, part]
    return total.reshape(-1)[: max(0, (frames - 1) * hop + width)]


@lru_cache(maxsize=8)
def _window_energy(window: bytes, frames: int, hop: int) -> npt.NDArray[np.float64]:
    squared = np.frombuffer(window) ** 2
    return overlap_add(np.broadcast_to(squared, (frames, len(squared))), hop).astype(np.float64)
