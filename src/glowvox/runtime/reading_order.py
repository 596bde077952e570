"""When each symbol of a phrase was read, told from attention."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from glowvox.runtime.session import Floats

_FLOOR = 1e-8


def frames_read(attention: Floats) -> npt.NDArray[np.int64]:
    """Frames of each symbol on the likeliest way through the text from its start to its end that leaves none out.

    The way maximises the sum of log-attention, as a monotonic alignment does (Kim et al. 2020, equation 7).

    attention  (T, N)
    returns    (N,)  together T; spread evenly where there are fewer frames than symbols
    """
    frames, tokens = attention.shape
    if frames < tokens:
        even: npt.NDArray[np.int64] = np.diff(np.arange(tokens + 1) * frames // tokens).astype(np.int64)
        return even
    score = np.log(np.maximum(attention, _FLOOR)).astype(np.float64)
    came = np.zeros((frames, tokens), bool)  # whether the frame before was of the symbol before
    best = np.full(tokens, -np.inf)
    best[0] = score[0, 0]
    for t in range(1, frames):
        before = np.concatenate([[-np.inf], best[:-1]])
        came[t] = before > best
        best = np.maximum(before, best) + score[t]
    counts = np.zeros(tokens, np.int64)
    token = tokens - 1
    for t in range(frames - 1, -1, -1):
        counts[token] += 1
        token -= int(came[t, token])
    return counts
