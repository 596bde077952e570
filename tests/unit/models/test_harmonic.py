"""The pulse train is the sum of cosines it stands for."""

from __future__ import annotations

import math

import pytest
import torch

from glowvox.models.harmonic import pulses, upsample

RATE, HOP = 22_050, 256


@pytest.mark.parametrize("hz", [60.0, 187.3, 440.0, 700.0])
def test_a_steady_pitch_gives_all_its_harmonics_with_unit_power(hz: float) -> None:
    made = pulses(torch.full((1, 40), hz), torch.ones(1, 40), sample_rate=RATE, hop=HOP)[0].double()
    cycles = torch.arange(1, 40 * HOP + 1).double() * hz / RATE
    room = RATE / 2 / hz
    last = int(room)
    whole = sum(torch.cos(2 * math.pi * k * cycles) for k in range(1, last))
    expected = (whole + (room - last) * torch.cos(2 * math.pi * last * cycles)) * math.sqrt(
        2 / (last - 1 + (room - last) ** 2)
    )
    torch.testing.assert_close(made, expected, rtol=1e-3, atol=1e-2)
    assert made.square().mean().item() == pytest.approx(1.0, abs=0.05)


def test_no_step_where_a_harmonic_comes_in() -> None:
    edge = RATE / 2 / 57  # the pitch at which the 57th meets half the rate
    below, above = (
        pulses(torch.full((1, 8), hz), torch.ones(1, 8), sample_rate=RATE, hop=HOP)[0]
        for hz in (edge - 2e-5, edge + 2e-5)
    )
    torch.testing.assert_close(below, above, rtol=0, atol=2e-2)


def test_phase_runs_on_where_the_voice_is_silent_and_amplitude_follows_voicing() -> None:
    f0 = torch.full((1, 30), 200.0)
    voiced = torch.ones(1, 30)
    voiced[:, 10:20] = 0.0
    whole = pulses(f0, torch.ones(1, 30), sample_rate=RATE, hop=HOP)[0]
    gated = pulses(f0, voiced, sample_rate=RATE, hop=HOP)[0]
    torch.testing.assert_close(gated[: 9 * HOP], whole[: 9 * HOP])
    torch.testing.assert_close(gated[21 * HOP :], whole[21 * HOP :])
    assert not gated[11 * HOP : 19 * HOP].any()


def test_values_lie_at_the_middle_of_their_frames() -> None:
    drawn = upsample(torch.tensor([[0.0, 1.0, 3.0]]), 4)[0]
    middle = torch.tensor([0.125, 0.375, 0.625, 0.875])
    expected = torch.cat([torch.zeros(2), middle, 1 + 2 * middle, torch.full((2,), 3.0)])
    torch.testing.assert_close(drawn, expected)
