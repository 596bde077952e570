"""Published HiFi-GAN, BigVGAN and Vocos checkpoints → one file that makes waves of mel spectrograms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

import torch
from torch import Tensor

from glowvox.audio.mel import MelConfig, analysis_window, mel_filters
from glowvox.errors import UsageError
from glowvox.importers.checkpoint_places import GENERATORS, VOCOS, find_published
from glowvox.importers.json_file import read_json
from glowvox.importers.renaming import Naming, renamed
from glowvox.importers.tensors import read_container, state_dict
from glowvox.importers.vocoder_names import FILTERS, SPECTRA, generator_name, vocos_name
from glowvox.importers.vocoder_settings import BESIDE, bigvgan_config, flat_settings, hifi_gan_config, mel_config
from glowvox.importers.vocos_settings import vocos_settings
from glowvox.importers.weight_norm import split_weights
from glowvox.models.bigvgan import BigVGAN
from glowvox.models.fit import require_fit
from glowvox.models.hifi_gan import HiFiGAN
from glowvox.models.snake import low_pass
from glowvox.models.vocoder_file import write_vocoder
from glowvox.models.vocos import Vocos
from glowvox.train.run import Run
from glowvox.train.weights import read_weights

SHIFTING = {"padding", "epsilon"}  # fields of a mel that move its frames by half a hop, and nothing that is heard
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
    moved: bool = False  # it takes mels whose frames lie half a hop from those it learnt with


def import_vocoder(
    family: str, checkpoint: Path, settings: Path | None, output: Path, *, mel_of: Path | None = None
) -> ImportedVocoder:
    """Turn a checkpoint and its settings into a file of ours.

    family      "hifi-gan", "bigvgan" or "vocos"
    checkpoint  a file of tensors, or its folder, whose last generator is taken
    settings    None takes those that lie beside the checkpoint
    mel_of      a run or weights file whose mels it shall take, where those differ in nothing but where a frame lies:
                a generator's frame is a stretch of a hop, so that its sound moves by half a hop and stays the same
    raises      ConfigError for settings that cannot be used, CheckpointError for tensors that do not fit them, naming
                the first, UsageError if the output is there, InputError for a run of other mels; nothing is written
                then
    """
    if output.exists():
        raise UsageError(f"{output}: exists already", hint="give another file with -o")
    files = find_published(checkpoint, settings, PLACES[family])
    model, naming = MAKERS[family](files.config)
    moved = mel_of is not None and _take_mel(model, mel_of)
    return replace(_fill(model, files.tensors, output, naming), moved=moved)


def _take_mel(model: HiFiGAN | BigVGAN | Vocos, place: Path) -> bool:
    """Let a generator take the mels of a run; whether they are others than it learnt with."""
    wanted = (Run.load(place).settings if place.is_dir() else read_weights(place)[0]).mel
    different = model.mel.differences(wanted)
    if not different.keys() <= SHIFTING or isinstance(model, Vocos):  # whose inverse transform goes by the padding
        model.mel.require_same(wanted, own="the vocoder", others=str(place))
    model.mel = wanted
    return bool(different)


def _hifi_gan(settings: Path) -> tuple[HiFiGAN, Naming]:
    table = flat_settings(read_json(settings, expected=BESIDE), "hifigan", where=str(settings))
    config = hifi_gan_config(table, where=str(settings))
    naming = partial(generator_name, blocks=len(config.block_kernels))
    return HiFiGAN(config, mel_config(table, where=str(settings))), naming


def _bigvgan(settings: Path) -> tuple[BigVGAN, Naming]:
    table = flat_settings(read_json(settings, expected=BESIDE), "bigvgan", where=str(settings))
    config = bigvgan_config(table, where=str(settings))
    naming = partial(generator_name, blocks=len(config.block_kernels))
    return BigVGAN(config, mel_config(table, where=str(settings))), naming


def _vocos(settings: Path) -> tuple[Vocos, Naming]:
    config, mel = vocos_settings(settings)
    return Vocos(config, mel), vocos_name


MAKERS: Mapping[str, Callable[[Path], tuple[HiFiGAN | BigVGAN | Vocos, Naming]]] = MappingProxyType(
    {"hifi-gan": _hifi_gan, "bigvgan": _bigvgan, "vocos": _vocos}
)
PLACES = MappingProxyType({"hifi-gan": GENERATORS, "bigvgan": GENERATORS, "vocos": VOCOS})


def translate(
    theirs: Mapping[str, Tensor], naming: Naming, expected: Mapping[str, Tensor]
) -> tuple[dict[str, Tensor], list[str], list[str]]:
    """Their tensors under our names, the names of their constants, and the names that were not understood.

    Weight normalisation may be stored in either of torch's forms, or be folded into the weights.
    """
    ours, left = renamed(theirs, naming)
    split_weights(ours, expected)
    constants = [name for name in left if re.fullmatch(f"{FILTERS}|{SPECTRA}", name)]
    return ours, constants, [name for name in left if name not in constants]


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
