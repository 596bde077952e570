"""One file that an imported vocoder fits in: its weights, and in the safetensors header all that using them takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from torch import Tensor, nn

from glowvox import config
from glowvox.audio.mel import MelConfig
from glowvox.config import Settings
from glowvox.errors import CheckpointError
from glowvox.models.bigvgan import BigVGAN
from glowvox.models.fit import require_fit
from glowvox.models.hifi_gan import HiFiGAN
from glowvox.models.tensor_file import Format, is_of_kind, read_tensors, write_tensors
from glowvox.models.upsampling_config import BigVGANConfig, HiFiGANConfig
from glowvox.models.vocos import Vocos
from glowvox.models.vocos_config import VocosConfig
from glowvox.models.waveglow import WaveGlow
from glowvox.models.waveglow_config import WaveGlowConfig

FORMAT = Format(
    "glowvox-vocoder",
    "vocoder file",
    "published checkpoints come in by `glowvox import hifi-gan`, `bigvgan`, `vocos` or `waveglow`",
)


class Kind(NamedTuple):
    """A family of vocoders: its settings, and what builds one from them and the mel's."""

    settings: type[Settings]
    build: Callable[[Any, MelConfig], nn.Module]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "hifi-gan": Kind(HiFiGANConfig, HiFiGAN),
        "bigvgan": Kind(BigVGANConfig, BigVGAN),
        "vocos": Kind(VocosConfig, Vocos),
        "waveglow": Kind(WaveGlowConfig, WaveGlow),
    }
)


def write_vocoder(path: Path, model: HiFiGAN | BigVGAN | Vocos | WaveGlow) -> int:
    """Write a vocoder; gives the number of bytes.

    raises  GlowvoxError when the disk refuses
    """
    kind = next(name for name, kind in KINDS.items() if type(model.config) is kind.settings)
    header = {"kind": kind, "config": config.plain(model.config), "mel": config.plain(model.mel)}
    return write_tensors(path, model.state_dict(), header, FORMAT)


def is_imported(path: Path) -> bool:
    """Whether a file is one that `write_vocoder` wrote."""
    return is_of_kind(path, FORMAT)


def load_vocoder(path: Path) -> tuple[nn.Module, MelConfig]:
    """A vocoder in evaluation mode, mel (B, M, T) → wave (B, S), and the mel spectrograms it takes.

    raises  CheckpointError if the file is missing, damaged or no file of ours; ConfigError if its settings are wrong
    """
    header, weights = _read(path)
    kind = KINDS.get(header["kind"])
    if kind is None:
        raise CheckpointError(
            f"{path}: a vocoder of the kind '{header['kind']}'; known here: {', '.join(KINDS)}",
            hint="a later version of glowvox may know it",
        )
    mel = config.build(header["mel"], MelConfig, where=str(path))
    model = kind.build(config.build(header["config"], kind.settings, where=str(path)), mel)
    require_fit(model, weights, path)
    model.load_state_dict(weights)
    return model.eval(), mel


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    header, weights = read_tensors(path, FORMAT)
    if header.keys() != {"kind", "config", "mel"}:
        raise CheckpointError(f"{path}: not a {FORMAT.name} of glowvox", hint=FORMAT.hint)
    return header, weights
