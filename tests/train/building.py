"""A run small enough to be trained in a test."""

from __future__ import annotations

from pathlib import Path

import torch
from lightning_fabric import Fabric
from msgspec.structs import replace
from torch import Tensor

from glowvox.data.batch import Batch, collate
from glowvox.models.glow_tts_config import DecoderConfig, DurationConfig, EncoderConfig, GlowTTSConfig
from glowvox.train.config import BatchConfig, EveryConfig, OptimizerConfig, TrainConfig
from glowvox.train.feed import ClipFeed
from glowvox.train.loop import Loop
from glowvox.train.recipe import GlowTTSRecipe
from glowvox.train.run import Run
from glowvox.train.start import chosen, make_model, open_run

MODEL = GlowTTSConfig(
    encoder=EncoderConfig(width=16, feed_forward=24, layers=1, prenet=True, dropout=0.1),
    duration=DurationConfig(width=12, dropout=0.1),
    decoder=DecoderConfig(blocks=2, width=12, layers=2, kernel=3, dropout=0.1),
    speaker_width=4,
)
STEADY = GlowTTSConfig(  # no dropout
    encoder=replace(MODEL.encoder, prenet=False, dropout=0.0),
    duration=replace(MODEL.duration, dropout=0.0),
    decoder=replace(MODEL.decoder, dropout=0.0),
    speaker_width=4,
)


def settings(prepared: Path, **changes: object) -> TrainConfig:
    """Settings of a run of a few seconds."""
    base = TrainConfig(
        prepared=str(prepared),
        model=MODEL,
        batch=BatchConfig(frames=300, shapes=2),
        optimizer=OptimizerConfig(lr=5e-3, warmup=5),
        every=EveryConfig(log=3, validate=5, save=5, sample=10_000, first_sample=9_999),
        steps=13,
        precision="fp32",
        init_batches=3,
        ema=0.9,
    )
    return replace(base, **changes)


def make_loop(folder: Path, config: TrainConfig, *, devices: int = 1) -> Loop[Batch]:
    """A loop that has taken up whatever is in the folder, without pictures and reports."""
    fabric = Fabric(accelerator="cpu", devices=devices, precision="32-true")
    fabric.launch()
    run, prepared = open_run(folder, config)
    if fabric.is_global_zero:
        Run.create(folder, run.settings)
    clips, held_out = chosen(prepared, config)
    torch.manual_seed(config.seed)
    recipe = GlowTTSRecipe(config, make_model(run.settings), fabric)
    loop = Loop(run, recipe, ClipFeed(clips, held_out, config), sample=lambda step: None, report=lambda record: None)
    loop.resume()
    return loop


def batch_of(loop: Loop[Batch], *clips: int) -> Batch:
    """The named training clips as one batch."""
    return collate([loop.feed.train[index] for index in clips])


def values(loop: Loop[Batch]) -> dict[str, Tensor]:
    """All that a checkpoint would hold, copied."""
    parts = loop.recipe.parts()
    return {f"{part}/{name}": value.detach().clone() for part, rows in parts.items() for name, value in rows.items()}
