"""Voices by name: those that come with the package, and those of the user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from glowvox.config import near
from glowvox.errors import CheckpointError, UsageError
from glowvox.runtime.bundle import ENDING, is_voice
from glowvox.runtime.voice import Voice

DEFAULT = "default"
BUNDLED = Path(__file__).parent.parent / "voices"
AGAIN = "pip install --force-reinstall --no-deps glowvox"


def folders() -> tuple[Path, ...]:
    """Where voices are looked for by name: the package, then the folder that `glowvox voices add` fills."""
    return BUNDLED, Path.home() / ".local" / "share" / "glowvox" / "voices"


def find(wanted: str | Path) -> Path:
    """The voice at a path or of a name; "default" is the first there is.

    raises  UsageError where there is none, listing those there are; CheckpointError where there is no default
    """
    if is_voice(Path(wanted)):
        return Path(wanted)
    found = [place for folder in folders() if folder.is_dir() for place in sorted(folder.iterdir()) if is_voice(place)]
    names = [place.name.removesuffix(ENDING) for place in found]
    if wanted == DEFAULT:
        if not found:
            raise no_voice()
        return found[0]
    if wanted in names:
        return found[names.index(str(wanted))]
    if Path(wanted).exists():
        return Path(wanted)  # and be told what is wrong with it
    known = near(str(wanted), names) if names else "; no voices are installed"
    raise UsageError(
        f"no voice '{wanted}': neither a voice folder, nor a {ENDING} file, nor a name{known}",
        hint="make one with: glowvox export RUN -o VOICE; add one with: glowvox voices add VOICE",
    )


@lru_cache(maxsize=2)
def default_voice() -> Voice:
    """The voice that speaks where none is named, loaded once."""
    place = find(DEFAULT)
    with known_remedy(place):
        return Voice.load(place)


def no_voice() -> CheckpointError:
    """What is wrong where not even the voice of the package is there."""
    return CheckpointError(
        f"no voice to speak with: the one that comes with glowvox is not in {BUNDLED}",
        hint=f"this installation is not whole; once more: {AGAIN}",
    )


@contextmanager
def known_remedy(place: Path) -> Iterator[None]:
    """What is wrong with a voice that is read meanwhile; of one of the package, how to get it again.

    raises  CheckpointError as the reading does
    """
    try:
        yield
    except CheckpointError as error:
        if place.parent != BUNDLED:
            raise
        raise CheckpointError(error.message, hint=f"this installation is not whole; once more: {AGAIN}") from None
