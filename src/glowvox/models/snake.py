"""Periodic activations, computed at twice the rate so that the overtones they make do not fold back (BigVGAN)."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

TINY = 1e-9  # added to what is divided by
TAPS, CUTOFF, HALF_WIDTH = 12, 0.25, 0.3  # of the filter: samples, and shares of its sample rate


class Snake(nn.Module):
    """x + sin²(a·x) / b for each channel, a the frequency (Ziyin et al. 2020, eq. 3: b = a).

    separate     b is a parameter of its own ("snakebeta")
    logarithmic  the parameters are logarithms, and start at 0; otherwise the values themselves, starting at 1
    """

    def __init__(self, channels: int, *, separate: bool, logarithmic: bool) -> None:
        super().__init__()
        self.logarithmic = logarithmic
        start = torch.zeros(channels) if logarithmic else torch.ones(channels)
        self.frequency = nn.Parameter(start)
        self.strength = nn.Parameter(start.clone()) if separate else None

    def forward(self, x: Tensor) -> Tensor:
        """x (B, C, T) → (B, C, T)."""
        strength = self.frequency if self.strength is None else self.strength
        a, b = (p.exp() if self.logarithmic else p for p in (self.frequency, strength))
        # a division a channel, not a value
        return torch.addcmul(x, torch.sin(x * a[:, None]).square(), 1 / (b[:, None] + TINY))


class AntiAliased(nn.Module):
    """An activation between upsampling and downsampling by two, the ends held (Lee et al. 2023, section 2.3)."""

    taps: Tensor

    def __init__(self, activation: nn.Module) -> None:
        super().__init__()
        self.activation = activation
        self.register_buffer("taps", low_pass(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """x (B, C, T) → (B, C, T)."""
        return self.downsample(self.activation(self.upsample(x)))

    def upsample(self, x: Tensor) -> Tensor:
        """Twice as many frames.

        x        (B, C, T)
        returns  (B, C, 2T)
        """
        channels = x.shape[1]
        held = TAPS // 2 - 1
        x = F.pad(x, (held, held), mode="replicate")
        filters = 2 * self.taps.to(x.dtype).expand(channels, 1, TAPS)
        # padding of a transposed convolution cuts its result: 15 on both sides
        return F.conv_transpose1d(x, filters, stride=2, padding=2 * held + TAPS // 2 - 1, groups=channels)

    def downsample(self, x: Tensor) -> Tensor:
        """Half as many frames.

        x        (B, C, T)
        returns  (B, C, ⌈T/2⌉)
        """
        channels = x.shape[1]
        x = F.pad(x, (TAPS // 2 - 1, TAPS // 2), mode="replicate")
        return F.conv1d(x, self.taps.to(x.dtype).expand(channels, 1, TAPS), stride=2, groups=channels)


def low_pass() -> Tensor:
    """A Kaiser-windowed sinc that sums to one.

    returns  (1, 1, TAPS)
    """
    attenuation = 2.285 * (TAPS / 2 - 1) * math.pi * 4 * HALF_WIDTH + 7.95  # dB; above 50, where the next line holds
    window = torch.kaiser_window(TAPS, periodic=False, beta=0.1102 * (attenuation - 8.7))
    time = torch.arange(TAPS) - (TAPS - 1) / 2
    taps = 2 * CUTOFF * window * torch.sinc(2 * CUTOFF * time)
    return (taps / taps.sum())[None, None]
