"""Change of sample rate by a windowed sinc, evaluated as a few matrix products."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from glowvox.errors import AudioError

ZERO_CROSSINGS = 64  # of the sinc on each side: flat to 92 % of the lower Nyquist, images 80 dB down from 102 %
KAISER_BETA = 9.0
ROLLOFF = 0.97  # cutoff as a fraction of the lower Nyquist
GROUP = 128  # outputs made by one matrix: wide enough for BLAS, narrow enough to waste little on zeros

Kernel = tuple[int, int, npt.NDArray[np.float32]]


def resample(samples: npt.NDArray[np.floating], from_rate: int, to_rate: int) -> npt.NDArray[np.float32]:
    """The same sound at another rate (polyphase Kaiser-windowed sinc; Smith, Digital Audio Resampling).

    samples    (S,)
    from_rate  of `samples` (Hz)
    to_rate    wanted (Hz)
    returns    (ceil(S · to_rate / from_rate),) float32; output n lies at input time n · from_rate / to_rate
    raises     AudioError for a rate that is not positive
    """
    if from_rate <= 0 or to_rate <= 0:
        raise AudioError(f"cannot resample from {from_rate} Hz to {to_rate} Hz: rates must be positive")
    source = np.ascontiguousarray(samples, dtype=np.float32)
    if from_rate == to_rate or not len(source):
        return source.copy()
    divisor = math.gcd(from_rate, to_rate)
    up, down = to_rate // divisor, from_rate // divisor
    repeat = math.ceil(GROUP / up)  # whole cycles put together where one cycle is short
    up, down = up * repeat, down * repeat
    length = math.ceil(len(source) * to_rate / from_rate)
    cycles = math.ceil(length / up)
    margin = reach(up, down)
    tail = cycles * down + math.ceil(GROUP * down / up) + margin + 2 - len(source)
    padded = np.pad(source, (margin, max(0, tail)))
    out = np.empty((cycles, up), dtype=np.float32)
    for first, start, kernel in _kernels(up, down):
        if first >= length:
            break
        windows = np.lib.stride_tricks.as_strided(
            padded[start:], (cycles, kernel.shape[0]), (down * padded.itemsize, padded.itemsize), writeable=False
        )
        out[:, first : first + kernel.shape[1]] = windows @ kernel
    return out.reshape(-1)[:length].copy()


def reach(up: int, down: int) -> int:
    """Input samples the kernel sees on each side of an output."""
    return math.ceil(ZERO_CROSSINGS / (ROLLOFF * min(1.0, up / down)))


def _kernels(up: int, down: int) -> Iterable[Kernel]:
    # Odd pairs of rates have cycles of many thousands of outputs: those are made as needed and not kept.
    return _kept_kernels(up, down) if up <= 8 * GROUP else _make_kernels(up, down)


@lru_cache(maxsize=16)
def _kept_kernels(up: int, down: int) -> tuple[Kernel, ...]:
    return tuple(_make_kernels(up, down))


def _make_kernels(up: int, down: int) -> Iterator[Kernel]:
    """For each group of outputs of a cycle: first output, first padded input, weights (inputs, outputs)."""
    margin = reach(up, down)
    cutoff = ROLLOFF * min(1.0, up / down)
    for first in range(0, up, GROUP):
        outputs = np.arange(first, min(first + GROUP, up))
        times = outputs * down / up
        start = int(outputs[0] * down // up)
        inputs = np.arange(start - margin, math.floor(times[-1]) + margin + 2)
        distance = times[None, :] - inputs[:, None]
        inside = np.clip(1 - (distance * cutoff / ZERO_CROSSINGS) ** 2, 0.0, None)
        weights = np.where(inside > 0, np.sinc(cutoff * distance) * np.i0(KAISER_BETA * np.sqrt(inside)), 0.0)
        weights /= weights.sum(axis=0, keepdims=True)  # every phase passes a constant unchanged
        yield first, start, weights.astype(np.float32)
