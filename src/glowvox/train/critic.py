"""Discriminators in training, and what they make of a vocoder's waves."""

from __future__ import annotations

from typing import NamedTuple

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from glowvox.data.segments import Segments
from glowvox.models.adversarial import feature_matching, least_squares_critic, least_squares_generator
from glowvox.models.discriminators.judgement import Judgement
from glowvox.models.discriminators.period import MultiPeriodDiscriminator
from glowvox.models.discriminators.resolution import MultiResolutionDiscriminator
from glowvox.train.optimizer import make_optimizer
from glowvox.train.updater import Updater
from glowvox.train.vocoder_config import CriticConfig


class Opinion(NamedTuple):
    """What a step with discriminators found."""

    critic: Tensor  # ()  their own loss
    judged: Tensor  # ()  how far copies are from passing for recordings
    features: Tensor  # ()  how far the maps inside differ


class Discriminators(nn.Module):
    """Periods of the wave and resolutions of its spectrum, together."""

    def __init__(self, config: CriticConfig) -> None:
        super().__init__()
        self.periods = MultiPeriodDiscriminator(config.periods, config.period_channels)
        self.resolutions = MultiResolutionDiscriminator(channels=config.resolution_channels)

    def forward(self, wave: Tensor) -> list[Judgement]:
        """Judgements of waves.

        wave  (B, S)
        """
        judgements: list[Judgement] = [*self.periods(wave), *self.resolutions(wave)]
        return judgements


class Critic:
    """Owns the discriminators and their optimizer."""

    def __init__(self, config: CriticConfig, fabric: Fabric, *, steps: int, hop: int, in_bf16: bool) -> None:
        self.config, self.hop, self.in_bf16 = config, hop, in_bf16
        self.world = fabric.world_size
        self.model = Discriminators(config)
        self.forward, optimizer = fabric.setup(self.model, make_optimizer(config.optimizer, self.model.parameters()))
        self.updater = Updater(fabric, self.model, optimizer, config.optimizer, steps=steps, ema=0.0)

    def judge(self, wave: Tensor, batch: Segments, step: int) -> Opinion:
        """One step of the discriminators, then what the vocoder should learn from them.

        wave  (B, S)  copies, with their gradient
        """
        made, real = self._parts(wave, batch.wave)
        self.forward.train()
        with torch.autocast(wave.device.type, torch.bfloat16, enabled=self.in_bf16):
            both = self.forward(torch.cat([real, made.detach()]))
            loss = least_squares_critic([half(j, first=True) for j in both], [half(j, first=False) for j in both])
        self.updater.update(loss / self.world, step, batch.ids)
        self.model.requires_grad_(requires_grad=False)
        with torch.autocast(wave.device.type, torch.bfloat16, enabled=self.in_bf16):
            with torch.no_grad():
                of_real = self.model(real)
            of_made = self.model(made)
        self.model.requires_grad_(requires_grad=True)
        return Opinion(loss.detach(), least_squares_generator(of_made), feature_matching(of_real, of_made))

    def _parts(self, wave: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
        """The same stretch of some copies and their recordings, at a place drawn by torch."""
        rows, size = self.config.segments, self.config.frames * self.hop
        room = wave.shape[1] - size
        start = int(torch.randint(room + 1, ())) if room > 0 else 0
        return wave[:rows, start : start + size], real[:rows, start : start + size]


def half(judgement: Judgement, *, first: bool) -> Judgement:
    """The judgement of the first or the second half of a batch."""
    middle = len(judgement.score) // 2
    part = slice(middle) if first else slice(middle, None)
    return Judgement(judgement.score[part], tuple(values[part] for values in judgement.maps))
