"""Monotonic alignment search: the best way to lay the frames of an utterance over its tokens in order.

Glow-TTS (Kim et al. 2020), §3.2 and eq. 7. Q[i, t] = score[i, t] + max(Q[i, t-1], Q[i-1, t-1]); every token gets
at least one frame, the first frame belongs to the first token and the last to the last; on a tie the frame stays with
the later token. Two implementations with equal results: a loop compiled by numba where it is installed, and a torch
reference that is vectorised over batch and tokens.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from glowvox.errors import InputError

log = logging.getLogger(__name__)

Compiled = Callable[[npt.NDArray[np.float32], npt.NDArray[np.int64], npt.NDArray[np.int64]], npt.NDArray[np.int64]]

SLACK_SHARE, SLACK_FRAMES = 0.03, 20.0  # of an even reading: a share of the whole, and silence at the ends


def search(score: Tensor, tokens: Tensor, frames: Tensor) -> Tensor:
    """Durations of the best monotonic path.

    score    (B, T, N)  log-likelihood of frame t under token n; padding may hold anything
    tokens   (B,)       tokens of each item
    frames   (B,)       frames of each item
    returns  (B, N)     whole frames a token, zero in the padding; each row sums to the item's frames
    raises   InputError where an item has no token or fewer frames than tokens
    """
    require_room(tokens, frames)
    compiled = _compiled()
    if compiled is None:
        return search_reference(score, tokens, frames)
    score32 = score.detach().float().contiguous().cpu().numpy()
    durations = compiled(score32, tokens.cpu().numpy().astype(np.int64), frames.cpu().numpy().astype(np.int64))
    return torch.from_numpy(durations).to(score.device)


def require_room(tokens: Tensor, frames: Tensor, names: tuple[str, ...] | None = None) -> None:
    """Refuse items whose tokens cannot each have a frame, by name where names are given.

    tokens  (B,)
    frames  (B,)
    """
    for item, (count, room) in enumerate(zip(tokens.tolist(), frames.tolist(), strict=True)):
        if count < 1 or room < count:
            name = f"clip '{names[item]}'" if names else f"item {item} of the batch"
            raise InputError(
                f"alignment: {name} has {count} tokens for {room} frames; each token needs a frame of its own",
                hint="its text is longer than its audio: check that they belong together, or leave the clip out",
            )


def search_reference(score: Tensor, tokens: Tensor, frames: Tensor) -> Tensor:
    """The same search in torch, one time step after the other: exact, slower, needs nothing but torch.

    score    (B, T, N)
    tokens   (B,)
    frames   (B,)
    returns  (B, N)
    """
    batch, steps, width = score.shape
    score = score.detach()
    best = torch.full_like(score[:, 0], -torch.inf)
    best[:, 0] = score[:, 0, 0]
    advanced = torch.zeros(batch, steps, width, dtype=torch.bool, device=score.device)
    for t in range(1, steps):
        moved = F.pad(best[:, :-1], (1, 0), value=-torch.inf)  # came from the token before
        advanced[:, t] = moved > best
        best = torch.maximum(best, moved) + score[:, t]
    durations = torch.zeros(batch, width, dtype=torch.int64, device=score.device)
    rows = torch.arange(batch, device=score.device)
    token = tokens - 1
    for t in range(steps - 1, -1, -1):
        inside = t < frames
        durations[rows, token] += inside.to(torch.int64)
        step = advanced[rows, t, token] & inside
        token = token - step.to(token.dtype)
    return durations


@functools.cache
def _compiled() -> Compiled | None:
    """The numba search, or None (said once in the log) where numba is missing or cannot compile."""
    try:
        compiled = _compile()
        one = np.ones(1, np.int64)
        compiled(np.zeros((1, 1, 1), np.float32), one, one)
    except Exception as error:
        log.warning("alignment search runs in torch, several times slower: numba is not usable here (%s)", error)
        return None
    return compiled


def _compile() -> Compiled:
    import numba

    jit: Any = numba.njit(cache=True, nogil=True)
    return jit(_search_all)  # type: ignore[no-any-return]


def _search_all(
    score: npt.NDArray[np.float32], tokens: npt.NDArray[np.int64], frames: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """score (B, T, N) → durations (B, N). Compiled by numba, so written in loops.

    Column n + 1 of the table is Q of token n; column 0 and the cell right of the diagonal are impossible, so that the
    inner loop has no cases and runs over slices from zero, which is what lets it vectorise. Directions are compared
    again on the way back rather than stored. Both were measured to matter: benchmarks/alignment.py.
    """
    batch, steps, width = score.shape
    durations = np.zeros((batch, width), np.int64)
    table = np.full((steps, width + 1), -np.inf, np.float32)
    for item in range(batch):
        count = tokens[item]
        table[0, 1:] = -np.inf
        table[0, 1] = score[item, 0, 0]
        for t in range(1, frames[item]):
            row, stayed, moved, here = table[t, 1:], table[t - 1, 1:], table[t - 1, :width], score[item, t]
            for n in range(min(count, t + 1)):
                row[n] = here[n] + (stayed[n] if stayed[n] > moved[n] else moved[n])
            if t + 1 < count:
                table[t, t + 2] = -np.inf
        n = count - 1
        for t in range(frames[item] - 1, 0, -1):
            durations[item, n] += 1
            if table[t - 1, n + 1] < table[t - 1, n]:
                n -= 1
        durations[item, n] += 1
    return durations


def diagonal(token_lengths: Tensor, frames: Tensor, size: tuple[int, int]) -> Tensor:
    """How far each pair of frame and token lies from an even reading: −½ (distance / slack)², to add to likelihoods.

    Before anything is learnt the likelihood says nothing, and a path that happens to leave most frames to a few tokens
    teaches those tokens to sound like everything.

    token_lengths  (B,)
    frames         (B,)
    size           (T, N)
    returns        (B, T, N)
    """
    token = (torch.arange(size[1], device=frames.device) + 0.5)[None] / token_lengths.clamp(min=1)[:, None]
    frame = (torch.arange(size[0], device=frames.device) + 0.5)[None] / frames.clamp(min=1)[:, None]
    slack = SLACK_SHARE + SLACK_FRAMES / frames.clamp(min=1)[:, None, None]
    return -0.5 * ((frame[:, :, None] - token[:, None, :]) / slack) ** 2
