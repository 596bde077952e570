"""The trained voice that new ones begin with, and its vocoder: files of weights, which the wheel does not hold."""

from __future__ import annotations

from pathlib import Path

import glowvox
from glowvox.cli.speaking import user_folder
from glowvox.errors import UsageError

BASE = "duo.safetensors"


def base_place(given: Path | None) -> Path:
    """The weights to begin with: those given, else the project's own where they can be found.

    They are looked for in `weights` here, in the user's own folder of weights, and in the clone that the package runs
    from.

    raises  UsageError where there are none
    """
    if given is not None:
        if not given.exists():
            raise UsageError(f"--base {given}: no such file or folder")
        return given
    for folder in _folders():
        if (folder / BASE).is_file():
            return folder / BASE
    raise UsageError(
        f"no voice to begin with: {BASE} is not here, and an installed glowvox has no weights that can train",
        hint=f"take weights/{BASE} from a clone of glowvox, put it into {_folders()[1]} or give it: --base FILE. "
        "A run of your own does as well: --base runs/NAME",
    )


def vocoder_place(base: Path) -> Path | None:
    """The vocoder that goes with a base: NAME-vocoder.safetensors beside NAME.safetensors, where it is there."""
    beside = base.with_name(f"{base.stem}-vocoder.safetensors")
    return beside if base.is_file() and beside.is_file() else None


def _folders() -> tuple[Path, ...]:
    clone = Path(glowvox.__file__).resolve().parents[2] / "weights"
    return Path("weights"), user_folder().with_name("weights"), clone
