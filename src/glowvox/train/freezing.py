"""Which parameters train: names with wildcards, so that a phase of training leaves the rest as it is."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from glowvox.config import near
from glowvox.errors import ConfigError


def chosen_names(patterns: Sequence[str], names: Sequence[str], *, where: str) -> frozenset[str]:
    """The names that any of the patterns fits.

    patterns  whole names, with * for anything and ? for one character
    where     opens the message of an error
    raises    ConfigError for a pattern that fits nothing, with the nearest name
    """
    found: set[str] = set()
    for pattern in patterns:
        fitting = {name for name in names if fnmatchcase(name, pattern)}
        if not fitting:
            raise ConfigError(
                f"{where}: no parameter is called '{pattern}'{_nearest(pattern, names)}",
                hint="patterns are whole names, with * for anything: 'steps.1.*', '*gate*'",
            )
        found |= fitting
    return frozenset(found)


def _nearest(pattern: str, names: Sequence[str]) -> str:
    """A name that is close, else what names begin with: all of them would fill a page."""
    hint = near(pattern, names)
    return hint if "did you mean" in hint else near(pattern, sorted({name.split(".")[0] for name in names}))
