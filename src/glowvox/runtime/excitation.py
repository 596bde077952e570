"""What a voice is made of before it is shaped: pulses at the pitch, and noise; piece by piece, the same for any cut.

The pulses are all harmonics below half the sample rate, of equal strength but for the last, which fades in and out as
the pitch moves, summed in closed form. Their phase is the integral of the pitch, kept in double precision from the
first sample of the phrase on.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glowvox.audio.noise import draw_from, stream_of
from glowvox.runtime.session import Floats

_FLAT = 1e-4  # sine of half the phase below which the sum is at the top of a pulse


class Excitation:
    """Pulses and noise of one phrase, in order.

    frames       of the whole phrase
    sample_rate  Hz
    hop          samples a frame
    seed         of the noise
    """

    def __init__(self, frames: int, *, sample_rate: int, hop: int, seed: int) -> None:
        self._last = frames - 1
        self._rate, self._hop = sample_rate, hop
        self._cycles = 0.0  # of the fundamental, up to the next sample
        self._next = 0
        self._generator = stream_of(seed)
        middle = hop // 2
        self._first = middle  # the sample where the line from the middle of frame 0 to that of frame 1 begins
        self._way = ((middle + 0.5) / hop - 0.5 + np.arange(hop) / hop).astype(np.float32)

    def extend(self, f0: Floats, voiced: Floats, stop: int) -> tuple[Floats, Floats]:
        """The next samples, up to `stop`.

        f0       (T',) Hz of all frames known so far; those around every sample asked for must be
        voiced   (T',) 0 to 1
        returns  pulses and noise, (S,) each
        """
        count = stop - self._next
        pitch, gate = self._between(f0, stop), self._between(voiced, stop)
        self._next = stop
        noise = draw_from(self._generator, (count,))
        if not count:
            return np.zeros(0, np.float32), noise
        steps = pitch.astype(np.float64) / self._rate
        steps[0] += self._cycles  # summed in order, so that a cut changes no bit
        cycles = np.cumsum(steps)
        self._cycles = float(cycles[-1])
        return gate * _pulses(cycles, pitch, self._rate), noise

    def _between(self, values: Floats, stop: int) -> Floats:
        """Values at the middle of each frame, drawn straight to the samples asked for."""
        first = (self._next - self._first) // self._hop
        last = (stop - 1 - self._first) // self._hop
        places = np.arange(first, last + 2)
        known = values[np.clip(places, 0, min(self._last, len(values) - 1))]
        lines = known[:-1, None] + (known[1:] - known[:-1])[:, None] * self._way
        start = self._next - (first * self._hop + self._first)
        return lines.reshape(-1)[start : start + stop - self._next]


def _pulses(cycles: npt.NDArray[np.float64], pitch: Floats, rate: int) -> Floats:
    """√(2 / (K − 1 + w²)) (Σ_{k=1..K−1} cos kφ + w cos Kφ), φ = 2π·cycles; K + w multiples lie below half the rate.

    cycles   (S,)
    pitch    (S,) Hz
    """
    half = (np.pi * (cycles - np.floor(cycles))).astype(np.float32)
    room = np.maximum(np.float32(rate / 2) / pitch, np.float32(1))
    last = np.floor(room)
    weight = room - last
    bottom = np.sin(half)
    top = 2 * last - 1
    flat = np.abs(bottom) < _FLAT
    ratio = np.sin(top * half) / np.where(flat, np.float32(1), bottom)
    total: Floats = np.float32(0.5) * (np.where(flat, top, ratio) - 1) + weight * np.cos(2 * last * half)
    level: Floats = np.sqrt(2 / np.maximum(last - 1 + weight**2, np.float32(1)))
    return total * level
