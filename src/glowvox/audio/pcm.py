"""Samples as numbers in memory and as the 16-bit integers that files and players take."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glowvox.errors import AudioError

Samples = npt.NDArray[np.float32]


def pcm16(samples: Samples) -> npt.NDArray[np.int16]:
    """Samples as 16-bit integers: 1.0 is 32767, what lies outside ±1 is clipped.

    samples  (S,) full scale ±1
    returns  (S,)
    raises   AudioError when a sample is not a finite number
    """
    if not np.isfinite(samples).all():
        raise AudioError("audio holds NaN or infinite samples: nothing to write")
    return np.round(np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2")
