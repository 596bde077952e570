"""More contrast between the bands of a mel that a model made.

A model trained by likelihood says, near its mean, what is common to all ways in which a sound could be spoken: its
peaks and valleys are flatter than any recording's. Speech coders and hidden Markov voices have long undone that by
a filter over frequency (postfilters; Koishida et al. 1995 for mel cepstra). This one takes what differs from a blurred
copy, and adds a share of it.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

BLUR = 8.0  # bands, standard deviation; docs/voice.md has others


def contrast(bands: int, share: float) -> Tensor:
    """I + share · (I − blur): times a logarithmic mel (M, T) it is the mel with more contrast.

    Rows sum to one: a flat spectrum stays as it is, at any level. Beyond both ends the blur sees the end itself.

    share    of the difference from the blurred copy; 0 changes nothing
    returns  (M, M) float64
    """
    places = torch.arange(bands)
    reach = math.ceil(4 * BLUR)
    offsets = torch.arange(-reach, reach + 1)
    weights = torch.exp(-0.5 * (offsets.double() / BLUR) ** 2)
    weights /= weights.sum()
    sources = (places[:, None] + offsets).clamp(0, bands - 1)
    blur = torch.zeros(bands, bands, dtype=torch.float64)
    blur.scatter_add_(1, sources, weights.expand(bands, -1).contiguous())
    eye = torch.eye(bands, dtype=torch.float64)
    return eye + share * (eye - blur)
