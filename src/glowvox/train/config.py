"""The settings of a training run."""

from __future__ import annotations

from typing import Literal

from glowvox.config import Settings
from glowvox.models.glow_tts_config import PRESETS, GlowTTSConfig


class BatchConfig(Settings, frozen=True, kw_only=True):
    """How clips become batches."""

    frames: int = 8_000  # padded mel frames a batch and process
    shapes: int = 6  # number of fixed shapes

    def __post_init__(self) -> None:
        """Refuse empty batches."""
        if self.frames < 1 or self.shapes < 1:
            raise ValueError("batch: frames and shapes must be at least 1")


class OptimizerConfig(Settings, frozen=True, kw_only=True):
    """What moves the parameters, how far, and when."""

    name: Literal["adamw", "adam", "radam"] = "adamw"
    lr: float = 1e-3  # the highest the schedule reaches
    betas: tuple[float, float] = (0.9, 0.98)
    eps: float = 1e-9
    weight_decay: float = 1e-6
    schedule: Literal["cosine", "noam", "constant"] = "cosine"
    warmup: int = 1_000  # steps
    final: float = 0.01  # cosine ends at this share of lr
    clip: Literal["norm", "value", "none"] = "norm"
    clip_at: float = 5.0

    def __post_init__(self) -> None:
        """Refuse values that cannot train."""
        if not self.lr > 0:
            raise ValueError(f"optimizer: lr = {self.lr} must be above 0")
        if self.warmup < 1:
            raise ValueError(f"optimizer: warmup = {self.warmup} must be at least 1 step")


class EveryConfig(Settings, frozen=True, kw_only=True):
    """How often things happen, in steps."""

    log: int = 20
    validate: int = 1_000
    save: int = 1_000
    sample: int = 2_000  # after first_sample
    first_sample: int = 200  # so that pictures and audio are there within minutes

    def __post_init__(self) -> None:
        """Refuse cadences that never come round."""
        for name in self.__struct_fields__:
            if getattr(self, name) < 1:
                raise ValueError(f"every: {name} = {getattr(self, name)} must be at least 1 step")


class TrainConfig(Settings, frozen=True, kw_only=True):
    """One run, whole; stored resolved in its folder."""

    prepared: str = ""  # folder written by `glowvox data prepare`
    model: GlowTTSConfig = PRESETS["small"]
    batch: BatchConfig = BatchConfig()
    optimizer: OptimizerConfig = OptimizerConfig()
    every: EveryConfig = EveryConfig()
    steps: int = 30_000
    seed: int = 0
    precision: Literal["bf16", "fp32"] = "bf16"
    compile: bool = False  # torch.compile of the coupling networks; needs a C++ compiler on a CPU
    init_batches: int = 8  # batches behind the initialisation of activation normalisation
    ema: float = 0.999  # decay of the averaged weights; 0 keeps none
    keep: int = 2  # last checkpoints kept beside the best
    test_sentences: tuple[str, ...] = (
        "The quick brown fox jumps over the lazy dog.",
        "Are you sure that this is the right way home?",
    )
    overfit: int = 0  # train on this many clips only, as a diagnostic

    def __post_init__(self) -> None:
        """Refuse values that cannot train."""
        if self.steps < 1:
            raise ValueError(f"steps = {self.steps} must be at least 1")
        if not 0 <= self.ema < 1:
            raise ValueError(f"ema = {self.ema} must lie in [0, 1)")
        if self.keep < 1:
            raise ValueError(f"keep = {self.keep} must be at least 1")
        if self.init_batches < 1:
            raise ValueError(f"init_batches = {self.init_batches} must be at least 1")
