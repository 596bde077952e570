"""The denoiser takes a vocoder's hum away and leaves the rest."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from glowvox.errors import UsageError
from glowvox.models.denoiser import FRAMES, Denoiser

TIME = torch.arange(8000) / 22_050
HUM = 0.02 * torch.cos(2 * math.pi * 139 * 22_050 / 1024 * TIME)[None]  # in the middle of a bin, even at its mirror


def test_a_steady_hum_goes_and_a_voice_stays() -> None:
    voice = 0.5 * torch.sin(2 * math.pi * 220 * TIME)[None]
    denoiser = Denoiser.from_hum(HUM)
    inner = slice(1024, -1024)  # frames at the ends are mirrored
    assert denoiser(HUM, 1.0)[:, inner].abs().max() < 0.05 * HUM.abs().max()
    cleaned = denoiser(voice + HUM, 1.0)
    assert (cleaned - voice)[:, inner].abs().max() < 0.2 * HUM.abs().max()


def test_the_bias_is_what_the_vocoder_makes_of_zeros() -> None:
    asked: list[Tensor] = []

    def vocoder(mel: Tensor) -> Tensor:
        asked.append(mel)
        return HUM

    denoiser = Denoiser.of(vocoder, bands=5)
    assert [tuple(mel.shape) for mel in asked] == [(1, 5, FRAMES)]
    assert not asked[0].any()
    assert torch.equal(denoiser.bias, Denoiser.from_hum(HUM).bias)
    assert len(denoiser.bias) == 513


@pytest.mark.parametrize("length", [513, 4000, 4096])
def test_no_strength_changes_nothing_and_the_length_is_kept(length: int) -> None:
    torch.manual_seed(0)
    wave = torch.randn(2, length)
    denoiser = Denoiser.from_hum(HUM)
    torch.testing.assert_close(denoiser(wave, 0.0), wave, rtol=0, atol=1e-5)
    assert denoiser(wave, 0.1).shape == wave.shape


def test_what_is_shorter_than_a_frame_is_left_alone() -> None:
    wave = torch.randn(1, 512)
    assert torch.equal(Denoiser.from_hum(HUM)(wave, 1.0), wave)


def test_a_strength_that_is_none_is_refused() -> None:
    for strength in (-1.0, math.nan):
        with pytest.raises(UsageError, match="strength = .* must be a number not below 0"):
            Denoiser.from_hum(HUM)(HUM, strength)
