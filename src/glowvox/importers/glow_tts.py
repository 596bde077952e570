"""A checkpoint of the Glow-TTS authors' code → a run folder that speaks, aligns and trains on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from glowvox.errors import CheckpointError, ConfigError, UsageError
from glowvox.importers.glow_tts_names import translate
from glowvox.importers.glow_tts_settings import mel_config, model_config
from glowvox.importers.tensors import read_container, state_dict
from glowvox.importers.weight_norm import split_weights
from glowvox.models.fit import require_fit
from glowvox.models.glow_tts import GlowTTS
from glowvox.text.authors import BLANK, NAMES
from glowvox.train.checkpoint import write_checkpoint
from glowvox.train.config import TrainConfig
from glowvox.train.run import Run, RunSettings

FRONT_END = "glow-tts-authors"


@dataclass(frozen=True)
class Imported:
    """What became of the tensors of a checkpoint."""

    run: Path
    parameters: int
    used: tuple[str, ...]
    skipped: tuple[str, ...]  # their tensors that our model has no place for


def import_glow_tts(checkpoint: Path, config: Path, folder: Path) -> Imported:
    """Turn the authors' checkpoint and settings file into a run folder.

    raises  ConfigError for a settings file that cannot be used, CheckpointError for tensors that do not fit it, naming
            the first of them; nothing is written then
    """
    if (folder / "run.toml").exists():
        raise UsageError(f"{folder}: there is a run already", hint="give another folder with -o")
    settings_file = _read_settings(config)
    model_settings = model_config(settings_file["model"], where=str(config))
    data = settings_file.get("data", {})
    ours, skipped = translate(state_dict(read_container(checkpoint), checkpoint))
    speakers = _speakers(ours)
    settings = RunSettings(
        train=TrainConfig(model=model_settings, ema=0.0, precision="fp32"),
        mel=mel_config(data),
        front_end=FRONT_END,
        symbols=_symbols(ours, checkpoint),
        speakers=tuple(f"speaker-{number}" for number in range(speakers)),
    )
    model = GlowTTS(
        model_settings, vocabulary=len(settings.symbols), bands=settings.mel.bands, speakers=len(settings.speakers)
    )
    split_weights(ours, model.state_dict())
    require_fit(model, ours, checkpoint)
    run = Run.create(folder, settings)
    state = {"initialised": True, "skipped": 0, "best": float("inf"), "seconds": 0.0}
    write_checkpoint(run.checkpoints, 0, {"model": ours}, state)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return Imported(folder, parameters, tuple(ours), tuple(skipped))


def _read_settings(path: Path) -> dict[str, Any]:
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except ValueError as error:
        raise ConfigError(f"{path}: not valid JSON: {error}") from None
    if not isinstance(table, dict) or not isinstance(table.get("model"), dict):
        raise ConfigError(f"{path}: no 'model' section; expected the settings file the model was trained with")
    return table


def _speakers(ours: dict[str, Tensor]) -> int:
    table = ours.get("speaker_table.weight")
    return 1 if table is None else len(table)


def _symbols(ours: dict[str, Tensor], checkpoint: Path) -> tuple[str, ...]:
    """Their inventory, with the blank where the embedding has a row for it."""
    table = ours.get("encoder.embedding.weight")
    rows = 0 if table is None else len(table)
    if rows == len(NAMES):
        return NAMES
    if rows == len(NAMES) + 1:
        return (*NAMES, BLANK)
    raise CheckpointError(
        f"{checkpoint}: the embedding has {rows} symbols; the authors' front end has {len(NAMES)}, "
        f"or {len(NAMES) + 1} with blanks"
    )
