"""Finding the voice a command should speak with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from glowvox.errors import UsageError

if TYPE_CHECKING:
    from glowvox.train.speaker import Speaker


def places(folders: tuple[Path, ...]) -> list[Path]:
    """The run folders and weights files in some folders (or those that are such themselves), in order of name."""
    found: list[Path] = []
    for folder in folders:
        if folder.suffix == ".safetensors" or (folder / "run.toml").is_file():
            found.append(folder)
        elif folder.is_dir():
            found += sorted(
                path for path in folder.iterdir() if path.suffix == ".safetensors" or (path / "run.toml").is_file()
            )
    return found


def default_folders() -> tuple[Path, ...]:
    """Where voices are looked for: GLOWVOX_VOICE_PATH, else `weights` and `runs` of the current folder."""
    listed = os.environ.get("GLOWVOX_VOICE_PATH")
    if listed:
        return tuple(Path(part) for part in listed.split(os.pathsep) if part)
    return (Path("weights"), Path("runs"))


def voice_place(voice: str | None) -> Path:
    """The run folder or weights file meant by `--voice` (or GLOWVOX_VOICE): a path, or the name of one found.

    raises  UsageError where nothing fits, listing what there is
    """
    wanted = voice or os.environ.get("GLOWVOX_VOICE")
    found = places(default_folders())
    if wanted is None:
        if found:
            return found[0]
        raise UsageError(
            "no voice to speak with: this version has none built in yet",
            hint="name one: --voice RUN_FOLDER or --voice WEIGHTS.safetensors (a clone has one in weights/)",
        )
    if Path(wanted).exists():
        return Path(wanted)
    for place in found:
        if wanted in (place.name, place.stem):
            return place
    names = ", ".join(place.stem for place in found) or "none"
    raise UsageError(f"no voice '{wanted}': neither a path nor a name found here", hint=f"found: {names}")


def speaker_of_run(voice: str | Path | None, *, lexicon: Path | None = None) -> Speaker:
    """Load the voice that `--voice` or `--run` means."""
    from glowvox.cli.extras import needs_train

    with needs_train("speaking with a run"):
        from glowvox.train.speaker import Speaker
    return Speaker.load(voice_place(str(voice) if voice else None), lexicon=lexicon)
