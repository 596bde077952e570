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
from glowvox.runtime.excitation import Pulses, runs
from glowvox.runtime.kept_noise import KeptNoise, KeptPhraseNoise, PhraseNoise
from glowvox.runtime.overlap import Framing, Overlap, Spectra
from glowvox.runtime.rendering import Mel
from glowvox.runtime.session import Floats, Session

WHOLE = 448  # frames of a phrase that is made in one piece
FIRST = 64  # frames of the first piece of a longer one: soon heard
REST = 512  # of those after it: fewer frames computed twice
LEAST = 64  # a shorter last piece joins the one before
BLOCK = 256  # frames whose spectra are worked on together: enough that NumPy's calls cost little


class Istft:
    """Mel → samples by a network that filters pulses and noise, or makes the whole spectrum itself."""

    def __init__(self, session: Session, mel: MelConfig, settings: VocoderSettings) -> None:
        self._session, self._mel, self._settings = session, mel, settings
        size = mel.fft_size // settings.pieces
        self._framing = Framing(hann(size, size), mel.hop // settings.pieces)
        self._noise = KeptNoise(self._framing)
        # a frame reaches this far out of its hop, and needs the pitch there
        self._ahead = math.ceil((size - self._framing.edge) / mel.hop)

    def stream(self, mel: Mel, *, seed: int) -> Iterator[Floats]:
        """Samples in pieces, together T·hop of them.

        mel   (T, M)
        seed  of the noise
        """
        frames, pieces = len(mel), self._settings.pieces
        pulses = Pulses(frames, sample_rate=self._mel.sample_rate, hop=self._mel.hop)
        shaped = _Shaped(self._framing, frames * pieces, pulses, self._noise.phrase(frames * pieces, seed))
        overlap = Overlap(self._framing, frames * pieces)
        for start, end in schedule(frames):
            found = self._spectra(mel, start, min(frames, end + self._ahead))
            shaped.hear(found, start)
            blocks, stop = range(start * pieces, end * pieces, BLOCK), end * pieces
            yield np.concatenate([overlap.add(shaped.add(min(BLOCK, stop - block))) for block in blocks])

    def _spectra(self, mel: Mel, start: int, stop: int) -> dict[str, Floats]:
        """What the network says of frames start … stop−1, by the names of its outputs: (T'·P, F) or (T',) each."""
        stack, reach = self._settings.stack, self._settings.reach
        first = max(0, start - reach) // stack * stack
        last = min(len(mel), stop + reach)
        last += min(-last % stack, len(mel) - last)
        seen = mel[first:last]
        if len(seen) % stack:
            seen = np.concatenate([seen, np.repeat(seen[-1:], -len(seen) % stack, axis=0)])
        found = self._session.run({"mel": np.ascontiguousarray(seen)})
        rows = {name: len(values) // len(seen) for name, values in found.items()}
        return {
            name: values[(start - first) * rows[name] : (stop - first) * rows[name]] for name, values in found.items()
        }


class _Shaped:
    """Spectra of the sound: the network's own, or its filters times the spectra of pulses and noise.

    frames  of the whole phrase, in pieces where the network gives several spectra of each
    """

    def __init__(self, framing: Framing, frames: int, pulses: Pulses, noise: PhraseNoise | KeptPhraseNoise) -> None:
        self._framing, self._frames, self._pulses, self._noise = framing, frames, pulses, noise
        self._found: dict[str, Floats] = {}
        self._start = self._done = 0  # first frame of `_found`, frames given so far
        self._f0 = self._voiced = np.zeros(0, np.float32)  # of all frames so far
        # pulses from the start of the next frame on; before the phrase there is silence
        self._samples = np.zeros(framing.edge, np.float32)

    def hear(self, found: dict[str, Floats], start: int) -> None:
        """Take what the network says of the frames from the next one on; of some it may have spoken before.

        start  frame, whole, that comes next
        """
        self._found, self._start = found, self._done
        if "f0" in found:
            known = len(self._f0) - start
            self._f0 = np.concatenate([self._f0, found["f0"][known:]])
            self._voiced = np.concatenate([self._voiced, (found["voicing"][known:] > 0).astype(np.float32)])

    def add(self, count: int) -> Spectra:
        """Spectra of the next `count` frames (count, F)."""
        framing, place = self._framing, self._done - self._start
        block = slice(place, place + count)
        self._done += count
        if not len(self._f0):
            return _joined(self._found["real"][block], self._found["imaginary"][block])
        spectra: Spectra = self._found["noise"][block] * self._noise.take(count)
        samples = self._lengthened(count)
        sounding = np.any((samples != 0).reshape(-1, framing.hop), axis=1)
        under = np.lib.stride_tricks.sliding_window_view(sounding, framing.size // framing.hop)
        for run in runs(np.asarray(under.any(axis=1))):  # between them there is only noise
            filters = _joined(self._found["real"][block][run], self._found["imaginary"][block][run])
            last = (run.stop - 1) * framing.hop + framing.size
            filters *= framing.transform(samples[run.start * framing.hop : last])
            spectra[run] += filters
        return spectra

    def _lengthened(self, count: int) -> Floats:
        """Pulses under the `count` frames that were just begun; behind the phrase there is silence."""
        framing = self._framing
        whole = self._frames * framing.hop
        stop = (self._done - 1) * framing.hop + framing.size - framing.edge
        pulses = self._pulses.extend(self._f0, self._voiced, min(stop, whole))
        used = (count - 1) * framing.hop + framing.size
        behind = np.zeros(used - len(self._samples) - len(pulses), np.float32)
        samples = np.concatenate([self._samples, pulses, behind])
        self._samples = samples[count * framing.hop :]
        return samples


def _joined(real: Floats, imaginary: Floats) -> Spectra:
    spectra = np.empty(real.shape, np.complex64)
    spectra.real, spectra.imag = real, imaginary
    return spectra


def schedule(frames: int) -> Iterator[tuple[int, int]]:
    """First and last-but-one frame of each piece of a phrase."""
    start, size = 0, frames if frames <= WHOLE else FIRST
    while start < frames:
        end = start + size
        if frames - end < LEAST:
            end = frames
        yield start, end
        start, size = end, REST
