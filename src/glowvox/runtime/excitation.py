"""What the sung part of a voice is made of before it is shaped: pulses at the pitch, the same for any cut into pieces.

They are all harmonics below half the sample rate, of equal strength but for the last, which fades in and out as
the pitch moves, summed in closed form. Their phase is the integral of the pitch, which is a straight line from the
middle of one frame to that of the next: its integral over whole lines is summed in double precision from the first
sample of the phrase on, and within a line it is a parabola that single precision is enough for.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glowvox.runtime.session import Floats

_FLAT = np.float32(1e-6)  # half a phase this small is the top of a pulse, where the sum is a quotient of two zeros


class Pulses:
    """The pulses of one phrase, in order; line l runs from the middle of frame l to that of frame l + 1.

    frames       of the whole phrase
    sample_rate  Hz
    hop          samples a frame
    """

    def __init__(self, frames: int, *, sample_rate: int, hop: int) -> None:
        self._last, self._rate, self._hop = frames - 1, sample_rate, hop
        self._middle = hop // 2  # the sample where line 0 begins
        self._way: Floats = ((self._middle + 0.5) / hop - 0.5 + np.arange(hop) / hop).astype(np.float32)
        # cycles since the start of a line, for a pitch of 1 Hz and for one that rises by 1 Hz
        self._even: Floats = (np.arange(1, hop + 1) / sample_rate).astype(np.float32)
        self._rising: Floats = (np.cumsum(self._way, dtype=np.float64) / sample_rate).astype(np.float32)
        self._whole = float(np.sum(self._way, dtype=np.float64))
        self._cycles: float | None = None  # at the start of the line that the next sample lies on
        self._next = 0

    def extend(self, f0: Floats, voiced: Floats, stop: int) -> Floats:
        """The next samples, up to `stop`.

        f0       (T',) Hz of all frames known so far; those around every sample asked for must be
        voiced   (T',) 0 to 1
        returns  (S,)
        """
        if stop == self._next:
            return np.zeros(0, np.float32)
        first, end = self._line(self._next), self._line(stop - 1) + 1
        known = np.clip(np.arange(first, end + 1), 0, min(self._last, len(f0) - 1))
        pitch, gate = f0[known], voiced[known]
        cycles = self._starts(pitch.astype(np.float64), self._line(stop) - first)
        lines = np.zeros((end - first, self._hop), np.float32)
        starts, ends = slice(0, -1), slice(1, None)
        for run in runs((gate[starts] + gate[ends]) > 0):  # elsewhere there is silence
            sound = self._sound(pitch[starts][run], pitch[ends][run], cycles[run])
            np.multiply(sound, self._between(gate[starts][run], gate[ends][run]), out=lines[run])
        begin = first * self._hop + self._middle
        start, self._next = self._next - begin, stop
        return lines.reshape(-1)[start : stop - begin]

    def _line(self, sample: int) -> int:
        return (sample - self._middle) // self._hop

    def _starts(self, pitch: npt.NDArray[np.float64], done: int) -> Floats:
        """Cycles at the starts of the next lines, of which the whole ones are left out.

        pitch    (L + 1,) Hz where the lines begin and end
        done     how many of them will not be needed again
        returns  (L,)
        """
        if self._cycles is None:  # the line that ends in the middle of frame 0; the phrase begins within it
            self._cycles = -float(pitch[0]) * (self._hop - self._middle) / self._rate
        steps = (pitch[:-1] * self._hop + (pitch[1:] - pitch[:-1]) * self._whole) / self._rate
        starts = np.cumsum(np.concatenate([[self._cycles], steps]))  # in order, so that a cut changes no bit
        self._cycles = float(starts[done])
        parts: Floats = (starts - np.floor(starts))[:-1].astype(np.float32)
        return parts

    def _between(self, start: Floats, end: Floats) -> Floats:
        """Straight lines (L, hop) between two values each (L,)."""
        lines: Floats = (end - start)[:, None] * self._way
        lines += start[:, None]
        return lines

    def _sound(self, start: Floats, end: Floats, cycles: Floats) -> Floats:
        """Pulses along some lines (L, hop).

        start   (L,) Hz at the start of each
        end     (L,) Hz at its end
        cycles  (L,) at its start
        """
        turns = (end - start)[:, None] * self._rising
        turns += start[:, None] * self._even
        turns += cycles[:, None]
        turns -= np.rint(turns)
        half: Floats = np.abs(turns, out=turns)  # the sum is the same before a pulse as behind it
        half *= np.float32(np.pi)
        np.maximum(half, _FLAT, out=half)
        room = np.float32(self._rate / 2) / self._between(start, end)
        return harmonics(half, np.maximum(room, np.float32(1), out=room))


def runs(wanted: npt.NDArray[np.bool_], *, bridged: int = 16) -> list[slice]:
    """The stretches of a row of marks that are set.

    bridged  gaps up to so long are taken along: work on another stretch costs as much as a few more places
    """
    places = np.flatnonzero(wanted)
    if not len(places):
        return []
    gaps = np.flatnonzero(np.diff(places) > bridged + 1)
    starts = [int(places[0]), *places[gaps + 1].tolist()]
    ends = [*places[gaps].tolist(), int(places[-1])]
    return [slice(start, end + 1) for start, end in zip(starts, ends, strict=True)]


def harmonics(half: Floats, room: Floats) -> Floats:
    """√(2 / (K − 1 + w²)) (Σ_{k=1..K−1} cos kφ + w cos Kφ), where K + w multiples lie below half the sample rate.

    half     (...) φ / 2, from just above 0 to π / 2
    room     (...) K + w
    returns  (...)
    """
    last = np.floor(room)
    weight = room - last
    total: Floats = np.sin((2 * last - 1) * half)
    total /= np.sin(half)
    total -= 1
    total *= np.float32(0.5)
    total += weight * np.cos(2 * last * half)
    power = weight * weight
    power += last
    power -= 1
    np.maximum(power, np.float32(1), out=power)
    total *= np.sqrt(np.float32(2) / power)
    return total
