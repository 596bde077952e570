"""Sounds with known properties, for tests of the scores."""

from __future__ import annotations

import numpy as np

from glowvox.audio.wave import Audio

RATE = 22050


def vowel(*, f0: float = 150.0, formant: float = 700.0, seconds: float = 1.0, quiet_s: float = 0.2) -> Audio:
    """A buzz with one formant, gliding a little, with silence before and after."""
    time = np.arange(int(RATE * seconds)) / RATE
    melody = f0 * (1 + 0.05 * np.sin(2 * np.pi * time / seconds))
    phase = 2 * np.pi * np.cumsum(melody) / RATE
    harmonics = np.arange(1, 31)
    gains = 1 / (1 + ((harmonics * f0 - formant) / 200) ** 2)
    sound = sum(gain * np.sin(k * phase) for k, gain in zip(harmonics, gains, strict=True))
    silence = np.zeros(int(RATE * quiet_s))
    noise = np.random.default_rng(0).normal(0, 1e-4, len(sound) + 2 * len(silence))
    samples = np.concatenate((silence, 0.1 * sound, silence)) + noise
    return Audio(samples.astype(np.float32), RATE)
