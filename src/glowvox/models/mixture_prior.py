"""A mixture of Gaussians as the prior of the latent, its weights told from the recording."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from glowvox.errors import UsageError
from glowvox.models.flowtron_config import MixtureConfig
from glowvox.nn.precision import full_precision, upcast
from glowvox.nn.recurrent_encoder import RecurrentEncoder


class Mixture(NamedTuple):
    """K Gaussians with diagonal covariance; one set for all items where they are fixed."""

    log_weight: Tensor  # (B, K)
    mean: Tensor  # (B or 1, M, K)
    log_variance: Tensor  # (B or 1, M, K)

    def log_density(self, latent: Tensor) -> Tensor:
        """Logarithm of the density of every value, without the constant ½ log 2π.

        latent   (B, M, T)
        returns  (B, M, T)
        """
        with full_precision(latent):
            latent = upcast(latent)
            apart = latent[:, :, None] - self.mean[..., None]  # (B, M, K, T)
            precision = torch.exp(-self.log_variance)[..., None]
            each = -0.5 * (apart.square() * precision + self.log_variance[..., None])
            total: Tensor = (each + self.log_weight[:, None, :, None]).logsumexp(dim=2)
            return total

    def component(self, number: int, item: int = 0) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of one Gaussian, (M, 1) each.

        raises  UsageError for a number that the mixture does not have
        """
        count = self.mean.shape[2]
        if not 0 <= number < count:
            raise UsageError(f"this mixture has components 0 to {count - 1}; there is no {number}")
        place = min(item, len(self.mean) - 1)
        mean, log_variance = self.mean[place, :, number], self.log_variance[place, :, number]
        return mean[:, None], torch.exp(0.5 * log_variance)[:, None]


class MixturePrior(nn.Module):
    """Reads a recording and says which Gaussians its latent may come from (Valle et al. 2020).

    Fixed components have unit variance and means along mel bands of their own; learned ones are told from the
    recording like the weights. The recording is summed up by its mean over time, of its own frames alone.
    """

    def __init__(self, config: MixtureConfig, *, bands: int) -> None:
        super().__init__()
        if config.components > bands and not config.learned:
            raise ValueError(f"mixture: {config.components} fixed components need as many mel bands; there are {bands}")
        self.bands = bands
        self.components = config.components
        self.encoder = RecurrentEncoder(bands, config.width, blocks=2, kernel=3, dropout=config.dropout)
        self.weight = nn.Linear(config.width, config.components)
        self.mean = nn.Linear(config.width, bands * config.components) if config.learned else None
        self.log_variance = nn.Linear(config.width, bands * config.components) if config.learned else None
        if not config.learned:
            means = torch.zeros(1, bands, config.components)
            means[0, torch.randperm(bands)[: config.components], torch.arange(config.components)] = config.mean_scale
            self.register_buffer("fixed_mean", means)
            self.register_buffer("fixed_log_variance", torch.zeros_like(means))

    def forward(self, mel: Tensor, mask: Tensor) -> Mixture:
        """The mixture of each recording.

        mel   (B, M, T)
        mask  (B, 1, T)
        """
        return self.mixture(self.summary(mel, mask))

    def summary(self, mel: Tensor, mask: Tensor) -> Tensor:
        """A recording in one vector.

        mel      (B, M, T)
        mask     (B, 1, T)
        returns  (B, W)
        """
        return upcast(self.encoder(mel, mask)).sum(dim=2) / mask.sum(dim=2).clamp(min=1)

    def mixture(self, summary: Tensor) -> Mixture:
        """The mixture that a summary speaks of.

        summary  (B, W)
        """
        log_weight = upcast(self.weight(summary)).log_softmax(dim=1)
        if self.mean is None or self.log_variance is None:
            assert isinstance(self.fixed_mean, Tensor)
            assert isinstance(self.fixed_log_variance, Tensor)
            return Mixture(log_weight, self.fixed_mean, self.fixed_log_variance)
        shape = (len(summary), self.bands, self.components)
        return Mixture(
            log_weight, upcast(self.mean(summary)).view(shape), upcast(self.log_variance(summary)).view(shape)
        )

    def even(self) -> Mixture:
        """Fixed components with equal weights: what is known without a recording.

        raises  UsageError where components are learned, which only a recording can tell
        """
        if self.mean is not None:
            raise UsageError(
                "this model tells its mixture from a recording", hint="give a reference recording to take it from"
            )
        assert isinstance(self.fixed_mean, Tensor)
        assert isinstance(self.fixed_log_variance, Tensor)
        weight = torch.full((1, self.components), -math.log(self.components), device=self.fixed_mean.device)
        return Mixture(weight, self.fixed_mean, self.fixed_log_variance)
