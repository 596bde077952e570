"""What every run opens with: its prepared data, and whether its folder was begun with the same settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from glowvox.config import plain
from glowvox.data.prepared import Clip, Prepared
from glowvox.errors import CorpusError, UsageError
from glowvox.train.config import RunConfig
from glowvox.train.run import AnySettings


def open_prepared(config: RunConfig, *, sound: bool = False) -> Prepared:
    """The data that a configuration names.

    sound   whether recordings are to be among them
    raises  UsageError where it names none, CorpusError where they have no recordings
    """
    if not config.prepared:
        then = " --sound`" if sound else "`, then `glowvox train prepared/NAME`"
        raise UsageError(
            "nothing to train on: no prepared folder is named",
            hint=f"make one with `glowvox data prepare CORPUS -o prepared/NAME{then}",
        )
    prepared = Prepared.load(Path(config.prepared))
    if sound and not prepared.sound:
        raise CorpusError(
            f"{prepared.folder}: prepared without its recordings, which a vocoder learns from",
            hint="prepare it again with --sound; what is done is kept",
        )
    return prepared


def listed_clips(prepared: Prepared) -> tuple[list[Clip], list[Clip]]:
    """Training and held-out clips.

    raises  CorpusError where there is nothing to train on
    """
    clips = prepared.clips("train")
    if not clips:
        raise CorpusError(f"{prepared.folder}: the train list is empty", hint="see `glowvox data check`")
    return clips, prepared.clips("val")


def require_as_begun(folder: Path, before: AnySettings, asked: AnySettings, names: Iterable[str]) -> None:
    """Refuse to go on with a run that was begun otherwise.

    names   settings that may not change: of the run, or of its training
    raises  UsageError telling the first that differs
    """
    for name in names:
        old, new = (getattr(one if hasattr(one, name) else one.train, name) for one in (before, asked))
        if old != new:
            raise UsageError(
                f"{folder}: this run was begun with other settings: {name} differs ({_difference(old, new)})",
                hint="give the settings it was begun with, or another run folder",
            )


def _difference(old: object, new: object) -> str:
    if isinstance(old, Struct) and isinstance(new, Struct):
        a, b = _flat(plain(old)), _flat(plain(new))
        keys = [key for key in {**a, **b} if a.get(key) != b.get(key)]
        return ", ".join(f"{key}: {a.get(key)} there, {b.get(key)} here" for key in keys)
    if isinstance(old, tuple) and isinstance(new, tuple) and len(old) != len(new):
        return f"{len(old)} there, {len(new)} here"
    return f"{old} there, {new} here"


def _flat(table: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in table.items():
        found |= _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return found
