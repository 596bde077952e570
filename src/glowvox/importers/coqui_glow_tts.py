"""A checkpoint of Coqui's Glow-TTS → a run folder that speaks, aligns and trains on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import structs
from torch import Tensor

from glowvox.config import dumps
from glowvox.errors import CheckpointError, ConfigError, UsageError
from glowvox.files import write_text
from glowvox.importers.coqui_fields import FIELDS
from glowvox.importers.coqui_mel import fold_statistics, mel_config, read_statistics
from glowvox.importers.coqui_names import idle, translate
from glowvox.importers.coqui_preparing import PREPARE, prepare_config, split_options
from glowvox.importers.coqui_settings import model_config, number, section
from glowvox.importers.coqui_speakers import read_names, read_vectors
from glowvox.importers.coqui_text import coqui_front_end
from glowvox.importers.coqui_training import train_config
from glowvox.importers.json_file import read_json
from glowvox.importers.tensors import read_container, state_dict
from glowvox.importers.weight_norm import split_weights
from glowvox.models.fit import require_fit
from glowvox.models.glow_tts import GlowTTS
from glowvox.models.glow_tts_config import GlowTTSConfig
from glowvox.text.coqui import CoquiFrontEnd
from glowvox.train.checkpoint import write_checkpoint
from glowvox.train.run import Run, RunSettings

TABLE = "speaker_table.weight"
KNOWN = {field.name for field in FIELDS}


@dataclass(frozen=True)
class Beside:
    """Files that a model was published with; what is not said is looked for where its settings say.

    speakers   name → number
    d_vectors  clip → speaker's name and vector
    stats      means and deviations of the mel bands
    """

    speakers: Path | None = None
    d_vectors: Sequence[Path] = ()
    stats: Path | None = None


@dataclass(frozen=True)
class Imported:
    """What became of a checkpoint."""

    run: Path
    parameters: int
    used: tuple[str, ...]  # tensors of ours that its tensors became
    skipped: Mapping[str, str]  # its tensors that our model has no place for, and why
    split: int  # weights whose weight normalisation had been removed
    speakers: tuple[str, ...]
    notes: tuple[str, ...]  # what a person should know of the settings


def import_coqui_glow_tts(checkpoint: Path, config: Path, folder: Path, beside: Beside = Beside()) -> Imported:
    """Turn Coqui's checkpoint and settings file into a run folder.

    raises  ConfigError for settings or speaker files that cannot be used, CheckpointError for tensors that do not fit
            them; nothing is written then
    """
    if (folder / "run.toml").exists():
        raise UsageError(f"{folder}: there is a run already", hint="give another folder with -o")
    table = read_settings(config)
    where = str(config)
    model_settings = model_config(table, where=where)
    mel = mel_config(section(table, "audio", where=where), where=where)
    bands = int(number(table, "out_channels", 80, where=where))
    if mel.bands != bands:
        raise ConfigError(f"{where}: out_channels = {bands} but audio.num_mels = {mel.bands}")
    front_end = coqui_front_end(table, where=where)
    ours, left = translate(state_dict(read_container(checkpoint), checkpoint))
    _require_symbols(ours, front_end, checkpoint)
    model_settings, speakers = _speakers(ours, table, model_settings, _found(table, config, beside))
    settings = RunSettings(
        train=train_config(table, model_settings, where=where, speakers=speakers),
        mel=mel,
        front_end=front_end.name,
        symbols=front_end.symbols.names,
        speakers=speakers,
        variation=number(table, "inference_noise_scale", 0.0, where=where),
    )
    model = GlowTTS(model_settings, vocabulary=len(settings.symbols), bands=mel.bands, speakers=len(speakers))
    split = split_weights(ours, model.state_dict())
    require_fit(model, ours, checkpoint)
    if (stats := _stats(table, config, beside)) is not None:
        fold_statistics(ours, read_statistics(stats, mel.bands), squeeze=model_settings.decoder.squeeze)
    preparing = prepare_config(table, settings, where=where)
    held_out = split_options(table, where=where)
    run = Run.create(folder, settings)
    write_text(run.folder / PREPARE, dumps(preparing))
    state = {"initialised": True, "skipped": 0, "best": float("inf"), "seconds": 0.0}
    write_checkpoint(run.checkpoints, 0, {"model": ours}, state)
    return Imported(
        folder,
        sum(parameter.numel() for parameter in model.parameters()),
        tuple(ours),
        {name: idle(name) or "no tensor of a Glow-TTS has this name" for name in left},
        split,
        speakers,
        (
            *_notes(table, number(table, "length_scale", 1.0, where=where)),
            f"recordings become what it learnt from by: data prepare CORPUS --config {folder / PREPARE} {held_out}",
        ),
    )


def read_settings(path: Path) -> dict[str, Any]:
    """A settings file of Coqui's: JSON, in which `//` may open a comment.

    raises  ConfigError for a file that cannot be read, or is of another model
    """
    table = read_json(path)
    if table.get("model", "glow_tts") != "glow_tts":
        raise ConfigError(f"{path}: these are the settings of a '{table['model']}', expected a 'glow_tts'")
    return table


def _require_symbols(ours: Mapping[str, Tensor], front_end: CoquiFrontEnd, checkpoint: Path) -> None:
    table = ours.get("encoder.embedding.weight")
    if table is not None and len(table) != len(front_end.symbols):
        raise CheckpointError(
            f"{checkpoint}: the embedding has {len(table)} symbols, the settings name {len(front_end.symbols)}",
            hint="`characters` must be those it was trained with; use_phonemes decides which are the default",
        )


def _found(table: Mapping[str, Any], config: Path, beside: Beside) -> Beside:
    """The speaker files that were said, or those of the settings that exist."""
    speakers = beside.speakers or _existing(table.get("speakers_file"), config)
    listed = table.get("d_vector_file") or ()
    named = list(listed) if isinstance(listed, list | tuple) else [listed]
    vectors = beside.d_vectors or [path for name in named if (path := _existing(name, config))]
    return Beside(speakers, vectors, beside.stats)


def _existing(name: object, config: Path) -> Path | None:
    """A file of the settings, where they say or beside them."""
    if not isinstance(name, str) or not name:
        return None
    return next(
        (path for path in (Path(name), config.parent / name, config.parent / Path(name).name) if path.is_file()), None
    )


def _speakers(
    ours: dict[str, Tensor], table: Mapping[str, Any], settings: GlowTTSConfig, beside: Beside
) -> tuple[GlowTTSConfig, tuple[str, ...]]:
    """The model's settings and the names of its speakers; puts given vectors among the tensors."""
    if settings.speakers == "given":
        if not beside.d_vectors:
            raise ConfigError(
                "this model is told its speaker by external vectors, and their file is not where its settings say",
                hint="give the file of speaker vectors with --d-vectors",
            )
        names, ours[TABLE] = read_vectors(beside.d_vectors, settings.speaker_width)
        return settings, names
    if not table.get("use_speaker_embedding"):
        return settings, ("speaker-0",)
    rows = ours.get(TABLE)
    count = int(table.get("num_speakers") or 1) if rows is None else len(rows)
    names = read_names(beside.speakers, count) if beside.speakers else tuple(f"speaker-{n}" for n in range(count))
    if count == 1:  # a table of one row is a vector that is always the same
        settings = structs.replace(settings, speakers="given")
    return settings, names


def _stats(table: Mapping[str, Any], config: Path, beside: Beside) -> Path | None:
    audio: Mapping[str, Any] = table.get("audio") or {}
    name = audio.get("stats_path") if audio.get("signal_norm", True) else None
    return None if not name else beside.stats or _existing(name, config) or Path(name)


def _notes(table: Mapping[str, Any], length_scale: float) -> list[str]:
    notes = []
    if length_scale not in (0, 1):
        pace = f"speak with --speed {1 / length_scale:.3g} for the pace it was published with"
        notes.append(f"length_scale = {length_scale}: {pace}")
    if table.get("use_phonemes"):
        notes.append(
            "it reads phonemes of espeak-ng, whose versions differ a little: speaking needs the extra 'espeak'"
        )
    if table.get("use_phonemes") and table.get("phonemizer") == "gruut":
        notes.append("it learnt from gruut's phonemes; espeak-ng stands in for it, and may say words otherwise")
    if strange := [key for key in table if key not in KNOWN]:
        notes.append(f"fields that no Glow-TTS of Coqui has are passed over: {', '.join(strange)}")
    return notes
