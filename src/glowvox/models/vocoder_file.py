"""One file that an imported vocoder fits in: its weights, and in the safetensors header all that using them takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from glowvox import config
from glowvox.audio.mel import MelConfig
from glowvox.config import Settings
from glowvox.errors import CheckpointError
from glowvox.files import write_bytes
from glowvox.models.bigvgan import BigVGAN
from glowvox.models.fit import require_fit
from glowvox.models.hifi_gan import HiFiGAN
from glowvox.models.upsampling_config import BigVGANConfig, HiFiGANConfig
from glowvox.models.vocos import Vocos
from glowvox.models.vocos_config import VocosConfig
from glowvox.models.waveglow import WaveGlow
from glowvox.models.waveglow_config import WaveGlowConfig

HEADER = "glowvox-vocoder"


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
    tensors = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    blob = save(tensors, metadata={HEADER: json.dumps(header)})
    write_bytes(path, blob)
    return len(blob)


def is_imported(path: Path) -> bool:
    """Whether a file is one that `write_vocoder` wrote."""
    try:
        with safe_open(path, "pt") as file:
            return HEADER in (file.metadata() or {})
    except (OSError, SafetensorError):
        return False


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
    try:
        with safe_open(path, "pt") as file:
            header = json.loads((file.metadata() or {})[HEADER])
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - a safe_open file is no mapping
    except FileNotFoundError:
        raise CheckpointError(f"{path}: no such file") from None
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path}: not a readable vocoder file: {error}") from None
    except (KeyError, ValueError):
        header, weights = None, {}
    if not isinstance(header, dict) or header.keys() != {"kind", "config", "mel"}:
        raise CheckpointError(
            f"{path}: not a vocoder file of glowvox",
            hint="published checkpoints come in by `glowvox import hifi-gan`, `bigvgan`, `vocos` or `waveglow`",
        )
    return header, weights
