"""Change of sample rate for sound that arrives in pieces; equal to resampling the whole."""

from __future__ import annotations

import math

import numpy as np

from glowvox.audio.pcm import Samples
from glowvox.audio.resample import reach, resample

BLOCK_S = 1.0  # seconds resampled at once


class StreamResampler:
    """The sound of a stream at another rate, with the same samples as `resample` gives for the whole.

    Blocks are whole cycles of the two rates, each resampled with as much sound on either side as the filter sees.
    """

    def __init__(self, from_rate: int, to_rate: int) -> None:
        divisor = math.gcd(from_rate, to_rate)
        self.up, self.down = to_rate // divisor, from_rate // divisor
        self.from_rate, self.to_rate = from_rate, to_rate
        self.cycles = max(1, round(BLOCK_S * from_rate / self.down))  # in a block
        self.margin = math.ceil((reach(self.up, self.down) + 2) / self.down)  # cycles on either side
        self.held = np.zeros(0, np.float32)
        self.before = 0  # cycles of `held` whose output is out already

    def feed(self, samples: Samples) -> Samples:
        """The output that is certain after these samples (S,)."""
        if self.up == self.down:
            return samples
        self.held = np.concatenate([self.held, samples])
        out = [np.zeros(0, np.float32)]
        while len(self.held) >= (self.before + self.cycles + self.margin) * self.down:
            last = self.before + self.cycles
            made = resample(self.held[: (last + self.margin) * self.down], self.from_rate, self.to_rate)
            out.append(made[self.before * self.up : last * self.up])
            keep = min(last, self.margin)
            self.held = self.held[(last - keep) * self.down :]
            self.before = keep
        return np.concatenate(out)

    def flush(self) -> Samples:
        """The rest, when no more will come."""
        made = resample(self.held, self.from_rate, self.to_rate)[self.before * self.up :]
        self.held, self.before = np.zeros(0, np.float32), 0
        return made
