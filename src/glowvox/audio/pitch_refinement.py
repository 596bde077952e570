"""A pitch within a cent or two, from one within a semitone: how fast the phases of its harmonics turn.

A tracker by lags hears a stretch of two periods whose middle hangs on the lag, and misses by tenths of a semitone where
the pitch moves; the twentieth harmonic is then off by a fifth of the way to the next.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

HARMONICS = 6  # the lowest, weighed by their magnitude
PERIODS = 3.0  # in the window
FURTHEST = 0.2  # octaves; a frame that would move further keeps what it had
CHUNK = 256  # frames at once

Doubles = npt.NDArray[np.float64]


def refined(
    samples: npt.NDArray[np.floating], f0: npt.NDArray[np.floating], centres: npt.NDArray[np.floating], sample_rate: int
) -> Doubles:
    """Mean instantaneous frequency of the harmonics around each centre (Flanagan & Golden 1966, with two windows).

    samples  (S,)
    f0       (T,) Hz, 0 where unvoiced
    centres  (T,) of the frames, in samples
    returns  (T,) Hz
    """
    out = np.array(f0, dtype=np.float64)
    signal = np.asarray(samples, dtype=np.float64)
    (voiced,) = np.nonzero(out > 0)
    for first in range(0, len(voiced), CHUNK):
        rows = voiced[first : first + CHUNK]
        found = _turning(signal, out[rows], np.asarray(centres, dtype=np.float64)[rows], sample_rate)
        near = np.abs(np.log2(np.maximum(found, 1e-3) / out[rows])) < FURTHEST
        out[rows] = np.where(near, found, out[rows])
    return out


def _turning(signal: Doubles, f0: Doubles, centres: Doubles, sample_rate: int) -> Doubles:
    half = PERIODS / 2 * sample_rate / f0  # of each window (samples)
    reach = int(np.ceil(half.max())) + 1
    places = np.floor(centres)[:, None].astype(np.int64) + np.arange(-reach, reach + 1)
    inside = (places >= 0) & (places < len(signal))
    pieces = np.where(inside, signal[np.clip(places, 0, len(signal) - 1)], 0.0)
    times = places - centres[:, None]
    window, slope = _blackman(times / half[:, None])
    turn = 2 * np.pi / sample_rate * f0  # of the fundamental, radians a sample
    step = np.exp(-1j * turn[:, None] * times)
    wave = np.ones_like(step)
    above, below = np.zeros_like(f0), np.zeros_like(f0)
    for number in range(1, HARMONICS + 1):
        wave = wave * step
        seen = (pieces * window * wave).sum(axis=1)
        moved = (pieces * slope * wave).sum(axis=1) / half
        size = np.abs(seen)
        rate = number * turn - (moved * seen.conj()).imag / np.maximum(size**2, 1e-20)
        heard = np.where(number * f0 < 0.45 * sample_rate, size, 0.0)
        above += heard * rate
        below += heard * number
    return above / np.maximum(below, 1e-20) * sample_rate / (2 * np.pi)


def _blackman(places: Doubles) -> tuple[Doubles, Doubles]:
    """A Blackman window from −1 to 1 and its derivative."""
    inside = np.abs(places) < 1
    angle = np.pi * places
    window = np.where(inside, 0.42 + 0.5 * np.cos(angle) + 0.08 * np.cos(2 * angle), 0.0)
    slope = np.where(inside, -np.pi * (0.5 * np.sin(angle) + 0.16 * np.sin(2 * angle)), 0.0)
    return window, slope
