"""Inverse short-time Fourier transform as the frames come, exact to the last sample."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glowvox.audio.stft import overlap_add
from glowvox.runtime.session import Floats

Spectra = npt.NDArray[np.complex64]


class Framing:
    """Frames of `fft_size` samples a hop apart, centred on their hops ("same" padding), and their window."""

    def __init__(self, window: npt.NDArray[np.floating], hop: int) -> None:
        self.window: Floats = window.astype(np.float32)
        self.size, self.hop = len(window), hop
        self.edge = (self.size - hop) // 2  # samples by which a frame reaches out of its hop on either side

    def transform(self, samples: Floats) -> Spectra:
        """Spectra of all frames that fit.

        samples  (S,)  from the start of the first frame on
        returns  (T, size/2 + 1)
        """
        count = (len(samples) - self.size) // self.hop + 1
        step = samples.strides[0]
        frames = np.lib.stride_tricks.as_strided(samples, (count, self.size), (self.hop * step, step), writeable=False)
        return np.fft.rfft(frames * self.window, axis=1).astype(np.complex64, copy=False)


class Overlap:
    """Adds up windowed frames and gives each sample as soon as no later frame can reach it.

    frames  of the whole phrase, which decides how many windows overlap at its ends
    """

    def __init__(self, framing: Framing, frames: int) -> None:
        self._framing, self._frames = framing, frames
        self._done = 0  # frames so far
        self._tail: Floats = np.zeros(framing.size - framing.hop, np.float32)
        self._squares = (framing.window**2).reshape(-1, framing.hop)  # of a window, by hop

    def add(self, spectra: Spectra) -> Floats:
        """The samples that the next frames complete; after the last frame, all that are left.

        spectra  (t, size/2 + 1)
        """
        framing = self._framing
        pieces = np.fft.irfft(spectra, n=framing.size, axis=1).astype(np.float32, copy=False)
        pieces *= framing.window
        total = overlap_add(pieces, framing.hop)
        total[: len(self._tail)] += self._tail
        first, self._done = self._done, self._done + len(spectra)
        ready = len(spectra) * framing.hop
        if self._done == self._frames:
            ready = len(total)
        self._tail = total[ready:]
        out = total[:ready] / self._energy(first, ready // framing.hop)
        start = max(0, framing.edge - first * framing.hop)  # what lies before the first hop is no part of the sound
        end = framing.edge + self._frames * framing.hop - first * framing.hop
        return out[start:end]

    def _energy(self, first: int, hops: int) -> Floats:
        """Squares of all windows over some hops, fewer at the ends of the phrase."""
        parts = len(self._squares)
        energy = np.empty((hops, self._framing.hop), np.float32)
        energy[:] = self._squares.sum(axis=0)
        opening, closing = range(first, min(first + hops, parts - 1)), range(max(first, self._frames), first + hops)
        for place in {*opening, *closing}:
            lowest, highest = max(0, place - self._frames + 1), min(parts - 1, place)
            energy[place - first] = self._squares[lowest : highest + 1].sum(axis=0)
        return np.maximum(energy, np.float32(1e-8)).reshape(-1)
