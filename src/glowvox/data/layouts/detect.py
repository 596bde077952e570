"""The layouts by name, and which one a folder or table has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from glowvox.config import near
from glowvox.data.audio_files import AudioFiles
from glowvox.data.layouts import (
    common_voice,
    coqui,
    css10,
    filelist,
    folder,
    libritts,
    ljspeech,
    mailabs,
    piper,
    vctk,
)
from glowvox.data.layouts.listing import Listing, Source
from glowvox.errors import ConfigError, CorpusError


@dataclass(frozen=True, slots=True)
class Layout:
    """How one kind of corpus is recognised and read.

    sign     what its folder has, in words
    find     a file by which a folder shows itself, or None
    matches  whether a table given by name is of this layout; None where the layout has no table
    """

    sign: str
    find: Callable[[Path], Path | None]
    read: Callable[[Source], Listing]
    matches: Callable[[Path], bool] | None = None


# In the order they are tried: tables first, for they are quickly found. LJSpeech takes any `|` table that is left.
LAYOUTS: dict[str, Layout] = {
    "coqui": Layout("metadata*.csv with the header audio_file|text|…", coqui.find, coqui.read, coqui.matches),
    "piper": Layout("metadata.csv of file|text or file|speaker|text", piper.find, piper.read, piper.matches),
    "ljspeech": Layout(
        "metadata.csv of id|text or id|raw|normalised, recordings in wavs/",
        ljspeech.find,
        ljspeech.read,
        ljspeech.matches,
    ),
    "common-voice": Layout(
        "train.tsv or validated.tsv with clips/", common_voice.find, common_voice.read, common_voice.matches
    ),
    "css10": Layout("transcript.txt of path|text|normalised|seconds", css10.find, css10.read, css10.matches),
    "filelist": Layout("*train*.txt of path|text|speaker", filelist.find, filelist.read, filelist.matches),
    "vctk": Layout("txt/SPEAKER/NAME.txt with wav48*/SPEAKER/", vctk.find, vctk.read),
    "libritts": Layout("SPEAKER/CHAPTER/NAME.normalized.txt beside NAME.wav", libritts.find, libritts.read),
    "m-ailabs": Layout("SPEAKER/BOOK/metadata.csv with wavs/", mailabs.find, mailabs.read),
    "folder": Layout("NAME.txt beside each NAME.wav", folder.find, folder.read),
}


def detect(source: Source, wanted: str | None) -> str:
    """The name of the layout to read a corpus with.

    wanted  a layout by name, which is then used without looking
    raises  ConfigError for an unknown name, CorpusError saying what was looked for where none fits
    """
    if wanted is not None:
        if wanted not in LAYOUTS:
            raise ConfigError(f"unknown layout '{wanted}'{near(wanted, list(LAYOUTS))}")
        return wanted
    if source.table is not None:
        return _of_table(source.table)
    found = next((name for name, layout in LAYOUTS.items() if layout.find(source.root) is not None), None)
    if found is None:
        raise _nothing_found(source.root)
    return found


def _of_table(table: Path) -> str:
    order = sorted(LAYOUTS, key=lambda name: name == "ljspeech")
    found = next((name for name in order if (matches := LAYOUTS[name].matches) is not None and matches(table)), None)
    if found is None:
        raise CorpusError(
            f"{table}: not a table of a known layout",
            hint="a table is .csv, .tsv or .txt; --layout NAME says which: " + ", ".join(LAYOUTS),
        )
    return found


def _nothing_found(root: Path) -> CorpusError:
    signs = "\n".join(f"  {name:<13} {layout.sign}" for name, layout in LAYOUTS.items())
    recordings = len(AudioFiles([root]))
    tables = sorted(path.name for path in root.glob("*") if path.suffix.lower() in (".csv", ".tsv"))
    there = f"{recordings} recordings" if recordings else "no recording (.wav, .flac, .ogg, .opus, .mp3)"
    if tables:
        there += f" and the tables {', '.join(tables[:5])}{' …' if len(tables) > 5 else ''}: give one by name"
    return CorpusError(f"{root}: no corpus of a known layout; it has {there}", hint=f"looked for\n{signs}")
