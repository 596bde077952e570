"""A published Flowtron checkpoint → one file that speaks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from glowvox.errors import CheckpointError, ConfigError, UsageError
from glowvox.importers.flowtron_names import translate
from glowvox.importers.flowtron_settings import DEFAULTS, front_end, mel_config, model_config, read_settings
from glowvox.importers.flowtron_speakers import read_speakers
from glowvox.importers.tensors import read_container, state_dict
from glowvox.models.fit import require_fit
from glowvox.models.flowtron_file import FlowtronSettings, build, write_flowtron
from glowvox.text.flowtron import NAMES


@dataclass(frozen=True)
class ImportedFlowtron:
    """What became of the tensors of a checkpoint."""

    file: Path
    settings: FlowtronSettings
    parameters: int
    used: int  # their tensors
    skipped: tuple[str, ...]  # their tensors that our model has no place for


def import_flowtron(checkpoint: Path, output: Path, *, config: Path, filelist: Path | None = None) -> ImportedFlowtron:
    """Turn a checkpoint of either container into a file of ours.

    config    the JSON settings it was trained with
    filelist  the list of training files, which gives the speakers their names; without it they are numbered
    raises    CheckpointError for tensors that do not fit the settings, naming the first; ConfigError for settings or a
              list that cannot be used; UsageError if the output is there; nothing is written then
    """
    if output.exists():
        raise UsageError(f"{output}: exists already", hint="give another file with -o")
    table = read_settings(config)
    model_settings = model_config(table["model_config"], where=str(config))
    given = DEFAULTS | table["model_config"]
    data = table.get("data_config", {})
    theirs = state_dict(read_container(checkpoint), checkpoint)
    ours, skipped = translate(theirs)
    if "speaker_table.weight" not in ours or "embedding.weight" not in ours:
        raise CheckpointError(
            f"{checkpoint}: its tensors are not those of a Flowtron",
            hint="expected speaker_embedding.weight, embedding.weight, encoder.* and flows.*",
        )
    if len(ours["embedding.weight"]) != len(NAMES):
        raise CheckpointError(
            f"{checkpoint}: the embedding has {len(ours['embedding.weight'])} symbols; Flowtron's text front end has "
            f"{len(NAMES)}"
        )
    rows = len(ours["speaker_table.weight"])
    if rows != given["n_speakers"]:
        raise ConfigError(
            f"{config}: model_config: n_speakers = {given['n_speakers']}, but the checkpoint has {rows}",
            hint="is this the settings file it was trained with?",
        )
    settings = FlowtronSettings(
        model=model_settings,
        mel=mel_config(data, bands=given["n_mel_channels"], where=str(config)),
        front_end=front_end(data),
        symbols=NAMES,
        speakers=_speakers(filelist, rows),
    )
    try:
        with torch.device("meta"):
            model = build(settings)
    except ValueError as error:
        raise ConfigError(f"{config}: model_config: {error}") from None
    require_fit(model, ours, checkpoint)
    write_flowtron(output, settings, ours)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return ImportedFlowtron(output, settings, parameters, len(theirs) - len(skipped), tuple(skipped))


def _speakers(filelist: Path | None, rows: int) -> tuple[str, ...]:
    if filelist is None:
        return tuple(f"speaker-{number}" for number in range(rows))
    speakers = read_speakers(filelist)
    if len(speakers) != rows:
        raise ConfigError(
            f"{filelist}: {len(speakers)} speakers, but the checkpoint has {rows}",
            hint="the numbers depend on the very list it was trained on; leave the list out to number the speakers",
        )
    return speakers
