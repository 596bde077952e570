"""Gradients of our losses against finite differences in float64."""

from __future__ import annotations

import copy
from typing import Any

import torch

from glowvox.models.glow_tts import GlowTTS
from glowvox.models.likelihood import losses

STEP = 1e-6
TAUGHT_BY = (("encoder.duration.", "duration"), ("speaker_table.", "total"))  # everything else by the likelihood


def gradient_error(model: GlowTTS, inputs: tuple[Any, ...]) -> dict[str, float]:
    """For each parameter, how far the gradient along one random direction is from a central difference.

    The loss that is differenced is the one that may teach the parameter: the duration loss reaches the duration
    predictor and the speaker table alone.
    Errors are relative to the larger of 1 and the difference itself.
    """
    exact = copy.deepcopy(model).double().eval()
    tokens, lengths, mel, frames, speaker = inputs
    speaker = speaker.double() if speaker is not None and speaker.is_floating_point() else speaker
    wide = (tokens, lengths, mel.double(), frames, speaker)
    exact.zero_grad()
    losses(exact(*wide)).total.backward()
    draws = torch.Generator().manual_seed(0)
    errors = {}
    for name, parameter in exact.named_parameters():
        direction = torch.randn(parameter.shape, generator=draws, dtype=torch.float64)
        direction /= direction.norm()
        gradient = 0.0 if parameter.grad is None else float((parameter.grad * direction).sum())
        part = next((part for start, part in TAUGHT_BY if name.startswith(start)), "nll")
        with torch.no_grad():
            values = []
            for sign in (1, -1):
                parameter.add_(direction, alpha=sign * STEP)
                values.append(float(getattr(losses(exact(*wide)), part)))
                parameter.add_(direction, alpha=-sign * STEP)
        difference = (values[0] - values[1]) / (2 * STEP)
        errors[name] = abs(gradient - difference) / max(1.0, abs(difference))
    return errors
