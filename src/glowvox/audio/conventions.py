"""The mel conventions of published systems, by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from glowvox.audio.mel import MelConfig, Normalisation
from glowvox.config import load, near
from glowvox.errors import UsageError

HOUSE = "hifi-gan-22k"

CONVENTIONS: Mapping[str, MelConfig] = MappingProxyType(
    {
        HOUSE: MelConfig(),
        "hifi-gan-22k-full": MelConfig(high=11025.0),
        "tacotron-22k": MelConfig(padding="centred", epsilon=0.0),
        "bigvgan-24k": MelConfig(sample_rate=24000, bands=100, high=12000.0),
        "vocos-24k": MelConfig(
            sample_rate=24000,
            bands=100,
            high=12000.0,
            scale="htk",
            norm="none",
            padding="centred",
            epsilon=0.0,
            floor=1e-7,
        ),
        "coqui-22k": MelConfig(
            high=11025.0,
            padding="centred",
            epsilon=0.0,
            floor=1e-8,
            compression="log10",
            gain=20.0,
            normalisation=Normalisation(),
        ),
    }
)


def convention(name_or_file: str) -> MelConfig:
    """A convention by its name, or read from a TOML file of `MelConfig` fields.

    raises  UsageError for a name that is neither; ConfigError for a file that is wrong
    """
    if name_or_file in CONVENTIONS:
        return CONVENTIONS[name_or_file]
    path = Path(name_or_file)
    if path.suffix == ".toml" or path.exists():
        return load(path, MelConfig)
    raise UsageError(
        f"'{name_or_file}' is neither a mel convention nor a TOML file{near(name_or_file, [*CONVENTIONS])}"
    )
