"""Short-time Fourier transform and its inverse as the frames come, exact to the last sample."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glowvox.runtime.session import Floats

Spectra = npt.NDArray[np.complex64]


class Framing:
    """Frames of `fft_size` samples a hop apart, centred on their hops ("same" padding), and their window.

    window  (fft_size,)  fft_size is a multiple of the hop
    """

    def __init__(self, window: npt.NDArray[np.floating], hop: int) -> None:
        self.window: Floats = window.astype(np.float32)
        self.size, self.hop = len(window), hop
        self.edge = (self.size - hop) // 2  # samples by which a frame reaches out of its hop on either side
        self._scaled: Floats = (window * self.size).astype(np.float32)

    def transform(self, samples: Floats) -> Spectra:
        """Spectra of all frames that fit.

        samples  (S,)  in a row in memory, from the start of the first frame on
        returns  (T, size/2 + 1)
        """
        count = (len(samples) - self.size) // self.hop + 1
        step = samples.itemsize
        frames: Floats = np.ndarray((count, self.size), np.float32, samples, strides=(self.hop * step, step))
        # NumPy is six times as fast in single precision where it may divide by the size: without a factor of its own
        # the transform is done in double precision
        return np.fft.rfft(frames * self._scaled, axis=1, norm="forward").astype(np.complex64, copy=False)


class Overlap:
    """Adds up windowed frames and gives each sample as soon as no later frame can reach it.

    frames  of the whole phrase, which decides how many windows overlap at its ends
    """

    def __init__(self, framing: Framing, frames: int) -> None:
        self._framing, self._frames = framing, frames
        self._done = 0  # frames so far
        self._squares = (framing.window**2).reshape(-1, framing.hop)  # of a window, by hop
        self._energy = np.maximum(self._squares.sum(axis=0), np.float32(1e-8))  # of all windows over a hop, but at ends
        self._window = framing.window / np.tile(self._energy, len(self._squares))
        self._tail = np.zeros((len(self._squares) - 1, framing.hop), np.float32)

    def add(self, spectra: Spectra) -> Floats:
        """The samples that the next frames complete; after the last frame, all that are left.

        spectra  (t, size/2 + 1)
        """
        framing, count, parts = self._framing, len(spectra), len(self._squares)
        pieces = np.fft.irfft(spectra, n=framing.size, axis=1).astype(np.float32, copy=False)
        pieces *= self._window
        cut = pieces.reshape(count, parts, framing.hop)
        total = np.zeros((count + parts - 1, framing.hop), np.float32)
        total[: parts - 1] = self._tail
        for part in range(parts):
            total[part : part + count] += cut[:, part]
        first, self._done = self._done, self._done + count
        ready = len(total) if self._done == self._frames else count
        self._tail = total[ready:]
        out = total[:ready]
        self._correct(out, first)
        start = max(0, framing.edge - first * framing.hop)  # what lies before the first hop is no part of the sound
        end = framing.edge + self._frames * framing.hop - first * framing.hop
        return out.reshape(-1)[start:end]

    def _correct(self, out: Floats, first: int) -> None:
        """Give the hops at the ends of the phrase, where fewer windows overlap, their level.

        out    (H, hop)
        first  place of its first hop
        """
        parts, stop = len(self._squares), first + len(out)
        opening, closing = range(first, min(stop, parts - 1)), range(max(first, self._frames), stop)
        for place in {*opening, *closing}:
            lowest, highest = max(0, place - self._frames + 1), min(parts - 1, place)
            energy = self._squares[lowest : highest + 1].sum(axis=0)
            out[place - first] *= self._energy / np.maximum(energy, np.float32(1e-8))
