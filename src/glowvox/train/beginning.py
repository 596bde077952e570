"""What the model of a run begins with: nothing, the weights of another, vectors of its speakers."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import torch

from glowvox.errors import UsageError
from glowvox.files import write_text
from glowvox.models.glow_tts import GlowTTS
from glowvox.models.speaker_vectors import SpeakerVectors
from glowvox.train.config import FinetuneConfig
from glowvox.train.finetune import Source, begin, read_source
from glowvox.train.run import Run, RunSettings
from glowvox.train.selection import Selection, select
from glowvox.train.vector_files import read_vectors

log = logging.getLogger(__name__)

BEGUN = "beginning.txt"  # in the run's folder: what it took over, what trains and what is frozen


@dataclass(frozen=True)
class Begun:
    """A model ready to train.

    lines        what it began with and what trains, in words; empty where all begins from nothing and trains
    initialised  whether activation normalisation came with its weights
    """

    model: GlowTTS
    selection: Selection
    lines: tuple[str, ...]
    initialised: bool

    def tell(self, run: Run) -> None:
        """Say what trains, and keep it in the run's folder where the run begins."""
        if not self.lines:
            return
        for line in self.lines:
            log.info("%s", line)
        if run.latest() is None:
            write_text(run.folder / BEGUN, "\n".join(self.lines) + "\n")


def begin_model(run: Run, model: GlowTTS) -> Begun:
    """Give a new run's model what it is to begin with; that of a run with a checkpoint waits for it.

    raises  ConfigError, CheckpointError or UsageError where vectors or weights to begin with cannot be used
    """
    settings, config = run.settings, run.settings.train
    lines, initialised = list[str](), False
    if run.latest() is None:
        source = read_source(Path(config.finetune.weights)) if config.finetune.weights else None
        if source is not None:
            beginning = begin(model, settings, source)
            lines += [f"begins with {source.place}", *beginning.lines()]
            lines += advice(settings, source)
            initialised = beginning.initialised
        lines += give_vectors(model, settings, source)
    selection = select(model, config.finetune, settings.speakers)
    if lines or config.finetune != FinetuneConfig():
        lines += selection.lines
    return Begun(model, selection, tuple(lines), initialised)


def advice(settings: RunSettings, source: Source) -> list[str]:
    """What to know of the alignment search where trained weights meet new speakers, and where they do not."""
    new = [name for name in settings.speakers if name not in source.settings.speakers]
    guide = settings.train.guide
    if new and len(settings.speakers) > 1 and not guide:
        return [f"new: {', '.join(new)}; should one of them speak no words, begin again with --set guide=300"]
    if guide and not new:
        return [f"guide = {guide} holds the search near an even reading, though it knows its way with these speakers"]
    return []


def give_vectors(model: GlowTTS, settings: RunSettings, source: Source | None) -> list[str]:
    """Give a model that is told its speakers by vectors those of its files; says how many.

    source  the model it begins with, whose speakers keep their vectors
    raises  ConfigError for a file that cannot be used and a speaker without a vector, UsageError where no file is named
    """
    table, config = model.speaker_table, settings.train
    if not isinstance(table, SpeakerVectors):
        return []
    known = source.settings.speakers if source is not None and source.tells_speakers_apart else ()
    wanted = [name for name in settings.speakers if name not in known]
    if not wanted:
        return []
    if not config.speaker_vectors:
        raise UsageError(
            f"this model is told its speakers by vectors from outside, and there is none of {', '.join(wanted)}",
            hint="make them with `glowvox data embed DATA -o vectors.json` and give the file with --d-vectors",
        )
    found = read_vectors([Path(name) for name in config.speaker_vectors], table.embedding_dim)
    rows = [settings.speakers.index(name) for name in wanted]
    with torch.no_grad():
        table.weight[rows] = torch.from_numpy(found.of(wanted))
    return [f"speaker vectors: {len(wanted)} of {found.width} values from {found.where}"]
