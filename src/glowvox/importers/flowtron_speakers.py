"""The numbers that the published Flowtron code gave its speakers, worked out again from the list it was trained on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from glowvox.errors import ConfigError


def speaker_ranks(column: Iterable[str]) -> dict[str, int]:
    """Speaker → row of the speaker table: their names sorted as text, so that "103" comes before "9"."""
    return {name: rank for rank, name in enumerate(sorted(set(column)))}


def read_speakers(path: Path) -> tuple[str, ...]:
    """The speakers of a list of training files (`path|text|speaker`), in the order of the speaker table.

    raises  ConfigError naming the file, and the line that has no speaker
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as a list of training files: {error}") from None
    column = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        fields = line.strip().split("|")
        if len(fields) < 3 or not fields[2].strip():
            raise ConfigError(f"{path}, line {number}: no speaker; expected path|text|speaker, as in a.wav|Hello.|103")
        column.append(fields[2].strip())
    if not column:
        raise ConfigError(f"{path}: the list is empty; expected one path|text|speaker a line")
    return tuple(speaker_ranks(column))
