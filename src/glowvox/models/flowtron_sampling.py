"""Where Flowtron's noise comes from: how far it strays, around what, and how much of it there is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from glowvox.audio.noise import draw_from, stream_of
from glowvox.errors import UsageError
from glowvox.models.mixture_prior import Mixture
from glowvox.models.style import repeated


@dataclass(frozen=True)
class Sampling:
    """How to speak.

    sigma        standard deviation of the noise; 0 is the one reading at the centre
    gate         probability of "the last frame" above which an item ends; None never asks
    temperature  of the attention: below 1 sharper
    longest      greatest number of frames; None lets it grow with the text
    speed        2 is twice as fast as it speaks by itself
    centre       (M, 1) or (M, T) mean of the noise: a style, from `style_mean`; a shorter one is repeated
    mixture      the mixture to speak from where the prior is one, told from a recording; None takes the model's own
    component    number of the Gaussian of the mixture to speak from; None draws it by its weight
    """

    sigma: float = 0.5
    gate: float | None = 0.5
    temperature: float = 1.0
    longest: int | None = None
    speed: float = 1.0
    centre: Tensor | None = None
    mixture: Mixture | None = None
    component: int | None = None

    def __post_init__(self) -> None:
        """Refuse values that cannot be."""
        if not (self.sigma >= 0 and math.isfinite(self.sigma)):
            raise UsageError(f"sigma = {self.sigma} must be a number from 0 up; 0.5 is usual")
        if not (self.temperature > 0 and math.isfinite(self.temperature)):
            raise UsageError(f"attention temperature = {self.temperature} must be above 0; 1 is as trained")
        if self.gate is not None and not 0 <= self.gate <= 1:
            raise UsageError(f"gate threshold = {self.gate} must lie between 0 and 1; 0.5 is usual")
        if self.longest is not None and self.longest < 1:
            raise UsageError(f"greatest length = {self.longest} must be at least 1 frame")
        if not (self.speed > 0 and math.isfinite(self.speed)):
            raise UsageError(f"speed = {self.speed} must be a positive number; 1 is the speaker's own pace")


def greatest_length(tokens: int) -> int:
    """Frames that a text of so many tokens gets at most: more than twice what a slow speaker needs."""
    return 80 + 16 * tokens if tokens else 0


def residuals(
    sampling: Sampling,
    token_lengths: Tensor,
    noise: Sequence[Tensor] | int,
    *,
    bands: int,
    backwards: bool,
    mixture: Mixture | None = None,
    lengths: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """What the steps undo, in real time.

    An item's noise depends on the seed alone, not on its batch nor on its greatest length: the first draw belongs to
    the first frame that is generated.

    token_lengths  (B,)
    noise          one (M, T) tensor of standard normal draws an item, or a seed
    backwards      whether the first step to be undone goes backwards in time
    mixture        the prior, where it is one and no centre is given
    lengths        (B,) or None  frames that are drawn of each item; None is the greatest that it may have
    returns        (B, M, T), (B,)  and the frames of each item
    """
    items = []
    for item, tokens in enumerate(token_lengths.tolist()):
        most = sampling.longest or greatest_length(tokens) if lengths is None else int(lengths[item])
        frames = most if tokens else 0
        seed = noise if isinstance(noise, int) else 0
        rng = stream_of(seed)
        mean, spread = _centre(sampling, mixture, item, rng)
        if isinstance(noise, int):
            draw = torch.from_numpy(draw_from(rng, (frames, bands))).T
            draw = draw.flip(1) if backwards else draw
        else:
            draw = noise[item] if tokens else noise[item][:, :0]
        size = draw.shape[1]
        around = torch.zeros(bands, size) if mean is None else repeated(mean, size)
        items.append(around.to(draw) + sampling.sigma * (draw if spread is None else spread.to(draw) * draw))
    lengths = torch.tensor([item.shape[1] for item in items], dtype=torch.long)
    dtype = items[0].dtype if items else torch.float32
    out = torch.zeros(len(items), bands, max(lengths.tolist(), default=0), dtype=dtype)
    for row, residual in enumerate(items):
        out[row, :, : residual.shape[1]] = residual
    return out, lengths


def _centre(
    sampling: Sampling, mixture: Mixture | None, item: int, rng: np.random.Generator
) -> tuple[Tensor | None, Tensor | None]:
    """Mean and standard deviation of an item's noise before sigma; None stands for 0 and 1."""
    if sampling.centre is not None or mixture is None:
        return sampling.centre, None
    number = sampling.component
    if number is None:
        weights = mixture.log_weight[min(item, len(mixture.log_weight) - 1)].double().exp().cpu().numpy()
        number = int(rng.choice(len(weights), p=weights / weights.sum()))
    mean, spread = mixture.component(number, item)
    return mean.cpu(), spread.cpu()
