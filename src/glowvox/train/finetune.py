"""Fine-tuning: a run that begins with the weights of another; symbols and speakers keep theirs by their names."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from msgspec import structs
from torch import Tensor

from glowvox.config import near
from glowvox.data.prepared import Clip
from glowvox.errors import CheckpointError, ConfigError, UsageError
from glowvox.flows.actnorm import ActNorm
from glowvox.models.glow_tts import GlowTTS
from glowvox.text.symbols import Symbols
from glowvox.train.config import FinetuneConfig
from glowvox.train.freezing import chosen_names
from glowvox.train.named_rows import copy_rows
from glowvox.train.run import Run, RunSettings
from glowvox.train.weights import read_weights, trained_values

log = logging.getLogger(__name__)

SPEAKERS = "speaker_table.weight"
SYMBOLS = ("encoder.embedding.weight", "token_means.embedding.weight")


@dataclass(frozen=True)
class Source:
    """The model that a run begins with."""

    place: Path
    settings: RunSettings
    values: dict[str, Tensor]

    @property
    def tells_speakers_apart(self) -> bool:
        """Whether it has a table of speakers."""
        return SPEAKERS in self.values


@dataclass(frozen=True)
class Beginning:
    """What became of the tensors.

    rows          of a table, by its name: rows taken by their names, rows in all
    new_speakers  that the other model does not know
    initialised   whether activation normalisation was taken over, and must not be set from data again
    """

    taken: tuple[str, ...]
    left_out: tuple[str, ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]
    rows: dict[str, tuple[int, int]]
    new_speakers: tuple[str, ...]
    initialised: bool

    def lines(self) -> list[str]:
        """In words, one line each."""
        found = [f"taken over: {len(self.taken)} tensors"]
        found += [f"taken over by name: {own} of {count} rows of {name}" for name, (own, count) in self.rows.items()]
        if self.new_speakers:
            found.append(f"new speakers: {', '.join(self.new_speakers)}")
        groups = (
            ("left out by wish, begun afresh", self.left_out),
            ("not there, begun afresh", self.missing),
            ("there, but not used", self.unused),
        )
        found += [f"{what}: {', '.join(names)}" for what, names in groups if names]
        if not self.initialised:
            found.append("activation normalisation is set from data anew")
        return found


def read_source(place: Path) -> Source:
    """The settings and trained values of a run folder or a weights file.

    raises  CheckpointError if it is neither, or a run without a checkpoint
    """
    if place.is_dir():
        run = Run.load(place)
        return Source(place, run.settings, trained_values(run)[0])
    settings, values, _ = read_weights(place)
    return Source(place, settings, values)


def settings_from(source: Source, settings: RunSettings) -> RunSettings:
    """The settings of a run that begins with a source: its symbols and speakers first, then those that are new.

    settings  as the prepared data alone would have them
    raises    UsageError for mels of another kind, or a front end whose ids mean something else
    """
    theirs = source.settings
    theirs.mel.require_same(settings.mel, own=f"the model in {source.place}", others="the prepared data")
    kind, other = theirs.front_end.partition(":")[0], settings.front_end.partition(":")[0]
    if kind == other and theirs.front_end != settings.front_end:
        raise UsageError(
            f"{source.place}: reads texts by '{theirs.front_end}', the prepared data by '{settings.front_end}'",
            hint=f"prepare them again with --front-end '{theirs.front_end}'",
        )
    if kind != other:
        log.warning(
            "%s reads texts by '%s', these data by '%s': it has to learn to read again",
            *(source.place, theirs.front_end, settings.front_end),
        )
    return structs.replace(
        settings,
        symbols=_joined(theirs.symbols, settings.symbols),
        speakers=_speakers(source, settings),
        variation=theirs.variation,
    )


def _speakers(source: Source, settings: RunSettings) -> tuple[str, ...]:
    """All that the source knows and all of the data; a source that tells none apart takes the name of the data's."""
    if not source.tells_speakers_apart:
        return settings.speakers
    return _joined(source.settings.speakers, settings.speakers)


def _joined(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def renumbered(clips: Sequence[Clip], speakers: Sequence[str], settings: RunSettings) -> list[Clip]:
    """Clips with the numbers that a run gives their speakers and symbols.

    speakers  of the prepared folder, in its order
    """
    symbols = Symbols(settings.symbols)
    numbers = [settings.speakers.index(name) for name in speakers]
    return [replace(clip, speaker=numbers[clip.speaker], ids=tuple(symbols.encode(clip.symbols))) for clip in clips]


def begin(model: GlowTTS, settings: RunSettings, source: Source) -> Beginning:
    """Give a new model the weights of a source.

    raises  CheckpointError for tensors of other sizes, ConfigError for names that are not there, UsageError where some
            layers of activation normalisation are taken and some are not
    """
    config, own = settings.train.finetune, model.state_dict()
    wanted = chosen_names(config.load, list(own), where="finetune: load")
    wanted -= chosen_names(config.leave_out, list(own), where="finetune: leave_out") if config.leave_out else set()
    taken: list[str] = []
    rows: dict[str, tuple[int, int]] = {}
    with torch.no_grad():
        for name in (name for name in own if name in wanted and name in source.values):
            value, theirs = own[name], source.values[name]
            if name in (SPEAKERS, *SYMBOLS) and value.shape[1:] == theirs.shape[1:]:
                here, there = _names(name, settings), _names(name, source.settings)
                if name == SPEAKERS:
                    value[:] = _usual(theirs, there, config)
                rows[name] = (copy_rows(value, here, theirs, there), len(value))
            elif value.shape == theirs.shape:
                value.copy_(theirs)
            else:
                raise CheckpointError(
                    f"{source.place}: {name} is {tuple(theirs.shape)} there and {tuple(value.shape)} here",
                    hint=f"leave it out: --skip '{name}', or take its model settings",
                )
            taken.append(name)
    return Beginning(
        taken=tuple(taken),
        left_out=tuple(name for name in own if name not in wanted),
        missing=tuple(name for name in own if name in wanted and name not in source.values),
        unused=tuple(name for name in source.values if name not in own),
        rows=rows,
        new_speakers=tuple(name for name in settings.speakers if name not in source.settings.speakers),
        initialised=_initialised(model, set(taken)),
    )


def _names(table: str, settings: RunSettings) -> tuple[str, ...]:
    return settings.speakers if table == SPEAKERS else settings.symbols


def _usual(rows: Tensor, names: Sequence[str], config: FinetuneConfig) -> Tensor:
    """What a new speaker begins with: the row of the one it is said to be like, else the mean of all."""
    if not config.like:
        return rows.mean(dim=0)
    if config.like not in names:
        raise ConfigError(f"finetune: like = '{config.like}': no such speaker{near(config.like, names)}")
    return rows[list(names).index(config.like)]


def _initialised(model: GlowTTS, taken: set[str]) -> bool:
    """Whether activation normalisation was taken over."""
    layers = [name for name, module in model.named_modules() if isinstance(module, ActNorm)]
    parts = [f"{layer}.{part}" for layer in layers for part in ("log_scale", "bias")]
    own = [part for part in parts if part in taken]
    if own and len(own) < len(parts):
        lacking = next(part for part in parts if part not in taken)
        raise UsageError(
            f"finetune: {own[0]} is taken over and {lacking} is not: activation normalisation is set from data as a "
            "whole or not at all",
            hint="load or leave out all of it: the layers decoder.chain.flows.0, .3, .6 and so on",
        )
    return bool(own)
