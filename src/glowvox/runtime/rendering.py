"""What an acoustic model gives of a phrase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from glowvox.runtime.session import Floats


class Mel(Protocol):
    """Frames (T, M), an array or something that makes them when they are looked at."""

    def __len__(self) -> int: ...

    def __getitem__(self, wanted: slice, /) -> Floats: ...


@dataclass(frozen=True)
class Rendered:
    """A phrase on its way to the vocoder."""

    frames: npt.NDArray[np.int64]  # (N,)  of each symbol
    mel: Mel
