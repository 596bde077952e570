"""A checkpoint of the Glow-TTS authors' code, or of Amphion's recipe → a run folder that speaks and trains on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from glowvox.audio.mel import MelConfig
from glowvox.errors import CheckpointError, ConfigError, UsageError
from glowvox.importers import amphion_settings
from glowvox.importers.checkpoint_places import GLOW_TTS, Published, find_published
from glowvox.importers.coqui_speakers import read_names
from glowvox.importers.glow_tts_names import translate
from glowvox.importers.glow_tts_settings import mel_config, model_config
from glowvox.importers.json_file import read_json
from glowvox.importers.tensors import read_container, state_dict
from glowvox.importers.weight_norm import split_weights
from glowvox.models.fit import require_fit
from glowvox.models.glow_tts import GlowTTS
from glowvox.models.glow_tts_config import GlowTTSConfig
from glowvox.text.amphion import NAMES as AMPHION_NAMES
from glowvox.text.authors import BLANK, NAMES
from glowvox.train.checkpoint import write_checkpoint
from glowvox.train.config import TrainConfig
from glowvox.train.run import Run, RunSettings

# the inventories that a model may have learnt, and the front ends that read them
INVENTORIES = {
    len(symbols): (front_end, symbols)
    for front_end, symbols in (
        ("glow-tts-authors", NAMES),
        ("glow-tts-authors", (*NAMES, BLANK)),
        ("glow-tts-amphion", AMPHION_NAMES),
    )
}


@dataclass(frozen=True)
class Imported:
    """What became of the tensors of a checkpoint."""

    run: Path
    checkpoint: Path  # the file of tensors that was read
    parameters: int
    used: tuple[str, ...]
    skipped: tuple[str, ...]  # their tensors that our model has no place for
    speakers: tuple[str, ...]


def import_glow_tts(checkpoint: Path, config: Path | None, folder: Path, *, speakers: Path | None = None) -> Imported:
    """Turn a checkpoint and its settings file into a run folder.

    checkpoint  a file of tensors, or a folder of Amphion's with the checkpoints of an experiment, whose last is taken
    config      None looks for `args.json` or `config.json` beside the checkpoint and above it
    speakers    file of speaker names and numbers; else `spk2id.json`, where there is one
    raises      ConfigError for a settings file that cannot be used, CheckpointError for tensors that do not fit it,
                naming the first of them; nothing is written then
    """
    if (folder / "run.toml").exists():
        raise UsageError(f"{folder}: there is a run already", hint="give another folder with -o")
    place = find_published(checkpoint, config, GLOW_TTS)
    model_settings, mel = _settings(read_json(place.config), str(place.config))
    ours, skipped = translate(state_dict(read_container(place.tensors), place.tensors))
    front_end, symbols = _inventory(ours, place.tensors)
    settings = RunSettings(
        train=TrainConfig(model=model_settings, ema=0.0, precision="fp32"),
        mel=mel,
        front_end=front_end,
        symbols=symbols,
        speakers=_speakers(ours, speakers, place),
    )
    model = GlowTTS(
        model_settings, vocabulary=len(settings.symbols), bands=settings.mel.bands, speakers=len(settings.speakers)
    )
    split_weights(ours, model.state_dict())
    require_fit(model, ours, place.tensors)
    run = Run.create(folder, settings)
    state = {"initialised": True, "skipped": 0, "best": float("inf"), "seconds": 0.0}
    write_checkpoint(run.checkpoints, 0, {"model": ours}, state)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return Imported(folder, place.tensors, parameters, tuple(ours), tuple(skipped), settings.speakers)


def _settings(table: Mapping[str, Any], where: str) -> tuple[GlowTTSConfig, MelConfig]:
    """Model and mel of a settings file of either kind."""
    if not isinstance(table.get("model"), dict):
        raise ConfigError(f"{where}: no 'model' section; expected the settings file the model was trained with")
    if amphion_settings.is_amphions(table):
        return amphion_settings.model_config(table, where=where), amphion_settings.mel_config(table, where=where)
    data = table.get("data") if isinstance(table.get("data"), dict) else {}
    return model_config(table["model"], where=f"{where}: model"), mel_config(data or {}, where=f"{where}: data")


def _speakers(ours: dict[str, Tensor], given: Path | None, place: Published) -> tuple[str, ...]:
    table = ours.get("speaker_table.weight")
    file = given or place.speakers
    if table is not None and file is not None:
        return read_names(file, len(table))
    return tuple(f"speaker-{number}" for number in range(1 if table is None else len(table)))


def _inventory(ours: dict[str, Tensor], checkpoint: Path) -> tuple[str, tuple[str, ...]]:
    """The front end that the rows of the embedding belong to, and its symbols."""
    table = ours.get("encoder.embedding.weight")
    rows = 0 if table is None else len(table)
    if rows not in INVENTORIES:
        raise CheckpointError(
            f"{checkpoint}: the embedding has {rows} symbols; the authors' front end has {len(NAMES)}, or "
            f"{len(NAMES) + 1} with blanks, and that of Amphion's recipe has {len(AMPHION_NAMES)}"
        )
    return INVENTORIES[rows]
