"""Line by line for as long as there are lines, with the voice kept in memory."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glowvox.cli.saying.heard import Heard, something
from glowvox.cli.saying.once import to_file, to_player, to_stream
from glowvox.cli.saying.rows import COLUMNS, Row, parse_row
from glowvox.cli.saying.text import NoteTaker, refuse_notes
from glowvox.errors import GlowvoxError, TextError, UsageError

if TYPE_CHECKING:
    from glowvox.cli.saying.asked import Asked
    from glowvox.cli.speaking import Speaking
    from glowvox.runtime.manner import Options


def say_loop(asked: Asked) -> None:
    """Speak each line of standard input as it comes, until there are no more; lines that fail are told.

    A line is a text, or a JSON object with text and, if wanted, id, speaker, speed and seed.
    """
    _check(asked)
    manner = asked.manner()
    voice = asked.open_voice(threads=asked.threads)
    if not asked.quiet:
        if asked.raw:
            click.echo(f"{voice.sample_rate} 1 s16le", err=True)
        elif sys.stdin.isatty():
            click.echo(f"{voice.name}: a line is spoken when you press Enter; Ctrl-D ends", err=True)
    taker = NoteTaker(voice.front_end)
    voice.front_end = taker
    failed = 0
    for number, line in enumerate(_lines(), start=1):
        try:
            row = _row(line, f"{number:06d}")
            _say(asked, voice, row, row.manner(manner))
        except GlowvoxError as error:
            failed += 1
            click.echo(f"error: line {number}: {error}", err=True)
        if not asked.quiet:
            taker.tell()
    if failed:
        raise GlowvoxError(f"{failed} lines could not be spoken")


def _check(asked: Asked) -> None:
    from glowvox.audio.play import player_names

    if asked.text or asked.files or asked.output or asked.captions or asked.attention:
        raise UsageError("--loop reads lines from standard input: it takes no text, -f, -o or captions")
    if asked.raw and (asked.output_dir or asked.as_json):
        raise UsageError("--raw writes to standard output: it goes with neither --output-dir nor --json")
    if asked.raw and sys.stdout.isatty():
        raise UsageError("audio is not written to a terminal", hint="send it to a player: … --loop --raw | aplay …")
    if asked.output_dir is not None and not asked.output_dir.is_dir():
        raise UsageError(f"--output-dir {asked.output_dir}: there is no such folder", hint="make it first")
    if not asked.raw and asked.output_dir is None and not player_names():
        raise UsageError(
            "nothing here can play sound", hint="give --output-dir or --raw, or pip install 'glowvox[play]'"
        )


def _lines() -> Iterator[str]:
    """The lines of standard input that hold something, as they come.

    raises  TextError for bytes that are no text
    """
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        yield from (line.strip() for line in sys.stdin if line.strip())
        return
    while raw := stream.readline():
        try:
            line = raw.decode("utf-8-sig").strip()
        except UnicodeDecodeError as error:
            raise TextError(f"standard input: not UTF-8 text (byte {error.start} of a line)") from None
        if line:
            yield line


def _row(line: str, id: str) -> Row:
    """A line as a row; what only looks like JSON ("{HH AH0 L OW1}") is text."""
    if line.startswith("{"):
        try:
            table = json.loads(line)
        except json.JSONDecodeError:
            pass
        else:
            return parse_row(json.dumps({"id": id, **table}), COLUMNS, "JSON")
    return Row(id=id, text=line)


def _say(asked: Asked, voice: Speaking, row: Row, manner: Options) -> None:
    """Speak one line to where lines go."""
    if asked.strict:
        refuse_notes(row.text, voice.front_end)
    heard = Heard(times=asked.as_json)
    pieces = something(voice.stream(row.text, **manner))
    place = asked.output_dir / f"{row.id}.{asked.sound_format}" if asked.output_dir is not None else None
    if asked.raw:
        to_stream(heard, pieces, sys.stdout.buffer, raw=True)
    elif place is not None:
        to_file(heard, pieces, place)
    else:
        to_player(heard, pieces)
    _tell(asked, row, heard, place)


def _tell(asked: Asked, row: Row, heard: Heard, place: Path | None) -> None:
    """What is done, on standard output, so that a program that waits for it need not guess."""
    output = str(place) if place is not None else None
    if asked.as_json:
        record = {"id": row.id, "text": row.text, "output": output, **heard.record()}
        click.echo(json.dumps(record, ensure_ascii=False))
    elif output is not None:
        click.echo(output)
    sys.stdout.flush()
