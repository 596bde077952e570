"""How often clips are drawn, so that what is rare in a corpus is not rare in training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

from glowvox.config import Settings
from glowvox.data.prepared import Clip

LENGTH_GROUPS = 10  # of equal width, from the shortest clip to the longest


class BalanceConfig(Settings, frozen=True, kw_only=True):
    """Exponents: 0 draws clips alike, 1 gives every group the same share of the draws, between them lies between."""

    speaker: float = 0.0
    language: float = 0.0
    length: float = 0.0

    def __post_init__(self) -> None:
        """Refuse exponents that favour what is frequent."""
        for name in self.__struct_fields__:
            if not 0 <= getattr(self, name) <= 4:
                raise ValueError(f"balance: {name} = {getattr(self, name)} must lie between 0, alike, and 4; 1 is even")


def draw_weights(clips: Sequence[Clip], config: BalanceConfig) -> npt.NDArray[np.float64] | None:
    """The share of all draws that each clip gets (clips,), or None where all are drawn alike.

    A clip's weight is n to the power of minus the exponent, n the clips of its group; of several kinds of group, the
    product.
    """
    weights = np.ones(len(clips))
    frames = np.array([clip.frames for clip in clips])
    width = (frames.max(initial=1) - frames.min(initial=0) + 1) / LENGTH_GROUPS
    groups: tuple[tuple[float, Sequence[Hashable]], ...] = (
        (config.speaker, [clip.speaker for clip in clips]),
        (config.language, [clip.language for clip in clips]),
        (config.length, ((frames - frames.min(initial=0)) // width).astype(int).tolist()),
    )
    for exponent, keys in groups:
        sizes = Counter(keys)
        weights *= [float(sizes[key]) ** -exponent for key in keys]
    return weights / weights.sum() if np.ptp(weights) else None
