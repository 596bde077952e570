"""Standard normal numbers from a seed: the same everywhere, whatever computes with them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def draw(seed: int, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """Standard normal numbers that depend on the seed alone; a longer draw begins like a shorter one."""
    return draw_from(stream_of(seed), shape)


def stream_of(seed: int) -> np.random.Generator:
    """A source of numbers that is the same everywhere for the same seed."""
    return np.random.Generator(np.random.Philox(seed))


def draw_from(generator: np.random.Generator, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """The next standard normal numbers; how many are taken at once changes none of them."""
    return generator.standard_normal(shape, dtype=np.float32)
