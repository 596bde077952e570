"""A process of its own that trains, for tests that kill it or want two of it.

python -m tests.train.driver FOLDER PREPARED kill-at-step STEP
python -m tests.train.driver FOLDER PREPARED kill-in-save FILES
python -m tests.train.driver FOLDER PREPARED gradients    (under the environment of torchrun)
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from msgspec.structs import replace
from safetensors.torch import save_file

from glowvox.train import checkpoint
from glowvox.train.loop import Stop
from tests.train.building import STEADY, batch_of, make_loop, settings

HALVES = ((0, 1, 2), (3, 4))  # clips of each process; their frames differ


def kill_at_step(folder: Path, prepared: Path, step: int) -> None:
    """Train and die at the beginning of a step."""
    loop = make_loop(folder, settings(prepared))
    inner = loop.recipe.step

    def step_or_die(number: int, batch: object) -> dict[str, float]:
        if number == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return inner(number, batch)  # type: ignore[arg-type]

    loop.recipe.step = step_or_die  # type: ignore[method-assign]
    loop.fit(Stop())


def kill_in_save(folder: Path, prepared: Path, files: int) -> None:
    """Train and die in a save, when so many files are written and the next one half."""
    loop = make_loop(folder, settings(prepared))
    whole = checkpoint._write
    written = 0

    def write_or_die(path: Path, blob: bytes) -> None:
        nonlocal written
        if written == files:
            path.write_bytes(blob[: len(blob) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        whole(path, blob)
        written += 1

    checkpoint._write = write_or_die
    loop.fit(Stop())


def gradients(folder: Path, prepared: Path) -> None:
    """One of two processes: initialise and make one step on half of the clips, then write down what came of it."""
    optimizer = replace(settings(prepared).optimizer, clip="none")
    loop = make_loop(folder, settings(prepared, model=STEADY, optimizer=optimizer, steps=2), devices=2)
    rank = loop.recipe.fabric.global_rank
    batch = batch_of(loop, *HALVES[rank])
    loop.recipe.initialise([batch])
    found = {f"initial/{name}": value.detach().clone() for name, value in loop.recipe.model.named_parameters()}
    row = loop.recipe.step(1, batch)
    named = loop.recipe.model.named_parameters()
    found |= {f"gradient/{name}": p.grad.clone() for name, p in named if p.grad is not None}
    loop.step = 1
    loop.fit(Stop())  # the second step, over the loop's own batches
    found |= {f"final/{name}": value.detach().clone() for name, value in loop.recipe.model.named_parameters()}
    metadata = {key: repr(value) for key, value in row.items()}
    save_file(found, folder / f"rank{rank}.safetensors", metadata=metadata)


if __name__ == "__main__":
    place, data, what, *number = sys.argv[1:]
    if what == "gradients":
        gradients(Path(place), Path(data))
    else:
        {"kill-at-step": kill_at_step, "kill-in-save": kill_in_save}[what](Path(place), Path(data), int(number[0]))
