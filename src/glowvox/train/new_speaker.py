"""A trained voice becomes that of a new speaker: its weights are the beginning of a run on that speaker's clips.

The run has one speaker, whose vector is fixed at that of the nearest speaker of the old voice: everything that reads
the vector trains, so that a vector of its own could say no more. Activation normalisation keeps what it learned; the
optimizer and its warm-up start afresh.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from lightning_fabric import Fabric
from msgspec import structs
from torch import Tensor

from glowvox.data.batch import Batch, collate
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.prepared import Clip, Prepared
from glowvox.errors import CheckpointError, CorpusError
from glowvox.models.glow_tts import GlowTTS
from glowvox.models.likelihood import losses
from glowvox.train import finetune
from glowvox.train.checkpoint import write_checkpoint
from glowvox.train.config import BatchConfig, EveryConfig, FinetuneConfig, OptimizerConfig, TrainConfig
from glowvox.train.feed import ClipFeed
from glowvox.train.recipe import GlowTTSRecipe
from glowvox.train.run import Run, RunSettings
from glowvox.train.start import make_model
from glowvox.train.weights import read_weights

LEAST_CLIPS, LEAST_S = 5, 15.0  # to learn a voice from
EPOCHS, FEWEST, MOST = 25, 200, 4_000  # steps: every clip so often, within these bounds
FRAMES, CLIPS_A_SHAPE = 4_000, 16  # of a batch: few clips are cut into few shapes
TIMED = 3  # steps to learn the pace from, after a first that compiles
SHARE = 0.85  # of the time for steps; the rest is for validation, samples and export
LEARNING = ("decoder.*", "encoder.duration.*")  # what is heard; what is read stays, or few clips spoil it
TRIED = 4  # batches of eight that the nearest speaker is found by


@dataclass(frozen=True)
class Base:
    """A trained voice to begin with.

    card  what its file says of data, licence and consent; empty for a run
    """

    source: finetune.Source
    card: dict[str, str]

    @classmethod
    def load(cls, place: Path) -> Base:
        """From a weights file or a run folder.

        raises  CheckpointError if it is neither
        """
        if (place / "voice.json").is_file() or place.suffix == ".glowvox":
            raise CheckpointError(
                f"{place}: an exported voice cannot learn any more", hint="give the weights or the run it came from"
            )
        return cls(finetune.read_source(place), {} if place.is_dir() else read_weights(place)[2])

    @property
    def name(self) -> str:
        """Of its file or folder."""
        return self.source.place.resolve().stem

    def digest(self) -> str:
        """SHA-256 over all values, by which a run knows what it began with."""
        found = hashlib.sha256()
        for name, value in sorted(self.source.values.items()):
            found.update(name.encode())
            found.update(value.float().contiguous().numpy().tobytes())
        return found.hexdigest()

    def prepare_config(self) -> PrepareConfig:
        """How recordings become what this voice was trained on."""
        settings = self.source.settings
        return PrepareConfig(
            front_end=settings.front_end, mel=settings.mel, frame_multiple=settings.train.model.decoder.squeeze
        )


def begin(folder: Path, base: Base, prepared: Prepared, *, minutes: float) -> Run:
    """Write a run that stands before its first step, with the weights of the base; `train` goes on with it.

    minutes  that training may take on this machine; the number of steps is chosen by a trial
    raises   CorpusError for too few clips, CheckpointError where the base does not fit its own settings
    """
    clips = prepared.clips("train")
    seconds = sum(clip.frames for clip in clips) * prepared.mel.hop / prepared.mel.sample_rate
    if len(clips) < LEAST_CLIPS or seconds < LEAST_S:
        raise CorpusError(
            f"{prepared.folder}: {len(clips)} clips, {seconds:.0f} s to learn from; at least {LEAST_CLIPS} clips and "
            f"{LEAST_S:.0f} s are needed",
            hint="record more: fifty sentences are a start, an hour makes a good voice",
        )
    settings = _settings(base, prepared, len(clips))
    values = starting_values(base, settings, clips)
    pace = seconds_a_step(settings, values, clips)
    epoch = ClipFeed(clips, [], settings.train).buckets.epoch(0, 0)
    train = scheduled(settings.train, steps_for(len(epoch), pace=pace, minutes=minutes))
    run = Run.create(folder, structs.replace(settings, train=train))
    state = {"initialised": True, "skipped": 0, "best": math.inf, "seconds": 0.0}
    write_checkpoint(run.checkpoints, 0, {"model": values}, state)
    return run


def steps_for(epoch: int, *, pace: float, minutes: float) -> int:
    """How many steps to take.

    epoch    steps that go once through the clips
    pace     seconds a step
    minutes  for all of it
    """
    wanted = min(MOST, max(FEWEST, EPOCHS * epoch))
    return max(1, min(wanted, int(SHARE * 60 * minutes / pace)))


def scheduled(config: TrainConfig, steps: int) -> TrainConfig:
    """The settings with everything that depends on the number of steps: a first sample early, six more on the way."""
    every = EveryConfig(
        log=10,
        validate=max(10, steps // 20),
        save=max(10, steps // 20),
        sample=max(20, steps // 6),
        first_sample=min(20, steps),
    )
    optimizer = structs.replace(config.optimizer, warmup=max(1, min(50, steps // 10)))
    return structs.replace(config, steps=steps, every=every, optimizer=optimizer)


def _settings(base: Base, prepared: Prepared, clips: int) -> RunSettings:
    before = base.source.settings
    train = TrainConfig(
        prepared=str(prepared.folder),
        model=structs.replace(before.train.model, speakers="given" if base.source.tells_speakers_apart else "learned"),
        batch=BatchConfig(frames=FRAMES, shapes=max(1, min(6, clips // CLIPS_A_SHAPE))),
        finetune=FinetuneConfig(train=LEARNING),
        optimizer=OptimizerConfig(lr=4e-4, final=0.02),
        precision=before.train.precision,
    )
    return RunSettings(
        train=train,
        mel=prepared.mel,
        front_end=prepared.front_end,
        symbols=tuple(prepared.symbols.names),
        speakers=prepared.speakers,
        variation=before.variation,
    )


@torch.no_grad()
def starting_values(base: Base, settings: RunSettings, clips: Sequence[Clip]) -> dict[str, Tensor]:
    """Weights of a model of one speaker: the base's, with symbols by their names and its nearest speaker's vector.

    The nearest is whoever's vector gives the clips the highest likelihood and the best durations.

    raises  CheckpointError where the base lacks what its own settings speak of
    """
    model = make_model(settings).eval()
    begun = finetune.begin(model, settings, base.source)
    if begun.missing:
        raise CheckpointError(f"{base.source.place}: these weights lack '{begun.missing[0]}'")
    values = {name: value.clone() for name, value in model.state_dict().items()}
    if base.source.tells_speakers_apart:
        candidates = F.normalize(base.source.values[finetune.SPEAKERS])
        batches = [collate(clips[i : i + 8]) for i in range(0, min(len(clips), 8 * TRIED), 8)]
        found = [_misfit(model, vector, batches) for vector in candidates]
        values[finetune.SPEAKERS] = candidates[found.index(min(found))][None].clone()
    return values


def _misfit(model: GlowTTS, vector: Tensor, batches: Sequence[Batch]) -> float:
    """Loss of clips spoken by somebody of this vector."""
    total = 0.0
    for batch in batches:
        speaker = vector.expand(len(batch.ids), -1)
        found = losses(model(batch.tokens, batch.token_lengths, batch.mel, batch.frames, speaker))
        total += float(found.nll + found.duration)
    return total


def seconds_a_step(settings: RunSettings, values: dict[str, Tensor], clips: Sequence[Clip]) -> float:
    """What a step takes on this machine, by a few steps that are thrown away."""
    fabric = Fabric(devices=1, precision="32-true")
    fabric.launch()
    with torch.random.fork_rng():
        model = make_model(settings)
        model.load_state_dict(values)
        recipe = GlowTTSRecipe(settings.train, model, fabric)
        batches = ClipFeed(clips, [], settings.train).batches(0, rank=0, world=1)
        started = time.monotonic()
        for step in range(1, TIMED + 2):
            if step == 2:
                started = time.monotonic()
            recipe.step(step, next(batches)[1].to(fabric.device))
    return max(1e-3, (time.monotonic() - started) / TIMED)
