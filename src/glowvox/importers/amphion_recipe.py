"""Amphion's `exp_config.json` of Glow-TTS → how a corpus is prepared and a model trained."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glowvox import config
from glowvox.config import near
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.prepared import Prepared
from glowvox.errors import ConfigError, CorpusError
from glowvox.importers.amphion_fields import FIELDS, row_of
from glowvox.importers.amphion_settings import mel_config, model_config
from glowvox.importers.coqui_settings import number, section, word
from glowvox.importers.json_file import read_json
from glowvox.models.glow_tts_config import GlowTTSConfig
from glowvox.train.config import TrainConfig

KNOWN_BASES = ("glowtts.json", "tts.json", "base.json")
# what these files say of the keys that matter here
BASE: dict[str, Any] = {
    "model_type": "GlowTTS",
    "log_dir": "ckpts/tts",
    "preprocess": {
        "processed_dir": "processed_data",
        "phone_extractor": "lexicon",
        "language": "en-us",
        "mel_extract_mode": "taco",
        "trim_silence": False,
        "trim_top_db": 30,
        "sample_rate": 22_050,
        "n_fft": 1_024,
        "win_size": 1_024,
        "hop_size": 256,
        "n_mel": 80,
        "fmin": 0,
        "fmax": 8_000,
    },
    "model": {
        "glowtts": {
            "hidden_channels": 192,
            "filter_channels": 768,
            "filter_channels_dp": 256,
            "n_heads": 2,
            "n_layers_enc": 6,
            "kernel_size": 3,
            "p_dropout": 0.1,
            "window_size": 4,
            "mean_only": True,
            "prenet": True,
            "n_blocks_dec": 12,
            "dilation_rate": 1,
            "n_block_layers": 4,
            "p_dropout_dec": 0.05,
            "n_sqz": 2,
            "gin_channels": 0,
        }
    },
    "train": {
        "batch_size": 32,
        "gradient_accumulation_step": 1,
        "max_epoch": 500,
        "grad_clip_thresh": 1.0,
        "lr_scheduler": {"num_warmup": 4_000},
        "adam": {"lr": 0.001, "betas": [0.9, 0.98], "eps": 1e-9, "weight_decay": 0.0},
        "random_seed": 10_086,
        "save_checkpoint_stride": [5, 20],
        "keep_last": [3, -1],
    },
}
ENDLESS = 240_000  # steps, where no number of epochs is said: the paper's
DEEPEST = 8  # base files that stand on each other
USUAL_PEAK = (1e-4, 5e-3)  # learning rates that a Glow-TTS trains with; the paper's is 1.14e-3


@dataclass(frozen=True)
class Recipe:
    """What an `exp_config.json` asks for.

    corpora   the datasets' folders
    prepared  where their features go
    runs      where runs go, each by its name
    notes     what a person should know: keys that change nothing here, with the reason
    """

    corpora: tuple[Path, ...]
    prepared: Path
    runs: Path
    prepare: PrepareConfig
    model: GlowTTSConfig
    train: Mapping[str, Any]
    notes: tuple[str, ...]
    where: str


def read_recipe(path: Path) -> Recipe:
    """The recipe of a settings file.

    raises  ConfigError naming every key that is unknown, or asks for what is not here
    """
    where = str(path)
    given = _merged(path)
    notes = _judged(given, where)
    table = _over(BASE, given)
    names = table.get("dataset")
    paths = section(table, "dataset_path", where=where)
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise ConfigError(f'{where}: dataset = {names!r}: expected a list of names, as ["LJSpeech"]')
    for name in names:
        if not isinstance(paths.get(name), str):
            raise ConfigError(f"{where}: dataset_path: no folder for the dataset '{name}'")
    features = section(table, "preprocess", where=where)
    train = section(table, "train", where=where)
    recipe = Recipe(
        corpora=tuple(Path(paths[name]) for name in names),
        prepared=Path(word(features, "processed_dir", where=where) or "") / "+".join(names),
        runs=Path(word(table, "log_dir", where=where) or ""),
        prepare=_prepare(table, features, where),
        model=_model(table, where),
        train=train,
        notes=tuple(notes),
        where=where,
    )
    peak = _peak(recipe)
    if not USUAL_PEAK[0] <= peak <= USUAL_PEAK[1]:
        note = f"train.adam.lr: its schedule peaks at {peak:.2g}, the authors' at 0.00114; --set optimizer.lr=1.14e-3"
        return Recipe(**{**vars(recipe), "notes": (*recipe.notes, note)})
    return recipe


def train_config(recipe: Recipe, prepared: Prepared) -> TrainConfig:
    """How a run on these features is trained; what is counted in clips and epochs there becomes frames and steps.

    raises  ConfigError for values that cannot train, CorpusError where there is nothing to train on
    """
    where, train = f"{recipe.where}: train", recipe.train
    rows = prepared.rows.get("train", ())
    if not rows:
        raise CorpusError(f"{prepared.folder}: the train list is empty", hint="see `glowvox data check`")
    adam = section(train, "adam", where=where)
    clips = _count(train, "batch_size", where) * _count(train, "gradient_accumulation_step", where)
    epoch = math.ceil(len(rows) / clips)
    epochs = train.get("max_epoch")
    stride, keep = _firsts(train, where)
    values = {
        "prepared": str(prepared.folder),
        "model": config.plain(recipe.model),
        "batch": {"frames": max(1, round(clips * sum(row.frames for row in rows) / len(rows)))},
        "optimizer": {
            "name": "adam",
            "lr": _peak(recipe),
            "betas": adam.get("betas", (0.9, 0.98)),
            "eps": adam.get("eps", 1e-9),
            "weight_decay": adam.get("weight_decay", 0.0),
            "schedule": "noam",
            "warmup": _count(section(train, "lr_scheduler", where=where), "num_warmup", where),
            "clip": "norm",
            "clip_at": number(train, "grad_clip_thresh", 1.0, where=where),
        },
        "every": {"save": stride * epoch, "validate": epoch},
        "steps": ENDLESS if epochs == -1 else _count(train, "max_epoch", where) * epoch,
        "seed": int(number(train, "random_seed", 10_086, where=where)),
        "precision": "fp32",
        "init_batches": 1,
        "ema": 0.0,
        "keep": keep,
    }
    return config.build(values, TrainConfig, where=where)


def _merged(path: Path, depth: int = 0) -> dict[str, Any]:
    """A file on top of those that it stands on, where they are there."""
    table = read_json(path)
    base = table.get("base_config")
    if base is None:
        return table
    if not isinstance(base, str) or depth > DEEPEST:
        raise ConfigError(f"{path}: base_config = {base!r}: expected the path of a file that stands on no other twice")
    places = (Path(base), *(folder / base for folder in path.resolve().parents))
    found = next((place for place in places if place.is_file()), None)
    if found is not None:
        return _over(_merged(found, depth + 1), table)
    if Path(base).name not in KNOWN_BASES:
        raise ConfigError(
            f"{path}: base_config = '{base}': no such file here, beside it or above it",
            hint=f"only {', '.join(KNOWN_BASES)} are known without their files",
        )
    return table


def _over(base: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in table.items():
        inner = merged.get(key)
        nested = isinstance(inner, Mapping) and isinstance(value, Mapping) and key != "dataset_path"
        merged[key] = _over(inner, value) if nested else value  # type: ignore[arg-type]
    return merged


def _keys(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted names and values."""
    for key, value in table.items():
        if isinstance(value, Mapping) and key != "dataset_path":
            yield from _keys(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _judged(table: Mapping[str, Any], where: str) -> list[str]:
    """What is passed over, a line a reason; refuses keys that are unknown or ask for what is not here, all at once."""
    passed: dict[str, list[str]] = {}
    faults = []
    for key, value in _keys(table):
        row = row_of(key)
        if row is None:
            known = [name for row in FIELDS for name in row.keys if "*" not in name]
            faults.append(f"unknown key '{key}'{near(key, known)}")
        elif row.fate == "only" and not any(value is taken or value == taken for taken in row.values):
            expected = " or ".join(map(repr, row.values))
            faults.append(f"{key} = {value!r} is not here, only {expected}: {row.note}")
        elif row.fate == "passed over":
            passed.setdefault(row.note, []).append(key)
    if faults:
        raise ConfigError("\n".join(f"{where}: {fault}" for fault in faults))
    return [f"passed over: {', '.join(keys)}: {reason}" for reason, keys in passed.items()]


def _prepare(table: Mapping[str, Any], features: Mapping[str, Any], where: str) -> PrepareConfig:
    spoken = word(features, "phone_extractor", where=where)
    values = {
        "mel": config.plain(mel_config(table, where=where)),
        "front_end": "english" if spoken == "lexicon" else f"espeak:{word(features, 'language', where=where)}",
        "trim": features.get("trim_silence"),
        "trim_db": features.get("trim_top_db"),
        "frame_multiple": table["model"]["glowtts"].get("n_sqz", 2),
    }
    return config.build(values, PrepareConfig, where=f"{where}: preprocess")


def _model(table: Mapping[str, Any], where: str) -> GlowTTSConfig:
    """Their model; where speakers have no width of their own, ours keeps its default for the case of several."""
    given = dict(table["model"]["glowtts"])
    if not given.get("gin_channels"):
        given["gin_channels"] = GlowTTSConfig().speaker_width
    return model_config({"model": {"glowtts": given}}, where=where)


def _peak(recipe: Recipe) -> float:
    """The highest learning rate of their schedule: at the end of the warm-up, lr / √num_warmup."""
    where = f"{recipe.where}: train"
    rate = number(section(recipe.train, "adam", where=where), "lr", 1e-3, where=where)
    return rate / math.sqrt(_count(section(recipe.train, "lr_scheduler", where=where), "num_warmup", where))


def _count(table: Mapping[str, Any], key: str, where: str) -> int:
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{where}: {key} = {value!r}: expected a whole number, at least 1")
    return value


def _firsts(train: Mapping[str, Any], where: str) -> tuple[int, int]:
    """The first stride of saving (epochs) and how many such are kept; -1 keeps all."""
    firsts = {}
    for key in ("save_checkpoint_stride", "keep_last"):
        value = train.get(key)
        first = value[0] if isinstance(value, list) and value else value
        firsts[key] = 1_000_000 if key == "keep_last" and first == -1 else _count({key: first}, key, where)
    return firsts["save_checkpoint_stride"], firsts["keep_last"]
