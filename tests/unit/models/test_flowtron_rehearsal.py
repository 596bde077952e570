"""Training on what a step of flow would itself have said before."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from glowvox.flows.autoregressive import AutoregressiveStep, Memory, Rehearsal, TimeReversed
from glowvox.nn.masks import length_mask
from tests.unit.models.test_flowtron import close, inputs, make


def given(name: str, number: int) -> tuple[AutoregressiveStep | TimeReversed, Tensor, Tensor, Memory, Tensor]:
    """A step of flow, a recording with its mask, what it is conditioned on, and attention to read along."""
    model = make(name)
    tokens, lengths, mel, frames, speaker, _ = inputs()
    mask = length_mask(frames, mel.shape[2], dtype=mel.dtype)
    memory = model.read(tokens, lengths, speaker)
    weight = torch.softmax(torch.randn(len(mel), mel.shape[2], tokens.shape[1], dtype=mel.dtype), dim=2)
    step = model.steps[number]
    assert isinstance(step, AutoregressiveStep | TimeReversed)
    return step, mel * mask, mask, memory, weight * mask.transpose(1, 2)


@pytest.mark.parametrize(("name", "number"), [("no-gate", 0), ("plain", 1), ("cumulative", 0)])
def test_with_a_pass_a_frame_the_past_is_its_own_speech(name: str, number: int) -> None:
    step, mel, mask, memory, weight = given(name, number)
    memory = memory._replace(forced=weight)
    own = step.generate(torch.zeros_like(mel), mask, memory).x
    told = step.analyse(own, mask, memory)
    close(told.latent, torch.zeros_like(mel))
    found = step.analyse(mel, mask, memory._replace(rehearsal=Rehearsal(weight, mel.shape[2], 0.0)))
    close(found.log_scale, told.log_scale)  # decided by its own frames, not by the recording's
    close(found.latent, told.log_scale.exp() * (mel - own))


def test_a_pass_forgets_a_frame() -> None:
    step, mel, mask, memory, weight = given("no-gate", 0)
    other = mel.clone()
    other[0, :, 9] += 1.0

    def first_touched(passes: int) -> int:
        told = memory._replace(forced=weight, rehearsal=Rehearsal(weight, passes, 0.0))
        scales = [step.analyse(x, mask, told).log_scale[0] for x in (mel, other)]
        return int((scales[0] - scales[1]).abs().amax(dim=0).nonzero()[0, 0])

    assert [first_touched(passes) for passes in (0, 1, 4)] == [10, 11, 14]


def test_no_gradient_goes_through_a_rehearsal() -> None:
    step, mel, mask, memory, weight = given("no-gate", 0)
    recording = mel.clone().requires_grad_()
    told = memory._replace(forced=weight, rehearsal=Rehearsal(weight, 1, 0.7))
    step.analyse(recording, mask, told).log_scale.sum().backward()
    assert recording.grad is None


def test_the_recordings_own_past_is_no_rehearsal() -> None:
    step, mel, mask, memory, weight = given("plain", 1)
    memory = memory._replace(forced=weight)
    plain = step.analyse(mel, mask, memory)
    close(step.analyse(mel, mask, memory._replace(rehearsal=Rehearsal(weight, 0, 0.7))).latent, plain.latent)
    assert not torch.allclose(
        step.analyse(mel, mask, memory._replace(rehearsal=Rehearsal(weight, 1, 0.7))).latent, plain.latent
    )
