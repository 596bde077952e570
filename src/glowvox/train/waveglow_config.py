"""The settings of a WaveGlow's training run."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from glowvox.models.waveglow_config import PRESETS as SIZES
from glowvox.models.waveglow_config import WaveGlowConfig
from glowvox.train.config import EveryConfig, OptimizerConfig
from glowvox.train.vocoder_config import SegmentConfig, SegmentRunConfig

PRESETS: Mapping[str, WaveGlowConfig] = MappingProxyType(
    {
        "waveglow-tiny": SIZES["tiny"],
        "waveglow": SIZES["published"],
        "waveglow-paper": SIZES["paper"],
    }
)


class WaveGlowTrainConfig(SegmentRunConfig, frozen=True, kw_only=True, tag="waveglow"):
    """One run, whole; stored resolved in its folder."""

    model: WaveGlowConfig = SIZES["tiny"]
    batch: SegmentConfig = SegmentConfig(segments=4, frames=63)  # as published nearly 16,000 samples each
    sigma: float = 1.0  # standard deviation of the noise that recordings are to become; 0.7071 is published
    optimizer: OptimizerConfig = OptimizerConfig(
        name="adam", lr=4e-4, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, warmup=100
    )
    every: EveryConfig = EveryConfig(log=20, validate=500, save=500, sample=2_000)

    def __post_init__(self) -> None:
        """Refuse values that cannot train."""
        super().__post_init__()
        if not self.sigma > 0:
            raise ValueError(f"sigma = {self.sigma} must be above 0; 1 is usual")
