"""Noise of a seed, kept for the next phrase: all phrases that are spoken with one seed begin with the same noise."""

from __future__ import annotations

from math import prod
from threading import Lock

import numpy as np

from glowvox.audio.noise import draw, draw_from, stream_of
from glowvox.runtime.overlap import Framing, Spectra
from glowvox.runtime.session import Floats

LONGEST = 1024  # frames of a phrase whose spectra of noise are kept: 12 s of speech, 4 MB
MOST_KEPT = 2**19  # numbers


class KeptNumbers:
    """Standard normal numbers of the seed that was asked for last. Safe to use from many threads at once."""

    def __init__(self) -> None:
        self._kept: tuple[int, Floats] = (0, np.zeros(0, np.float32))

    def draw(self, seed: int, shape: tuple[int, ...]) -> Floats:
        """What `audio.noise.draw` gives; not to be written to."""
        wanted = prod(shape)
        if wanted > MOST_KEPT:
            return draw(seed, shape)
        of, numbers = self._kept
        if of != seed or len(numbers) < wanted:
            # more than is asked for, lest phrases each a little longer than the last draw everything anew
            numbers = draw(seed, (min(MOST_KEPT, 2 ** max(0, wanted - 1).bit_length()),))
            self._kept = seed, numbers
        return numbers[:wanted].reshape(shape)


class PhraseNoise:
    """Spectra of the noise of one phrase, in order; before and behind the phrase there is silence."""

    def __init__(self, framing: Framing, frames: int, seed: int) -> None:
        self._framing, self._frames = framing, frames
        self._generator = stream_of(seed)
        self._done = 0  # frames so far
        self._samples = np.zeros(framing.edge, np.float32)  # from the start of the next frame on

    def take(self, count: int) -> Spectra:
        """Of the next `count` frames (count, F)."""
        framing, whole = self._framing, self._frames * self._framing.hop
        used = (count - 1) * framing.hop + framing.size
        place = self._done * framing.hop - framing.edge  # of the start of the next frame
        known, wanted = place + len(self._samples), place + used
        fresh = draw_from(self._generator, (max(0, min(wanted, whole) - min(known, whole)),))
        behind = np.zeros(used - len(self._samples) - len(fresh), np.float32)
        samples = np.concatenate([self._samples, fresh, behind])
        self._samples = samples[count * framing.hop :]
        self._done += count
        return framing.transform(samples)


class KeptNoise:
    """Spectra of the noise of the seed that was asked for last. Safe to use from many threads at once."""

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._beginning: _Beginning | None = None

    def phrase(self, frames: int, seed: int) -> PhraseNoise | KeptPhraseNoise:
        """The noise of a phrase of that many frames."""
        if frames > LONGEST:
            return PhraseNoise(self._framing, frames, seed)
        beginning = self._beginning
        if beginning is None or beginning.seed != seed:
            beginning = self._beginning = _Beginning(self._framing, seed)
        return KeptPhraseNoise(beginning, frames)


class _Beginning:
    """The noise of a seed, of a phrase that does not end; made as far as it was asked for."""

    def __init__(self, framing: Framing, seed: int) -> None:
        self.framing, self.seed = framing, seed
        self._generator = stream_of(seed)
        self._samples = np.zeros((LONGEST - 1) * framing.hop + framing.size, np.float32)
        self._drawn = framing.edge  # before the phrase there is silence
        self._spectra = np.empty((LONGEST, framing.size // 2 + 1), np.complex64)
        self._done = 0
        self._lock = Lock()

    def spectra(self, first: int, stop: int) -> Spectra:
        """Of some frames (stop − first, F); not to be written to."""
        with self._lock:
            if stop > self._done:
                self._draw(stop)
                self._spectra[self._done : stop] = self.framing.transform(self._under(self._done, stop))
                self._done = stop
        return self._spectra[first:stop]

    def ending(self, first: int, stop: int, frames: int) -> Spectra:
        """Of some frames (stop − first, F) where the phrase has so many and silence is behind it."""
        with self._lock:
            self._draw(stop)
        samples = self._under(first, stop).copy()
        samples[self.framing.edge + (frames - first) * self.framing.hop :] = 0
        return self.framing.transform(samples)

    def _under(self, first: int, stop: int) -> Floats:
        return self._samples[first * self.framing.hop : (stop - 1) * self.framing.hop + self.framing.size]

    def _draw(self, stop: int) -> None:
        end = (stop - 1) * self.framing.hop + self.framing.size
        if end > self._drawn:
            self._samples[self._drawn : end] = draw_from(self._generator, (end - self._drawn,))
            self._drawn = end


class KeptPhraseNoise:
    """What a `PhraseNoise` of the same seed gives, from a beginning that phrases share."""

    def __init__(self, beginning: _Beginning, frames: int) -> None:
        framing = beginning.framing
        self._beginning, self._frames = beginning, frames
        # frames before this one do not reach out of the phrase
        self._inside = max(0, (frames * framing.hop + framing.edge - framing.size) // framing.hop + 1)
        self._done = 0

    def take(self, count: int) -> Spectra:
        """Of the next `count` frames (count, F); not to be written to."""
        first, self._done = self._done, self._done + count
        middle = max(first, min(self._done, self._inside))
        if middle == self._done:
            return self._beginning.spectra(first, middle)
        ending = self._beginning.ending(middle, self._done, self._frames)
        return ending if middle == first else np.concatenate([self._beginning.spectra(first, middle), ending])
