"""Learning-rate curves, per optimizer step."""

from __future__ import annotations

import math

from glowvox.train.config import OptimizerConfig


def learning_rate(config: OptimizerConfig, step: int, steps: int) -> float:
    """The rate of one step, counted from 1.

    All curves rise in a straight line to `lr` over the warm-up. Then `noam` falls with the inverse root of the step
    (Vaswani et al. 2017, eq. 3, scaled so that the peak is `lr`), `cosine` falls to `final · lr` at the last step
    (Loshchilov & Hutter 2017, eq. 5), and `constant` stays.
    """
    if step <= config.warmup:
        return config.lr * step / config.warmup
    if config.schedule == "noam":
        return config.lr * math.sqrt(config.warmup / step)
    if config.schedule == "cosine":
        progress = min(1.0, (step - config.warmup) / max(1, steps - config.warmup))
        return config.lr * (config.final + (1 - config.final) * 0.5 * (1 + math.cos(math.pi * progress)))
    return config.lr
