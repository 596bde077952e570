"""Standard normal numbers from a seed: the same everywhere, whatever computes with them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def normal(seed: int, *shape: int) -> npt.NDArray[np.float32]:
    """Draws of the given shape; those of a longer first axis begin with those of a shorter one."""
    return np.random.Generator(np.random.Philox(seed)).standard_normal(shape, dtype=np.float32)
