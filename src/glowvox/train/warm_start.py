"""Weights to begin a Flowtron with, chosen by name; what was taken, left out and begun afresh is said."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from glowvox.errors import CheckpointError
from glowvox.models.flowtron import Flowtron
from glowvox.models.flowtron_file import FlowtronSettings, read_flowtron
from glowvox.train.flowtron_config import WarmStartConfig
from glowvox.train.flowtron_speaker import file_settings, trained_flowtron
from glowvox.train.freezing import chosen_names
from glowvox.train.named_rows import copy_rows
from glowvox.train.run import RunFolder

log = logging.getLogger(__name__)

# rows of these belong to names, which another model may have in another order
SYMBOLS, SPEAKERS = "embedding.weight", "speaker_table.weight"


class WarmStart(NamedTuple):
    """What became of the tensors of a model that began with others' weights."""

    taken: tuple[str, ...]
    left_out: tuple[str, ...]  # by wish
    missing: tuple[str, ...]  # the other model has no such tensor
    unused: tuple[str, ...]  # this model has no such tensor
    rows: dict[str, tuple[int, int]]  # of a table, by its name: rows taken by their names, rows in all

    def lines(self) -> list[str]:
        """In words, one line each."""
        found = [f"taken: {len(self.taken)} tensors"]
        found += [f"taken by name: {own} of {count} rows of {name}" for name, (own, count) in self.rows.items()]
        groups = (
            ("left out, begun afresh", self.left_out),
            ("not there, begun afresh", self.missing),
            ("not used", self.unused),
        )
        return found + [f"{what}: {', '.join(names)}" for what, names in groups if names]


def read_source(place: Path) -> tuple[dict[str, Tensor], FlowtronSettings]:
    """Weights and settings of a run folder or a file.

    raises  CheckpointError if it is neither
    """
    if place.is_dir():
        run = RunFolder.load_flowtron(place)
        return dict(trained_flowtron(run).state_dict()), file_settings(run.settings)
    model, settings = read_flowtron(place)
    return dict(model.state_dict()), settings


def warm_start(model: Flowtron, settings: FlowtronSettings, config: WarmStartConfig) -> WarmStart:
    """Give a model the weights of another; symbols and speakers keep theirs by their names.

    settings  of the model
    raises    CheckpointError for tensors of other sizes and mels of another kind, ConfigError for names that are not
    """
    place = Path(config.weights)
    values, theirs = read_source(place)
    if theirs.mel != settings.mel:
        raise CheckpointError(
            f"{place}: its mels are not those of the prepared data: {theirs.mel} there, {settings.mel} here",
            hint="prepare the data with its mels: put them into a file for `glowvox data prepare --mel-config`",
        )
    if theirs.front_end != settings.front_end:
        log.warning("%s: read texts by '%s', these data by '%s'", place, theirs.front_end, settings.front_end)
    own = model.state_dict()
    left_out = chosen_names(config.leave_out, list(own), where="warm_start: leave_out") if config.leave_out else set()
    taken, rows = [], {}
    with torch.no_grad():
        for name, value in own.items():
            if name in left_out or name not in values:
                continue
            if name in (SYMBOLS, SPEAKERS) and value.shape[1:] == values[name].shape[1:]:
                here, there = _names(name, settings), _names(name, theirs)
                rows[name] = (copy_rows(value, here, values[name], there), len(value))
            elif value.shape == values[name].shape:
                value.copy_(values[name])
            else:
                raise CheckpointError(
                    f"{place}: {name} is {tuple(values[name].shape)} there and {tuple(value.shape)} here",
                    hint=f"leave it out: --set 'warm_start.leave_out=[\"{name}\"]', or take its model settings",
                )
            taken.append(name)
    return WarmStart(
        taken=tuple(taken),
        left_out=tuple(sorted(left_out)),
        missing=tuple(name for name in own if name not in values and name not in left_out),
        unused=tuple(name for name in values if name not in own),
        rows=rows,
    )


def _names(table: str, settings: FlowtronSettings) -> tuple[str, ...]:
    return settings.symbols if table == SYMBOLS else settings.speakers
