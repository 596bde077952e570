"""Voices as they lie on disk: what each is, whether it is whole, and a place among the user's own."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from glowvox.cli.speaking import user_folder
from glowvox.errors import CheckpointError, GlowvoxError, MissingPart, UsageError
from glowvox.runtime.bundle import is_voice

PROBE = "Hello."


def card(place: Path) -> dict[str, object]:
    """What a voice is, as plain values.

    One that cannot be read says so under `broken`, one that needs an extra under `needs`.
    """
    named: dict[str, object] = {"name": place.stem, "place": str(place)}
    try:
        return _exported(place) if is_voice(place) else _trained(place)
    except MissingPart as error:
        return named | {"needs": error.hint}
    except GlowvoxError as error:
        return named | {"broken": error.message}


def page(place: Path) -> str:
    """The model card of an exported voice.

    raises  UsageError where there is none
    """
    from glowvox.runtime.bundle import Bundle

    if is_voice(place):
        bundle = Bundle(place)
        if "CARD.md" in bundle.settings.files:
            return bundle.read("CARD.md").decode("utf-8", errors="replace").strip()
    raise UsageError(f"{place}: there is no CARD.md in it", hint=f"glowvox voices show {place.stem}")


def verify(place: Path) -> str:
    """Check every file of a voice, load it and speak a word; a line that says so.

    raises  CheckpointError for a voice that is incomplete or changed, UsageError for what is not exported
    """
    from glowvox.runtime.bundle import Bundle
    from glowvox.runtime.places import known_remedy
    from glowvox.runtime.voice import Voice

    if place.is_dir() and not (place / "voice.json").is_file() and (place / "run.toml").is_file():
        raise UsageError(
            f"{place}: a run in training has no checksums", hint=f"export it first: glowvox export {place} -o VOICE"
        )
    with known_remedy(place):
        bundle = Bundle(place)
        bundle.read_all()
        voice = Voice.load(place)
    if not len(voice.say(PROBE)):
        raise CheckpointError(f"{place}: every file is whole, but the voice does not speak")
    size = sum(record.bytes for record in bundle.settings.files.values())
    return f"{voice.name}: {len(bundle.settings.files)} files, {size / 1e6:.1f} MB, all whole; it speaks"


def add(place: Path, *, replace: bool) -> Path:
    """Copy a voice, once it is checked, to the user's own; gives the place of the copy.

    raises  as `verify`; UsageError where one of this name is there already; GlowvoxError where it cannot be copied
    """
    from glowvox.runtime.bundle import Bundle

    if not place.exists():
        raise UsageError(f"{place}: no such folder or file")
    place = place.parent if place.name == "voice.json" else place
    verify(place)
    name = Bundle(place).settings.name
    if not re.fullmatch(r"\w[\w.+-]*", name):
        raise CheckpointError(f"{place}: its name '{name}' cannot be the name of a file")
    own = user_folder()
    target = own / (f"{name}.glowvox" if place.is_file() else name)
    others = [path for path in (own / name, own / f"{name}.glowvox") if path.exists()]
    if others and not replace:
        raise UsageError(
            f"{name}: there is a voice of this name already, {others[0]}", hint="--replace takes its place"
        )
    try:
        own.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".adding-", dir=own) as folder:
            copy = Path(folder) / target.name
            if place.is_file():
                shutil.copyfile(place, copy)
            else:
                _copy_files(place, copy)
            for number, other in enumerate(others):
                other.rename(Path(folder) / f"old-{number}")
            copy.rename(target)
    except OSError as error:
        raise GlowvoxError(f"{target}: cannot write: {error.strerror or error}") from None
    return target


def _copy_files(place: Path, copy: Path) -> None:
    """The files that voice.json names, and itself: nothing else that may lie in the folder."""
    from glowvox.runtime.bundle import SETTINGS, Bundle

    copy.mkdir()
    for name in (*Bundle(place).settings.files, SETTINGS):
        shutil.copyfile(place / name, copy / name)


def _exported(place: Path) -> dict[str, object]:
    from glowvox.runtime.bundle import Bundle

    settings = Bundle(place).settings
    size = sum(record.bytes for record in settings.files.values())
    return {
        "name": place.stem if place.is_file() else place.name,
        "place": str(place),
        "language": settings.language,
        "speakers": list(settings.speakers),
        "experimental": list(settings.experimental),
        "sample_rate": settings.mel.sample_rate,
        "front_end": settings.front_end,
        "vocoder": settings.vocoder.kind,
        "precision": [f"{graph}: {precision}" for graph, precision in settings.precision.items()],
        "size": f"{size / 1e6:.1f} MB",
        "data": settings.data,
        "licence": settings.licence,
        "consent": settings.consent,
        "made_with": settings.made_with,
    }


def _trained(place: Path) -> dict[str, object]:
    from glowvox.cli.extras import needs_train

    with needs_train("looking into a run or weights file"):
        from glowvox.train.listing import describe
    return describe(place)
