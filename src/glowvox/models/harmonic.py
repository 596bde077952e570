"""The source of a voice: a train of pulses with continuous phase, from the pitch of each frame.

As in neural source-filter models (Wang et al. 2019), but with all harmonics at once and of equal strength, summed in
closed form; what shapes them is the filter.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from glowvox.nn.precision import full_precision


def pulses(f0: Tensor, voiced: Tensor, *, sample_rate: int, hop: int) -> Tensor:
    """Cosines at all multiples of the pitch below half the sample rate, of unit power together, silent where unvoiced.

    Σ_{k=1..K−1} cos kφ = (sin (K − ½)φ / sin ½φ − 1) / 2; the last, K, fades in and out as the pitch moves, so that the
    sum has no steps: with R multiples in half the sample rate and K = ⌊R⌋ it weighs w = R − K, and the whole
    √(2 / (K − 1 + w²)). φ is the integral of the pitch, which runs on through unvoiced frames.

    f0       (B, T)     Hz, above 0 also where unvoiced
    voiced   (B, T)     0 to 1, the amplitude
    returns  (B, T·hop)
    """
    with full_precision(f0):
        f0, gate = upsample(f0.float(), hop), upsample(voiced.float(), hop)
        cycles = torch.cumsum(f0.double() / sample_rate, dim=1)
        half = (math.pi * (cycles - cycles.floor())).float()  # ½φ in [0, π)
        room = (sample_rate / 2 / f0).clamp(min=1)
        last = torch.floor(room)
        weight = room - last
        bottom = torch.sin(half)
        flat = bottom.abs() < 1e-4  # at the top of a pulse, where the quotient is 2K − 1
        ratio = torch.sin((2 * last - 1) * half) / torch.where(flat, torch.ones_like(bottom), bottom)
        total = 0.5 * (torch.where(flat, 2 * last - 1, ratio) - 1) + weight * torch.cos(2 * last * half)
        return gate * total * torch.sqrt(2 / (last - 1 + weight**2).clamp(min=1))


def upsample(values: Tensor, hop: int) -> Tensor:
    """Values at the middle of each frame, drawn straight to every sample.

    values   (B, T)
    returns  (B, T·hop)
    """
    return F.interpolate(values[:, None], scale_factor=float(hop), mode="linear", align_corners=False)[:, 0]
