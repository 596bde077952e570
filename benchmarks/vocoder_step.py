"""A training step of our vocoder, and the loading of its data; one thread.

    python benchmarks/vocoder_step.py PREPARED [--rounds 8]

PREPARED was written by `glowvox data prepare --sound`. Batches are the recipe's: 12 stretches of 64 frames.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import torch
from lightning_fabric import Fabric
from timing import measure, table

from glowvox.data.prepared import Prepared
from glowvox.models.istft_config import PRESETS, IstftConfig
from glowvox.train.feed import SegmentFeed
from glowvox.train.vocoder_config import CriticConfig, VocoderTrainConfig
from glowvox.train.vocoder_recipe import VocoderRecipe
from glowvox.train.vocoders import make_vocoder

FORMS = {
    "harmonic, fp32": VocoderTrainConfig(precision="fp32"),
    "harmonic, bf16": VocoderTrainConfig(),
    "plain head, bf16": VocoderTrainConfig(model=IstftConfig(source="plain")),
    "istft-fast, bf16": VocoderTrainConfig(model=PRESETS["istft-fast"]),
    "harmonic, bf16, with discriminators": VocoderTrainConfig(critic=CriticConfig(start=1)),
}


def make_step(config: VocoderTrainConfig, prepared: Prepared) -> Callable[[], object]:
    """A step on the same batch again and again."""
    torch.manual_seed(0)
    fabric = Fabric(accelerator="cpu", devices=1, precision="32-true")
    recipe = VocoderRecipe(config, make_vocoder(config.model, prepared.mel), fabric)
    feed = SegmentFeed(prepared.clips("train"), [], config, prepared.mel)
    batch = next(feed.batches(0, rank=0, world=1))[1]
    count = iter(range(1, 10**9))
    return lambda: recipe.step(next(count), batch)


def main() -> None:
    """Measure all forms in turn and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("--rounds", type=int, default=8)
    given = parser.parse_args()
    torch.set_num_threads(1)
    prepared = Prepared.load(given.prepared)
    feed = SegmentFeed(prepared.clips("train"), [], VocoderTrainConfig(), prepared.mel)
    loading = feed.batches(0, rank=0, world=1)
    work: dict[str, Callable[[], object]] = {name: make_step(config, prepared) for name, config in FORMS.items()}
    work["loading a batch"] = lambda: next(loading)
    times = measure(work, rounds=given.rounds)
    rows = [
        (name, f"{time.median:.1f}", f"{time.least:.1f}", f"{3600e3 / time.median:,.0f}")
        for name, time in times.items()
    ]
    print(table(("vocoder training step", "CPU ms, median", "least", "an hour"), rows))


if __name__ == "__main__":
    main()
