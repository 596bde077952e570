"""Fundamental frequency of speech: YIN's candidates, a path of least cost, and how fast the phase turns along it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from glowvox.audio.pitch_refinement import refined
from glowvox.audio.stft import Padding, frame_count
from glowvox.errors import AudioError

CANDIDATES = 6  # best dips kept in each frame
SWITCH_COST = 0.3  # of going between voiced and unvoiced
OCTAVE_COST = 1.5  # of a jump by one octave between neighbouring frames 10 ms apart
CHUNK = 2048  # frames analysed at once
QUIET_DB = 50.0  # frames this far below the loudest have no voice


class Tracking(NamedTuple):
    """How readily a frame is called voiced, and with which period."""

    unvoiced: float  # cost of calling a frame unvoiced: about the depth of a dip that is still a voice
    lag: float  # cost of choosing the longest lag over the shortest: the true period before its multiples
    low: float  # lowest frequency looked for (Hz)


STRICT = Tracking(unvoiced=0.6, lag=0.12, low=60.0)  # where voiced is to mean surely voiced: for scores
# For a vocoder's source, which the filter can silence: a pulse too many does no harm, one too few sounds hoarse. Even
# the creak at the end of a sentence counts.
GENEROUS = Tracking(unvoiced=1.0, lag=0.05, low=50.0)


@dataclass(frozen=True, eq=False)
class Pitch:
    """Fundamental frequency frame by frame.

    f0      (T,) Hz, 0 where unvoiced
    voiced  (T,) whether there is a voice
    """

    f0: npt.NDArray[np.float32]
    voiced: npt.NDArray[np.bool_]


def pitch(
    samples: npt.NDArray[np.floating],
    sample_rate: int,
    *,
    hop: int,
    tracking: Tracking = STRICT,
    high: float = 500.0,
    padding: Padding = "same",
) -> Pitch:
    """YIN (de Cheveigné & Kawahara 2002, eqs. 6 and 8), the dips of all frames joined by dynamic programming, refined.

    samples   (S,)
    hop       between frames (samples)
    tracking  STRICT or GENEROUS
    high      highest frequency looked for (Hz)
    padding   frames lie as those of a mel spectrogram: centred on (t+½)·hop ("same") or on t·hop ("centred")
    returns   as many frames as a mel spectrogram with this hop and padding
    raises    AudioError when the range of frequencies is impossible
    """
    low = tracking.low
    if not 0 < low < high <= sample_rate / 4:
        raise AudioError(f"pitch between {low:g} and {high:g} Hz: expected 0 < low < high <= {sample_rate / 4:g} Hz")
    frames = frame_count(len(samples), 2 * hop, hop, padding)
    if not frames:
        return Pitch(np.zeros(0, np.float32), np.zeros(0, np.bool_))
    shortest, longest = int(sample_rate / high), int(np.ceil(sample_rate / low)) + 1
    window = longest + shortest  # integration: one longest period and a little
    lags, cost = [], []
    for chunk in _frames(np.asarray(samples, dtype=np.float64), frames, hop, window + longest, padding):
        normalised = _normalised_difference(chunk, window, longest)
        chunk_lags, chunk_cost = _candidates(normalised, shortest, longest, tracking.lag)
        lags.append(chunk_lags)
        cost.append(chunk_cost)
    frequency = sample_rate / np.concatenate(lags)
    costs = np.concatenate(cost)
    costs[_quiet(samples, frames, hop, window, padding)] = np.inf
    choice = _best_path(frequency, costs, hop / sample_rate, tracking.unvoiced)
    voiced = choice >= 0
    f0 = np.where(voiced, frequency[np.arange(frames), np.maximum(choice, 0)], 0.0)
    f0 = refined(samples, f0, _centres(frames, hop, padding) - (0.5 if padding == "same" else 0.0), sample_rate)
    return Pitch(f0.astype(np.float32), voiced)


def _centres(frames: int, hop: int, padding: Padding) -> npt.NDArray[np.int64]:
    return np.arange(frames) * hop + (hop // 2 if padding == "same" else 0)


def _frames(
    signal: npt.NDArray[np.float64], frames: int, hop: int, width: int, padding: Padding
) -> list[npt.NDArray[np.float64]]:
    """Views of `width` samples around the centre of each frame, zeros beyond the ends: (≤ CHUNK, width) each."""
    padded = np.pad(signal, (width // 2, width + hop))
    views = np.lib.stride_tricks.sliding_window_view(padded, width)[_centres(frames, hop, padding)[0] :: hop][:frames]
    return [views[first : first + CHUNK] for first in range(0, frames, CHUNK)]


def _normalised_difference(frames: npt.NDArray[np.float64], window: int, longest: int) -> npt.NDArray[np.float64]:
    """Cumulative mean normalised difference d'(τ) = d(τ) · τ / Σ_{j≤τ} d(j), d(τ) = Σ_n (x[n] − x[n+τ])².

    frames   (T, window + longest)
    returns  (T, longest + 1), 1 at τ = 0
    """
    size = 1 << (frames.shape[1] + window - 1).bit_length()
    spectrum = np.fft.rfft(frames, size)
    kernel = np.fft.rfft(frames[:, :window], size)
    product = np.fft.irfft(spectrum * kernel.conj(), size)[:, : longest + 1]
    energy = np.concatenate((np.zeros((len(frames), 1)), np.cumsum(frames**2, axis=1)), axis=1)
    moved = energy[:, window : window + longest + 1] - energy[:, : longest + 1]
    difference = np.maximum(0.0, moved[:, :1] + moved - 2 * product)
    running = np.cumsum(difference[:, 1:], axis=1)
    normalised = np.ones_like(difference)
    lags = np.arange(1, longest + 1)
    np.divide(difference[:, 1:] * lags, running, out=normalised[:, 1:], where=running > 1e-12)
    return normalised


def _candidates(
    normalised: npt.NDArray[np.float64], shortest: int, longest: int, lag_cost: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The deepest local minima of each frame, placed between samples by a parabola.

    normalised  (T, longest + 1)
    lag_cost    of the longest lag
    returns     lags (T, CANDIDATES) in samples, costs (T, CANDIDATES), infinite where there are fewer minima
    """
    before, here, after = normalised[:, shortest - 1 : -2], normalised[:, shortest:-1], normalised[:, shortest + 1 :]
    lags = np.arange(shortest, longest)
    slope = lag_cost * np.log(lags / shortest) / np.log(longest / shortest)
    cost = np.where((here <= before) & (here < after), here + slope, np.inf)
    best = np.argpartition(cost, min(CANDIDATES, cost.shape[1] - 1), axis=1)[:, :CANDIDATES]
    a, b, c = (np.take_along_axis(part, best, axis=1) for part in (before, here, after))
    bend = a - 2 * b + c
    shift = np.divide(0.5 * (a - c), bend, out=np.zeros_like(b), where=bend > 1e-12)
    return lags[best] + np.clip(shift, -0.5, 0.5), np.take_along_axis(cost, best, axis=1)


def _quiet(
    samples: npt.NDArray[np.floating], frames: int, hop: int, window: int, padding: Padding
) -> npt.NDArray[np.bool_]:
    """Frames with next to no power: (T,)."""
    total = np.concatenate(([0.0], np.cumsum(np.square(samples, dtype=np.float64))))
    centres = _centres(frames, hop, padding)
    ends = np.clip(centres + window // 2, 0, len(samples))
    power = (total[ends] - total[np.clip(centres - window // 2, 0, len(samples))]) / window
    quiet: npt.NDArray[np.bool_] = power <= max(power.max() * 10 ** (-QUIET_DB / 10), 1e-10)
    return quiet


def _best_path(
    frequency: npt.NDArray[np.float64], cost: npt.NDArray[np.float64], step_s: float, unvoiced_cost: float
) -> npt.NDArray[np.int64]:
    """Candidate of each frame on the cheapest path, −1 for unvoiced (Viterbi).

    frequency  (T, C) Hz
    cost       (T, C)
    step_s     between frames (s): jumps are dearer the shorter it is
    """
    frames, candidates = cost.shape
    octaves = np.log2(frequency)
    local = np.concatenate((cost, np.full((frames, 1), unvoiced_cost)), axis=1)
    jumps = OCTAVE_COST * min(1.0, 0.01 / step_s) * np.abs(octaves[1:, :, None] - octaves[:-1, None, :])
    moves = np.full((max(0, frames - 1), candidates + 1, candidates + 1), SWITCH_COST)  # (T − 1, to, from)
    moves[:, :-1, :-1] = jumps
    moves[:, -1, -1] = 0.0
    total, origin = local[0], np.zeros((frames, candidates + 1), dtype=np.int64)
    rows = np.arange(candidates + 1)
    for t in range(1, frames):
        reached = moves[t - 1] + total
        origin[t] = reached.argmin(axis=1)
        total = reached[rows, origin[t]] + local[t]
    path = np.empty(frames, dtype=np.int64)
    path[-1] = total.argmin()
    for t in range(frames - 1, 0, -1):
        path[t - 1] = origin[t, path[t]]
    return np.where(path == candidates, -1, path)
