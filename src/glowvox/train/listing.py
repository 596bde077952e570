"""What a run folder or weights file is, in a few fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from glowvox.train.checkpoint import step_of
from glowvox.train.run import Run
from glowvox.train.weights import read_weights


def describe(place: Path) -> dict[str, Any]:
    """Name, speakers, front end, size and training of a voice, as plain values.

    raises  CheckpointError if the place is neither a run folder nor a weights file
    """
    card: dict[str, str] = {}
    step = None
    if place.is_dir():
        run = Run.load(place)
        settings, checkpoint = run.settings, run.best() or run.latest()
        step = step_of(checkpoint) if checkpoint else 0
        size = None
    else:
        settings, values, card = read_weights(place)
        step = int(card.get("step", 0))
        size = sum(value.numel() for value in values.values())
    described: dict[str, Any] = {
        "name": place.stem,
        "place": str(place),
        "speakers": list(settings.speakers),
        "front_end": settings.front_end,
        "sample_rate": settings.mel.sample_rate,
        "trained": f"{step} steps",
    }
    if size is not None:
        described["parameters"] = f"{size:,}"
    return described | {key: value for key, value in card.items() if key != "step"}
