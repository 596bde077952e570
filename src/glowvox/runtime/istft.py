"""Our vocoder without torch: a network that makes spectra of a mel, and NumPy that makes sound of them, in pieces.

The pieces follow one schedule whatever the text. Each is computed with as many frames to either side as the network can
see, so that it is what it would be in one pass; the sound's phase and noise run on from piece to piece.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from glowvox.audio.mel import MelConfig
from glowvox.audio.stft import hann
from glowvox.runtime.bundle import VocoderSettings
from glowvox.runtime.excitation import Excitation
from glowvox.runtime.overlap import Framing, Overlap, Spectra
from glowvox.runtime.rendering import Mel
from glowvox.runtime.session import Floats, Session

WHOLE = 256  # frames of a phrase that is made in one piece
FIRST = 64  # frames of the first piece of a longer one: soon heard
REST = 512  # of those after it: fewer frames computed twice
LEAST = 64  # a shorter last piece joins the one before
BLOCK = 64  # frames whose spectra are worked on together: few enough to stay in the processor's cache


class Istft:
    """Mel → samples by a network that filters pulses and noise, or makes the whole spectrum itself."""

    def __init__(self, session: Session, mel: MelConfig, settings: VocoderSettings) -> None:
        self._session, self._mel, self._settings = session, mel, settings
        self._framing = Framing(hann(mel.fft_size, mel.fft_size), mel.hop)
        # a frame reaches this far out of its hop, and needs the pitch there
        self._ahead = math.ceil((mel.fft_size - self._framing.edge) / mel.hop)

    def stream(self, mel: Mel, *, seed: int) -> Iterator[Floats]:
        """Samples in pieces, together T·hop of them.

        mel   (T, M)
        seed  of the noise
        """
        frames = len(mel)
        excitation = Excitation(frames, sample_rate=self._mel.sample_rate, hop=self._mel.hop, seed=seed)
        shaped = _Shaped(self._framing, frames, excitation)
        overlap = Overlap(self._framing, frames)
        for start, end in schedule(frames):
            found = self._spectra(mel, start, min(frames, end + self._ahead))
            shaped.hear(found)
            blocks = range(start, end, BLOCK)
            yield np.concatenate([overlap.add(shaped.add(min(BLOCK, end - block))) for block in blocks])

    def _spectra(self, mel: Mel, start: int, stop: int) -> dict[str, Floats]:
        """What the network says of frames start … stop−1, by the names of its outputs, (T', ...) each."""
        stack, reach = self._settings.stack, self._settings.reach
        first = max(0, start - reach) // stack * stack
        last = min(len(mel), stop + reach)
        last += min(-last % stack, len(mel) - last)
        seen = mel[first:last]
        if len(seen) % stack:
            seen = np.concatenate([seen, np.repeat(seen[-1:], -len(seen) % stack, axis=0)])
        found = self._session.run({"mel": np.ascontiguousarray(seen)})
        return {name: values[start - first : stop - first] for name, values in found.items()}


class _Shaped:
    """Spectra of the sound: the network's own, or its filters times the spectra of pulses and noise."""

    def __init__(self, framing: Framing, frames: int, excitation: Excitation) -> None:
        self._framing, self._frames, self._excitation = framing, frames, excitation
        self._found: dict[str, Floats] = {}
        self._start = self._done = 0  # first frame of `_found`, frames given so far
        self._f0 = self._voiced = np.zeros(0, np.float32)  # of all frames so far
        # pulses and noise from the start of the next frame on; before the phrase there is silence
        self._pulses = self._noise = np.zeros(framing.edge, np.float32)

    def hear(self, found: dict[str, Floats]) -> None:
        """Take what the network says of the frames from the next one on; of some it may have spoken before."""
        self._found, self._start = found, self._done
        if "f0" in found:
            known = len(self._f0) - self._done
            self._f0 = np.concatenate([self._f0, found["f0"][known:]])
            self._voiced = np.concatenate([self._voiced, (found["voicing"][known:] > 0).astype(np.float32)])

    def add(self, count: int) -> Spectra:
        """Spectra of the next `count` frames (count, F)."""
        framing = self._framing
        block = slice(self._done - self._start, self._done - self._start + count)
        spectra = np.empty((count, framing.size // 2 + 1), np.complex64)
        spectra.real, spectra.imag = self._found["real"][block], self._found["imaginary"][block]
        self._done += count
        if not len(self._f0):
            return spectra
        self._lengthen()
        used = (count - 1) * framing.hop + framing.size
        spectra *= framing.transform(self._pulses[:used])
        spectra += self._found["noise"][block] * framing.transform(self._noise[:used])
        self._pulses, self._noise = self._pulses[count * framing.hop :], self._noise[count * framing.hop :]
        return spectra

    def _lengthen(self) -> None:
        """Make pulses and noise up to the end of the frames so far; behind the phrase there is silence."""
        framing = self._framing
        whole = self._frames * framing.hop
        stop = (self._done - 1) * framing.hop + framing.size - framing.edge
        pulses, noise = self._excitation.extend(self._f0, self._voiced, min(stop, whole))
        behind = np.zeros(max(0, stop - whole), np.float32)
        self._pulses = np.concatenate([self._pulses, pulses, behind])
        self._noise = np.concatenate([self._noise, noise, behind])


def schedule(frames: int) -> Iterator[tuple[int, int]]:
    """First and last-but-one frame of each piece of a phrase."""
    start, size = 0, frames if frames <= WHOLE else FIRST
    while start < frames:
        end = start + size
        if frames - end < LEAST:
            end = frames
        yield start, end
        start, size = end, REST
