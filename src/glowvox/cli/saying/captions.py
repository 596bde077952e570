"""Files that say what is spoken when."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from glowvox.errors import UsageError

if TYPE_CHECKING:
    from glowvox.cli.saying.heard import Heard


def check_captions(captions: dict[str, Path], output: str | None) -> None:
    """Refuse, before anything is spoken, files that could not be written.

    raises  UsageError for a missing folder, a place that is a folder, or one file for two things
    """
    taken = {Path(output).resolve()} if output and output != "-" else set()
    for kind, path in captions.items():
        if not path.parent.is_dir():
            raise UsageError(f"--{kind} {path}: the folder {path.parent} does not exist", hint="make it first")
        if path.exists() and not path.is_file():
            raise UsageError(f"--{kind} {path}: cannot write: it is a folder or a device")
        if path.resolve() in taken:
            raise UsageError(f"--{kind} {path}: something else is written to this file already")
        taken.add(path.resolve())


def write_captions(captions: dict[str, Path], text: str, heard: Heard) -> None:
    """Write the subtitles and times that are wanted."""
    from glowvox.audio.captions import srt, vtt
    from glowvox.files import write_text

    for kind, path in captions.items():
        if kind == "srt":
            write_text(path, srt(text, heard.words))
        elif kind == "vtt":
            write_text(path, vtt(text, heard.words))
        elif kind == "textgrid":
            write_text(path, _textgrid(path.stem, heard))
        else:
            write_text(path, json.dumps({"text": text, **heard.record()}, ensure_ascii=False, indent=1) + "\n")


def _textgrid(name: str, heard: Heard) -> str:
    from glowvox.evaluate.textgrid import dump_textgrid
    from glowvox.evaluate.tiers import Alignment, Interval, Tier

    tiers = tuple(
        Tier(kind, tuple(Interval(t.start_s, t.end_s, t.text) for t in timed))
        for kind, timed in (("words", heard.words), ("phones", heard.phonemes))
    )
    return dump_textgrid(Alignment(name, heard.seconds, tiers))
