"""Distances of spectra against their formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from glowvox.audio.mel import MelConfig
from glowvox.audio.stft import hann, stft
from glowvox.models.spectral_losses import FLOOR, SCALES, MultiResolutionSTFT, MultiScaleMel
from glowvox.nn.spectral import LogMel


def waves(samples: int = 6000) -> tuple[torch.Tensor, torch.Tensor]:
    draws = torch.Generator().manual_seed(0)
    return (
        0.3 * torch.randn(2, samples, generator=draws),
        0.3 * torch.randn(2, samples, generator=draws),
    )


def test_one_resolution_is_the_formula() -> None:
    made, real = waves()
    window = hann(512, 512)
    magnitudes = []
    for wave in (made, real):
        spectra = [np.abs(stft(item.double().numpy(), 512, 128, window, "centred")) for item in wave]
        magnitudes.append(np.sqrt(np.stack(spectra) ** 2 + FLOOR))
    convergence = np.linalg.norm(magnitudes[1] - magnitudes[0]) / np.linalg.norm(magnitudes[1])
    logarithm = np.abs(np.log(magnitudes[0]) - np.log(magnitudes[1])).mean()
    assert float(MultiResolutionSTFT([(512, 128)])(made, real)) == pytest.approx(convergence + logarithm, rel=1e-5)


def test_resolutions_are_averaged_and_half_precision_is_not_used() -> None:
    made, real = waves()
    parts = [(512, 128), (256, 64)]
    alone = [float(MultiResolutionSTFT([part])(made, real)) for part in parts]
    with torch.autocast("cpu", torch.bfloat16):
        assert float(MultiResolutionSTFT(parts)(made, real)) == pytest.approx(sum(alone) / 2, rel=1e-6)


def test_the_stft_distance_is_deaf_to_sign_and_hears_level() -> None:
    _, real = waves()
    distance = MultiResolutionSTFT()
    assert float(distance(-real, real)) == 0
    assert float(distance(0.5 * real, real)) == pytest.approx(0.5 + math.log(2), abs=0.01)


@pytest.mark.parametrize("distance", [MultiResolutionSTFT(), MultiScaleMel(22_050)], ids=["stft", "mel"])
def test_silence_has_finite_gradients_and_the_target_none(distance: torch.nn.Module) -> None:
    made, real = torch.zeros(1, 4000, requires_grad=True), waves(4000)[1][:1].requires_grad_()
    distance(made, real).backward()
    assert made.grad is not None
    assert bool(made.grad.isfinite().all())
    assert real.grad is None


def test_the_mel_distance_is_the_sum_over_window_lengths() -> None:
    made, real = waves()
    total = 0.0
    for window, bands in SCALES:
        twin = LogMel(
            MelConfig(
                sample_rate=24_000,
                fft_size=window,
                window=window,
                hop=window // 4,
                bands=bands,
                high=12_000,
                padding="centred",
                epsilon=0.0,
                floor=1e-5,
                compression="log10",
            )  # fmt: skip
        )
        total += float((twin(made) - twin(real)).abs().mean())
    assert float(MultiScaleMel(24_000)(made, real)) == pytest.approx(total, rel=1e-4)
    assert float(MultiScaleMel(24_000)(real, real)) == 0
