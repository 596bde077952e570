"""What generator and discriminators want of each other: least-squares and hinge losses, and matching of features.

Every loss is the sum over the judging networks; divide by their number where a recipe averages (Vocos does).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from glowvox.models.discriminators.judgement import Judgement

Judgements = Sequence[Judgement]


def least_squares_critic(real: Judgements, made: Judgements) -> Tensor:
    """What discriminators minimise: recordings at 1, the rest at 0 (Mao et al. 2017, eq. 2, with HiFi-GAN's weights).

    real     judgements of recordings
    made     of what the generator makes, detached
    returns  ()
    """
    pairs = zip(real, made, strict=True)
    return torch.stack([((1 - r.score.float()) ** 2).mean() + (m.score.float() ** 2).mean() for r, m in pairs]).sum()


def least_squares_generator(made: Judgements) -> Tensor:
    """What a generator minimises: to be judged 1.

    made     judgements of what it makes
    returns  ()
    """
    return torch.stack([((1 - m.score.float()) ** 2).mean() for m in made]).sum()


def hinge_critic(real: Judgements, made: Judgements) -> Tensor:
    """What discriminators minimise: recordings above 1, the rest below −1 (Lim & Ye 2017).

    real     judgements of recordings
    made     of what the generator makes, detached
    returns  ()
    """
    pairs = zip(real, made, strict=True)
    return torch.stack(
        [(1 - r.score.float()).clamp(min=0).mean() + (1 + m.score.float()).clamp(min=0).mean() for r, m in pairs]
    ).sum()


def hinge_generator(made: Judgements) -> Tensor:
    """What a generator minimises: to be judged above 1; the original stops there, where others go on.

    made     judgements of what it makes
    returns  ()
    """
    return torch.stack([(1 - m.score.float()).clamp(min=0).mean() for m in made]).sum()


def feature_matching(real: Judgements, made: Judgements) -> Tensor:
    """Mean distances of the maps inside discriminators, summed (Kumar et al. 2019, eq. 3); HiFi-GAN doubles it.

    real     judgements of recordings, whose maps stay fixed
    made     of what the generator makes
    returns  ()
    """
    maps = [(a, b) for r, m in zip(real, made, strict=True) for a, b in zip(r.maps, m.maps, strict=True)]
    return torch.stack([(a.detach().float() - b.float()).abs().mean() for a, b in maps]).sum()
