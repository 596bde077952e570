"""Published HiFi-GAN, BigVGAN and Vocos checkpoints → one file that makes waves of mel spectrograms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from glowvox.audio.mel import MelConfig, analysis_window, mel_filters
from glowvox.errors import UsageError
from glowvox.importers.tensors import read_container, state_dict
from glowvox.importers.vocoder_names import FILTERS, SPECTRA, Naming, generator_name, vocos_name
from glowvox.importers.vocoder_settings import bigvgan_config, hifi_gan_config, mel_config, read_json
from glowvox.importers.vocos_settings import vocos_settings
from glowvox.importers.weight_norm import split_weights
from glowvox.models.bigvgan import BigVGAN
from glowvox.models.fit import require_fit
from glowvox.models.hifi_gan import HiFiGAN
from glowvox.models.snake import low_pass
from glowvox.models.vocoder_file import write_vocoder
from glowvox.models.vocos import Vocos

SAME = 1e-4  # largest difference between constants that are the same but for rounding


@dataclass(frozen=True)
class ImportedVocoder:
    """What became of the tensors of a checkpoint."""

    file: Path
    mel: MelConfig
    parameters: int
    used: int  # their tensors
    remade: int  # windows and filters, which our models make themselves
    different: tuple[str, ...]  # those of them that do not hold what ours do
    skipped: tuple[str, ...]  # their tensors that our model has no place for


def import_hifi_gan(checkpoint: Path, settings: Path, output: Path) -> ImportedVocoder:
    """Turn a generator checkpoint and its JSON settings into a file of ours.

    raises  ConfigError for settings that cannot be used, CheckpointError for tensors that do not fit them, naming the
            first, UsageError if the output is there; nothing is written then
    """
    _require_free(output)
    table = read_json(settings)
    config = hifi_gan_config(table, where=str(settings))
    model = HiFiGAN(config, mel_config(table, where=str(settings)))
    return _fill(model, checkpoint, output, partial(generator_name, blocks=len(config.block_kernels)))


def import_bigvgan(checkpoint: Path, settings: Path, output: Path) -> ImportedVocoder:
    """Turn a generator checkpoint and its JSON settings into a file of ours.

    raises  as `import_hifi_gan` does
    """
    _require_free(output)
    table = read_json(settings)
    config = bigvgan_config(table, where=str(settings))
    model = BigVGAN(config, mel_config(table, where=str(settings)))
    return _fill(model, checkpoint, output, partial(generator_name, blocks=len(config.block_kernels)))


def import_vocos(checkpoint: Path, settings: Path, output: Path) -> ImportedVocoder:
    """Turn a checkpoint and its settings, YAML or JSON, into a file of ours.

    raises  as `import_hifi_gan` does
    """
    _require_free(output)
    config, mel = vocos_settings(settings)
    return _fill(Vocos(config, mel), checkpoint, output, vocos_name)


def _require_free(output: Path) -> None:
    if output.exists():
        raise UsageError(f"{output}: exists already", hint="give another file with -o")


def translate(
    theirs: Mapping[str, Tensor], naming: Naming, expected: Mapping[str, Tensor]
) -> tuple[dict[str, Tensor], list[str], list[str]]:
    """Their tensors under our names, the names of their constants, and the names that were not understood.

    Weight normalisation may be stored in either of torch's forms, or be folded into the weights.
    """
    ours: dict[str, Tensor] = {}
    constants, unknown = [], []
    for name, tensor in theirs.items():
        mine = naming(name)
        if mine is not None:
            ours[mine] = tensor.to(torch.float32)
        elif re.fullmatch(f"{FILTERS}|{SPECTRA}", name):
            constants.append(name)
        else:
            unknown.append(name)
    split_weights(ours, expected)
    return ours, constants, unknown


def _fill(model: HiFiGAN | BigVGAN | Vocos, checkpoint: Path, output: Path, naming: Naming) -> ImportedVocoder:
    theirs = state_dict(read_container(checkpoint), checkpoint)
    ours, constants, unknown = translate(theirs, naming, model.state_dict())
    require_fit(model, ours, checkpoint)
    model.load_state_dict(ours)
    write_vocoder(output, model)
    return ImportedVocoder(
        output,
        model.mel,
        sum(parameter.numel() for parameter in model.parameters()),
        len(theirs) - len(constants) - len(unknown),
        len(constants),
        tuple(name for name in constants if not _is_ours(name, theirs[name], model.mel)),
        tuple(unknown),
    )


def _is_ours(name: str, theirs: Tensor, mel: MelConfig) -> bool:
    """Whether a constant of theirs is what our model makes in its place."""
    if re.fullmatch(FILTERS, name):
        ours = low_pass()
    elif name.endswith(".fb"):
        ours = torch.from_numpy(mel_filters(mel).T.copy())
    else:
        ours = torch.from_numpy(analysis_window(mel).copy())
    return theirs.shape == ours.shape and bool((theirs.double() - ours.double()).abs().max() < SAME)
