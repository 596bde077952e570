"""Style as a place in the latent space: the posterior of a voice's or a delivery's mean, given recordings of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from glowvox.errors import UsageError

Aggregation = Literal["batch", "time-and-batch"]


def style_mean(
    latents: Sequence[Tensor], aggregation: Aggregation, *, strength: float = 1e-4, frames: int = 300
) -> Tensor:
    """Mean of the Gaussian posterior of a style, given latents of recordings (Valle et al. 2020).

    The prior of the mean is N(0, I), and each of n recordings counts 1/λ times, so the posterior's mean lies at
    r / (r + 1) of the recordings' own, with r = n / λ.

    latents      one (M, T) tensor a recording; lengths may differ
    aggregation  "time-and-batch": one mean for all times; "batch": a mean a frame, recordings repeated to `frames`
    strength     λ: small follows the recordings, large stays with the prior
    returns      (M, 1) or (M, frames)
    raises       UsageError without recordings, or for a λ that is not above 0
    """
    if not latents or any(latent.shape[1] == 0 for latent in latents):
        raise UsageError("a style needs at least one recording, and none of them empty")
    if not strength > 0:
        raise UsageError(f"style strength = {strength} must be above 0", hint="1e-4 follows the recordings closely")
    if aggregation == "time-and-batch":
        mean = torch.stack([latent.mean(dim=1) for latent in latents]).mean(dim=0)[:, None]
    else:
        mean = torch.stack([repeated(latent, frames) for latent in latents]).mean(dim=0)
    ratio = len(latents) / strength
    return ratio * mean / (ratio + 1)


def repeated(latent: Tensor, frames: int) -> Tensor:
    """A latent said again and again until it fills a number of frames.

    latent   (M, T)
    returns  (M, frames)
    """
    times = -(-frames // latent.shape[1])
    return latent.repeat(1, times)[:, :frames]
