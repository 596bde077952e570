"""A distance that hears phase and forgives when a pulse comes.

The phase of a voice is no more in its mel than the moment of a pulse, but how the harmonics of one pulse stand to each
other is nearly told by the vowel. A vocoder whose pulses run by themselves can learn that only if a frame of it may be
moved onto the recording's nearest pulse first, which is what is done here.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from glowvox.nn.precision import full_precision

WINDOW, HOP = 512, 256  # samples: two pulses of a low voice
LOW, HIGH = 40.0, 5_500.0  # Hz; above, a voice is noise
FINER = 4  # steps between two samples, in which the shift is looked for
LEAST = 1e-6  # of magnitudes


def phase_distance(wave: Tensor, target: Tensor, f0: Tensor, voiced: Tensor, *, sample_rate: int, hop: int) -> Tensor:
    """1 − cos of the angle between the spectra, by the root of the target's magnitude, over voiced frames.

    Each frame of `wave` is first moved by the lag, at most half a period either way, at which the two cross-correlate
    best. The lag takes no gradient, and a frame's magnitudes get none: only its phases do.

    wave     (B, S)
    target   (B, S)
    f0       (B, T)  Hz, above 0 everywhere
    voiced   (B, T)  0 or 1
    hop      of f0 and voiced (samples)
    returns  ()      0 for frames that agree, 1 for phases at random; 0 where nothing is voiced
    """
    with full_precision(wave):
        wave, target = wave.float(), target.float()
        starts = torch.arange(0, wave.shape[1] - WINDOW + 1, HOP, device=wave.device).expand(len(wave), -1)
        places = ((starts + WINDOW / 2) / hop - 0.5).round().long().clamp(0, f0.shape[1] - 1)
        f0, voiced = f0.gather(1, places), voiced.gather(1, places)
        bins = torch.arange(WINDOW // 2 + 1, device=wave.device)
        heard = (bins * sample_rate / WINDOW > LOW) & (bins * sample_rate / WINDOW < HIGH)
        with torch.no_grad():
            real = _spectra(target, starts)
            weight = real.abs().sqrt() * heard
            weight = weight / (weight.sum(2, keepdim=True) + LEAST)
            lag = _lag(_spectra(wave, starts), real, heard, 0.5 * sample_rate / f0)
            whole = lag.round()
            rest = torch.exp(-2j * math.pi / WINDOW * bins * (lag - whole)[..., None])
        made = _spectra(wave, starts - whole.long()) * rest
        cosine = (real * made.conj()).real / (real.abs() * made.abs() + LEAST)
        frames = ((1 - cosine) * weight).sum(2) * voiced
        return frames.sum() / voiced.sum().clamp(min=1)


def _spectra(wave: Tensor, starts: Tensor) -> Tensor:
    """Of frames that begin at `starts`, silence beyond both ends: (B, S), (B, T) → (B, T, WINDOW/2 + 1)."""
    edge = WINDOW  # lags are shorter
    within = starts[..., None] + (edge + torch.arange(WINDOW, device=wave.device))
    cut = F.pad(wave, (edge, edge)).gather(1, within.flatten(1)).view(within.shape)
    spectra: Tensor = torch.fft.rfft(cut * torch.hann_window(WINDOW, device=wave.device))
    return spectra


def _lag(made: Tensor, real: Tensor, heard: Tensor, furthest: Tensor) -> Tensor:
    """How much later `real` comes than `made`, in samples: (B, T); magnitudes count by their roots.

    made, real  (B, T, F)
    heard       (F,)
    furthest    (B, T) samples; no more than half a window counts
    """
    product = real * made.conj()
    size = WINDOW * FINER
    correlation = torch.fft.irfft(product / (product.abs().sqrt() + LEAST) * heard, size)
    lags = torch.arange(size, device=made.device)
    lags = torch.where(lags > size // 2, lags - size, lags) / FINER
    correlation = correlation.masked_fill(lags.abs() > furthest[..., None], -math.inf)
    return lags[correlation.argmax(2)]
