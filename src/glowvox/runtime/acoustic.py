"""Symbols → mel: the encoder graph, durations, a sample of the prior, the decoder graph (Glow-TTS, figure 1b)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from glowvox.runtime.kept_noise import KeptNumbers
from glowvox.runtime.session import Floats, Session
from glowvox.runtime.style import centres

Counts = npt.NDArray[np.int64]
LONGEST_TOKEN = 2_000  # frames; a network that says more is broken, and memory is not


@dataclass(frozen=True)
class Reading:
    """How a phrase is to be read; `Manner` resolved for one voice."""

    vector: Floats | None = None  # (1, G) of the speaker
    speed: float = 1.0
    variation: float = 0.667
    seed: int = 0
    style: Floats | None = None  # (M, 1) or (M, T)  mean of the noise
    gate: float | None = None  # of a Flowtron; None is the voice's own
    temperature: float = 1.0  # of a Flowtron's attention


@dataclass(frozen=True)
class Encoded:
    """What the encoder says of a phrase."""

    mean: Floats  # (N, M)
    log_scale: Floats | None  # (N, M); None where the prior has unit variance
    frames: Counts  # (N,)  of each symbol, at the speed asked for
    shared: Floats | None = None  # (N, W); what a prior that moves within symbols starts from, where there is one


class Acoustic:
    """The two graphs of a Glow-TTS.

    squeeze          frames that the decoder takes together
    duration_offset  that durations were predicted with
    """

    def __init__(self, encoder: Session, decoder: Session, *, squeeze: int, duration_offset: int) -> None:
        self._encoder, self._decoder = encoder, decoder
        self._squeeze, self._offset = squeeze, duration_offset
        self._numbers = KeptNumbers()

    def encode(self, ids: list[int], reading: Reading) -> Encoded:
        """Read a phrase; `ids` of its symbols, at least one."""
        found = self._encoder.run({"ids": np.array([ids], np.int64), **_speaker(reading)})
        asked = np.ceil((np.exp(found["log_duration"]) - self._offset) / np.float32(reading.speed))
        frames = np.clip(asked, self._offset, LONGEST_TOKEN).astype(np.int64)
        return Encoded(found["mean"], found.get("log_scale"), frames, found.get("shared"))

    def decode(self, encoded: Encoded, frames: Counts, reading: Reading) -> Floats:
        """A sample of the prior through the inverse flow.

        frames   (N,)    of each symbol; their sum as `fit` leaves it
        returns  (T, M)
        """
        mean = np.repeat(encoded.mean, frames, axis=0)
        noise = centres(reading.style, *mean.shape)
        if reading.variation:
            noise += self._numbers.draw(reading.seed, mean.shape) * np.float32(reading.variation)
        if encoded.log_scale is not None:
            noise *= np.repeat(np.exp(encoded.log_scale), frames, axis=0)
        if encoded.shared is None:
            return self._decoder.run({"latent": mean + noise, **_speaker(reading)})["mel"]
        shared = np.repeat(encoded.shared, frames, axis=0)
        given = {"mean": mean, "shared": shared, "place": places(frames), "noise": noise}
        return self._decoder.run({**given, **_speaker(reading)})["mel"]

    def fit(self, frames: Counts) -> Counts:
        """Frames of each symbol (N,) whose sum the decoder can take."""
        return fit(frames, self._squeeze)


def _speaker(reading: Reading) -> dict[str, Floats]:
    return {} if reading.vector is None else {"speaker": reading.vector}


def places(frames: Counts) -> Floats:
    """Where each frame is: from −1 to 1 through its symbol, how near to the middle, and how long the symbol is.

    frames   (N,)
    returns  (T, 3)
    """
    lasting = np.repeat(frames, frames).astype(np.float32)
    first = np.repeat(np.cumsum(frames) - frames, frames)
    share = (np.arange(len(first)) - first + np.float32(0.5)) / lasting
    return np.stack([2 * share - 1, 4 * share * (1 - share), np.log(lasting) / 3], axis=1).astype(np.float32)


def fit(durations: Counts, squeeze: int) -> Counts:
    """Durations whose sum is a multiple of the squeeze: cut at the end, and never less than one column.

    durations  (N,)
    returns    (N,)
    """
    total = max(int(durations.sum()) // squeeze * squeeze, squeeze)
    ends = np.minimum(np.cumsum(durations), total)
    ends[-1] = total  # a text shorter than a column fills it
    return np.diff(ends, prepend=0)
