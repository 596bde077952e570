"""A training step of the small preset: plain single precision, ours in bfloat16, ours compiled; one thread.

    python benchmarks/training_step.py [--rounds 10] [--no-compile]

Batch of 16 clips, 80 tokens and 500 frames each. Aims: 1.9 times as fast as the plain form, 2.3 times compiled, on CPUs
with bfloat16 arithmetic. Compiling takes a minute or two and needs a C++ compiler.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable

import torch
from lightning_fabric import Fabric
from plain_glow_tts import PlainTraining
from timing import measure, table

from glowvox.data.batch import Batch
from glowvox.models.glow_tts import GlowTTS
from glowvox.models.glow_tts_config import PRESETS
from glowvox.train.config import TrainConfig
from glowvox.train.recipe import GlowTTSRecipe

CLIPS, TOKENS, FRAMES, VOCABULARY, BANDS = 16, 80, 500, 80, 80


def make_batch() -> Batch:
    """Random tokens and mels, as the sampler would hand them over."""
    torch.manual_seed(0)
    return Batch(
        ids=tuple(f"clip{number}" for number in range(CLIPS)),
        tokens=torch.randint(1, VOCABULARY, (CLIPS, TOKENS)),
        token_lengths=torch.full((CLIPS,), TOKENS),
        mel=(torch.randn(CLIPS, FRAMES, BANDS) - 5).transpose(1, 2),
        frames=torch.full((CLIPS,), FRAMES),
        speaker=torch.zeros(CLIPS, dtype=torch.int64),
    )


def make_model() -> GlowTTS:
    """The small preset, untrained."""
    torch.manual_seed(0)
    return GlowTTS(PRESETS["small"], vocabulary=VOCABULARY, bands=BANDS)


def recipe(batch: Batch, *, precision: str, compiled: bool = False) -> Callable[[], object]:
    """A step of the package's own training."""
    config = TrainConfig(model=PRESETS["small"], precision=precision, compile=compiled)  # type: ignore[arg-type]
    fabric = Fabric(accelerator="cpu", devices=1, precision="32-true")
    made = GlowTTSRecipe(config, make_model(), fabric)
    made.initialise([batch])
    count = iter(range(1, 10**9))
    return lambda: made.step(next(count), batch)


def main() -> None:
    """Measure all forms in turn and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--no-compile", action="store_true")
    given = parser.parse_args()
    logging.disable(logging.INFO)
    torch.set_num_threads(1)
    batch = make_batch()
    first = PlainTraining(make_model(), lr=1e-3, decay=0.999)
    ways: dict[str, Callable[[], object]] = {
        "plain fp32": lambda: first.step(batch),
        "ours fp32": recipe(batch, precision="fp32"),
        "ours bf16": recipe(batch, precision="bf16"),
    }
    if not given.no_compile:
        ways["ours bf16, compiled"] = recipe(batch, precision="bf16", compiled=True)
    times = measure(ways, rounds=given.rounds, warm=3)
    plain = times["plain fp32"]
    rows = [
        (
            name,
            f"{time.median:.0f}",
            f"{time.least:.0f}",
            f"{3600e3 / time.median:.0f}",
            f"{plain.median / time.median:.2f}",
            f"{plain.least / time.least:.2f}",
        )
        for name, time in times.items()
    ]
    print(table(("training step", "CPU ms, median", "least", "steps/h", "ratio", "of fastest"), rows))


if __name__ == "__main__":
    main()
