"""The distance of phases: blind to when a pulse comes and how loud it is, not to how its harmonics stand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from glowvox.models.phase_distance import phase_distance

RATE, HOP, FRAMES = 22050, 256, 24


def voice(f0: float, shifts: Tensor, *, delay: float = 0.0, gain: float = 1.0) -> Tensor:
    """Harmonics of a steady pitch, each with a phase of its own, `delay` samples late: (1, FRAMES·HOP)."""
    time = (torch.arange(FRAMES * HOP, dtype=torch.float64) - delay) / RATE
    multiples = torch.arange(1, len(shifts) + 1, dtype=torch.float64)[:, None]
    waves = torch.cos(2 * math.pi * f0 * multiples * time + shifts[:, None]) / multiples
    return gain * waves.sum(0, keepdim=True).float()


def distance(made: Tensor, real: Tensor, f0: float = 200.0, voiced: float = 1.0) -> Tensor:
    pitch = torch.full((1, FRAMES), f0)
    return phase_distance(made, real, pitch, torch.full_like(pitch, voiced), sample_rate=RATE, hop=HOP)


@pytest.mark.parametrize("delay", [0.0, 3.25, -20.5, 50.0, -54.0])
def test_a_pulse_may_come_half_a_period_early_or_late(delay: float) -> None:
    shifts = torch.linspace(0, 2, 20, dtype=torch.float64)
    real = voice(200.0, shifts)
    assert float(distance(real, real)) < 0.005
    assert float(distance(voice(200.0, shifts, delay=delay), real)) < 0.02
    assert float(distance(voice(200.0, shifts, gain=0.01), real)) == pytest.approx(0, abs=0.02)


def test_harmonics_that_stand_otherwise_are_told_from_a_delay() -> None:
    shifts = torch.linspace(0, 2, 20, dtype=torch.float64)
    real = voice(200.0, shifts)
    alternating = torch.tensor([0.0, 1.2] * 10, dtype=torch.float64)
    assert float(distance(voice(200.0, shifts + alternating), real)) > 0.1
    random = 2 * math.pi * torch.rand(20, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert float(distance(voice(200.0, random), real)) > 0.3


def test_only_phases_are_taught_and_only_where_there_is_a_voice() -> None:
    shifts = torch.zeros(20, dtype=torch.float64, requires_grad=True)
    real = voice(200.0, torch.linspace(0, 3, 20, dtype=torch.float64) ** 2)
    gain = torch.ones((), requires_grad=True)
    loss = distance(gain * voice(200.0, shifts), real)
    loss.backward()  # type: ignore[no-untyped-call]
    assert gain.grad is not None
    assert shifts.grad is not None
    assert abs(float(gain.grad)) < 0.01 * float(shifts.grad.abs().max())
    assert float(distance(real, -real, voiced=0.0)) == 0.0


def test_phases_can_be_learnt_from_it() -> None:
    real = voice(170.0, torch.sin(torch.arange(25, dtype=torch.float64)))
    shifts = torch.zeros(25, dtype=torch.float64, requires_grad=True)
    before = float(distance(voice(170.0, shifts, delay=31.0), real, 170.0).detach())
    adam = torch.optim.Adam([shifts], lr=0.1)
    for _ in range(60):
        adam.zero_grad()
        loss = distance(voice(170.0, shifts, delay=31.0), real, 170.0)
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()
    assert before > 0.1
    assert float(loss.detach()) < 0.25 * before
