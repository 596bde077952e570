"""One file that a trained model fits in: averaged weights in half precision and the settings to use them with.

The settings are the text of `run.toml`, in the safetensors header; continuing a training, fine-tuning and speaking all
start from such a file.
"""

from __future__ import annotations

from pathlib import Path

import torch
from msgspec import structs
from torch import Tensor

from glowvox import config
from glowvox.errors import CheckpointError
from glowvox.kinds import VOCODER_KINDS, kind_in
from glowvox.models.tensor_file import Format, read_tensors, write_tensors
from glowvox.train.checkpoint import read_part, step_of
from glowvox.train.config import FinetuneConfig
from glowvox.train.run import AnyRun, Run, RunSettings, VocoderRun, VocoderSettings
from glowvox.train.vocoder_config import VocoderTrainConfig

FORMAT = Format("glowvox", "weights file", "published checkpoints come in by `glowvox import`")


def trained_values(run: AnyRun) -> tuple[dict[str, Tensor], int]:
    """The weights a run would speak with: the average where one is kept, of the best checkpoint where one is named.

    raises  CheckpointError if the run has no checkpoint yet
    """
    checkpoint = run.best() or run.latest()
    if checkpoint is None:
        raise CheckpointError(
            f"{run.folder}: no checkpoint yet",
            hint="train it a little longer; the first is saved after every.save steps",
        )
    name = "ema" if run.settings.train.ema else "model"
    return read_part(checkpoint, name), step_of(checkpoint)


def write_weights(
    run: Run,
    path: Path,
    *,
    card: dict[str, str],
    variation: float | None = None,
    contrast: float | None = None,
    speaking_only: bool = False,
) -> int:
    """Write a run's trained values to `path` in half precision; gives the number of bytes.

    card           what a person should know: data, licence, credit
    variation      what the voice speaks with unless asked otherwise; None keeps the run's
    contrast       likewise
    speaking_only  leave out the means that only the alignment search goes by
    """
    values, step = trained_values(run)
    model = run.settings.train.model
    if speaking_only:
        values = {name: value for name, value in values.items() if not name.startswith("token_means.")}
        model = structs.replace(model, token_means=False)
    if contrast is not None:
        model = structs.replace(model, contrast=contrast)
    # where the data lay is nobody else's business
    settings = structs.replace(
        run.settings,
        train=structs.replace(
            run.settings.train, prepared="", model=model, finetune=FinetuneConfig(), speaker_vectors=()
        ),
        variation=run.settings.variation if variation is None else variation,
    )
    return _write(path, values, config.dumps(settings), card | {"step": str(step)})


def write_vocoder_weights(run: VocoderRun, path: Path, *, card: dict[str, str]) -> int:
    """The same for a vocoder's run."""
    values, step = trained_values(run)
    train = structs.replace(run.settings.train, prepared="")  # nor where others lay
    if isinstance(train, VocoderTrainConfig):
        train = structs.replace(train, begin_with="")
    settings = structs.replace(run.settings, train=train)
    return _write(path, values, config.dumps(settings), card | {"step": str(step)})


def _write(path: Path, values: dict[str, Tensor], settings: str, card: dict[str, str]) -> int:
    halves = {name: value.to(torch.float16).contiguous() for name, value in values.items()}
    for name, value in halves.items():
        if not torch.isfinite(value).all():
            raise CheckpointError(f"{path}: '{name}' does not fit half precision")
    return write_tensors(path, halves, {"settings": settings, **card}, FORMAT)


def read_weights(path: Path) -> tuple[RunSettings, dict[str, Tensor], dict[str, str]]:
    """Settings, float32 weights and card of a voice's file.

    raises  CheckpointError if it is missing, truncated, no file of ours, or a vocoder's
    """
    text, values, header = _read(path)
    if kind_in(text) in VOCODER_KINDS:
        raise CheckpointError(f"{path}: weights of a vocoder, where those of a voice are expected")
    return config.loads(text, RunSettings, where=str(path)), values, header


def read_vocoder_weights(path: Path) -> tuple[VocoderSettings, dict[str, Tensor], dict[str, str]]:
    """Settings, float32 weights and card of a vocoder's file.

    raises  CheckpointError if it is missing, truncated, no file of ours, or a voice's
    """
    text, values, header = _read(path)
    if kind_in(text) not in VOCODER_KINDS:
        raise CheckpointError(f"{path}: weights of a voice, where those of a vocoder are expected")
    return config.loads(text, VocoderSettings, where=str(path)), values, header


def _read(path: Path) -> tuple[str, dict[str, Tensor], dict[str, str]]:
    header, values = read_tensors(path, FORMAT)
    if "settings" not in header:
        raise CheckpointError(f"{path}: not a {FORMAT.name} of glowvox", hint=FORMAT.hint)
    return header.pop("settings"), {name: value.float() for name, value in values.items()}, header
