"""The settings of a vocoder's training run."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from glowvox.config import Settings
from glowvox.models.istft_config import PRESETS as ISTFT
from glowvox.models.istft_config import IstftConfig
from glowvox.models.upsampling_config import HIFI_GAN, HiFiGANConfig
from glowvox.train.config import EveryConfig, OptimizerConfig, RunConfig

PRESETS: Mapping[str, IstftConfig | HiFiGANConfig] = MappingProxyType({**ISTFT, **HIFI_GAN})


class SegmentConfig(Settings, frozen=True, kw_only=True):
    """What a batch is cut from the recordings."""

    segments: int = 4
    frames: int = 128  # mel frames each; near the ends the network sees silence that is not there
    gain_db: tuple[float, float] = (-12.0, 3.0)  # each is made quieter or louder at random, between these

    def __post_init__(self) -> None:
        """Refuse empty batches."""
        if self.segments < 1 or self.frames < 8:
            raise ValueError("batch: segments must be at least 1 and frames at least 8")
        if self.gain_db[0] > self.gain_db[1]:
            raise ValueError(f"batch: gain_db = {self.gain_db} must be from the lower to the higher")


class CriticConfig(Settings, frozen=True, kw_only=True):
    """Discriminators: networks that learn to tell copies from recordings, and what the vocoder learns from them.

    They cost several times what the vocoder does, so they come late and hear a part of each batch.
    """

    start: int | None = None  # first step with them; none trains without
    segments: int = 4  # of each batch that they hear
    frames: int = 32  # of each of those
    periods: tuple[int, ...] = (2, 3, 5, 7, 11)
    period_channels: tuple[int, ...] = (16, 32, 64, 128, 128)
    resolution_channels: int = 16
    spectral_weight: float = 15.0  # of the spectral distance, where their judgement weighs 1
    feature_weight: float = 2.0  # of the distance of the maps inside them
    optimizer: OptimizerConfig = OptimizerConfig(
        lr=2e-4, betas=(0.8, 0.99), warmup=1, schedule="constant", clip_at=10.0
    )

    def __post_init__(self) -> None:
        """Refuse parts of nothing."""
        if self.start is not None and self.start < 1:
            raise ValueError(f"critic: start = {self.start} must be a step, 1 or later, or none")
        if self.segments < 1 or self.frames < 8:
            raise ValueError("critic: segments must be at least 1 and frames at least 8")


class SegmentRunConfig(RunConfig, frozen=True, kw_only=True, tag_field="kind"):
    """What a run of any vocoder is told. Its data are prepared with `--sound`; `kind` tells its file apart."""

    begin_with: str = ""  # a vocoder's run folder or file; else it begins from nothing
    batch: SegmentConfig = SegmentConfig()
    steps: int = 40_000
    precision: Literal["bf16", "fp32"] = "bf16"


class VocoderTrainConfig(SegmentRunConfig, frozen=True, kw_only=True, tag="vocoder"):
    """One run, whole; stored resolved in its folder."""

    model: IstftConfig | HiFiGANConfig = ISTFT["istft-small"]
    steps: int = 14_000  # of our own; HiFi-GAN wants many times as many
    optimizer: OptimizerConfig = OptimizerConfig(lr=1e-3, betas=(0.8, 0.99), warmup=200, clip_at=10.0)
    every: EveryConfig = EveryConfig(log=50, validate=1_000, save=500, sample=4_000)
    phase_weight: float = 0.5  # of the distance of phases, beside that of spectra; for a harmonic source
    critic: CriticConfig = CriticConfig()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.phase_weight < 0:
            raise ValueError(f"phase_weight = {self.phase_weight} must be at least 0; 0 leaves phases alone")
