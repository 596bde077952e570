"""The multi-period discriminator (Kong et al. 2020, section 2.3)."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from glowvox.models.discriminators.judgement import SLOPE, Judgement, normalised

PERIODS = (2, 3, 5, 7, 11)
CHANNELS = (32, 128, 512, 1024, 1024)


class PeriodDiscriminator(nn.Module):
    """Looks at every p-th sample: the wave is laid in rows of p samples and convolved along the columns."""

    def __init__(self, period: int, channels: Sequence[int] = CHANNELS) -> None:
        super().__init__()
        self.period = period
        inputs = (1, *channels[:-1])
        last = len(channels) - 1
        self.convolutions = nn.ModuleList(
            normalised(c, o, (5, 1), stride=(1 if index == last else 3, 1))
            for index, (c, o) in enumerate(zip(inputs, channels, strict=True))
        )
        self.last = normalised(channels[-1], 1, (3, 1))

    def forward(self, wave: Tensor) -> Judgement:
        """Scores and maps of a batch.

        wave  (B, S)  longer than the period; mirrored at its end up to a whole row
        """
        missing = -wave.shape[1] % self.period
        whole = F.pad(wave[:, None], (0, missing), mode="reflect") if missing else wave[:, None]
        x = whole.reshape(len(wave), 1, -1, self.period)  # (B, 1, S/p, p)
        maps = []
        for convolution in self.convolutions:
            x = F.leaky_relu(convolution(x), SLOPE)
            maps.append(x)
        x = self.last(x)
        return Judgement(x.flatten(1), (*maps, x))


class MultiPeriodDiscriminator(nn.Module):
    """One network a period.

    first_map  whether feature matching hears the first layer: HiFi-GAN's and BigVGAN's does, Vocos's does not
    """

    def __init__(
        self, periods: Sequence[int] = PERIODS, channels: Sequence[int] = CHANNELS, *, first_map: bool = True
    ) -> None:
        super().__init__()
        self.first_map = first_map
        self.networks = nn.ModuleList(PeriodDiscriminator(period, channels) for period in periods)

    def forward(self, wave: Tensor) -> list[Judgement]:
        """One judgement a period.

        wave  (B, S)
        """
        judgements: list[Judgement] = [network(wave) for network in self.networks]
        return judgements if self.first_map else [j._replace(maps=j.maps[1:]) for j in judgements]
