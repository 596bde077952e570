"""Mel → samples, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt

from glowvox.audio.griffin_lim import griffin_lim
from glowvox.audio.mel import MelConfig
from glowvox.runtime.rendering import Mel

Floats = npt.NDArray[np.float32]


class Vocoder(Protocol):
    """Makes sound of the mel of one phrase."""

    def stream(self, mel: Mel, *, seed: int) -> Iterator[Floats]:
        """Samples in the order in which they are ready; together T·hop of them.

        mel   (T, M)  which may be made no sooner than it is looked at
        seed  of whatever is random in the sound
        """
        ...


class GriffinLim:
    """No network at all: metallic, but it needs nothing. In one piece."""

    def __init__(self, mel: MelConfig) -> None:
        self._mel = mel

    def stream(self, mel: Mel, *, seed: int) -> Iterator[Floats]:
        """mel (T, M) → one piece (S,)."""
        yield griffin_lim(np.ascontiguousarray(mel[:].T), self._mel, seed=seed)
