"""The layouts by name, and which one a folder has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from glowvox.config import near
from glowvox.data.layouts import ljspeech
from glowvox.data.layouts.listing import Listing, Source
from glowvox.errors import ConfigError, CorpusError


@dataclass(frozen=True, slots=True)
class Layout:
    """How one kind of corpus is recognised and read.

    sign  what its folder has, in words
    """

    sign: str
    find: Callable[[Path], Path | None]
    read: Callable[[Source], Listing]


LAYOUTS: dict[str, Layout] = {
    "ljspeech": Layout("metadata.csv of id|text|normalised, recordings in wavs/", ljspeech.find, ljspeech.read),
}


def detect(source: Source, wanted: str | None) -> str:
    """The name of the layout to read a corpus with."""
    if wanted is not None:
        if wanted not in LAYOUTS:
            raise ConfigError(f"unknown layout '{wanted}'{near(wanted, list(LAYOUTS))}")
        return wanted
    return "ljspeech"
