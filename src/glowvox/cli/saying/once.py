"""One text, spoken to a file, down a pipe or through the loudspeakers, as it is made."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from glowvox.cli.saying.attention import draw_attention, require_attention
from glowvox.cli.saying.captions import check_captions, write_captions
from glowvox.cli.saying.heard import Heard, something
from glowvox.cli.saying.text import NoteTaker, content, refuse_notes
from glowvox.cli.speaking import refuse_without_times
from glowvox.errors import UsageError

if TYPE_CHECKING:
    from glowvox.audio.wave import Audio
    from glowvox.cli.saying.asked import Asked

FALLBACK = Path("glowvox.wav")  # where nothing can play


def say_once(asked: Asked) -> None:
    """Speak the text of the arguments, files or standard input."""
    check_sink(asked)
    manner = asked.manner()
    text = content(asked.text, asked.files)
    voice = asked.open_voice(threads=asked.threads)
    if asked.captions:
        refuse_without_times(voice)
    if asked.attention is not None:
        require_attention(voice)
    if asked.strict:
        refuse_notes(text, voice.front_end)

    def pieces() -> Iterator[Audio]:
        return something(voice.stream(text, **manner))

    taker = NoteTaker(voice.front_end)
    voice.front_end = taker
    try:
        heard, place = _deliver(asked, pieces, voice.sample_rate, 0 if asked.quiet else len(text))
    finally:
        if not asked.quiet:
            taker.tell()
    write_captions(asked.captions, text, heard)
    if asked.attention is not None:
        draw_attention(voice, text, manner, asked.attention)
    if asked.as_json:
        found = {"text": text, "voice": voice.name, "seed": asked.seed, "output": place, **heard.record()}
        click.echo(json.dumps(found, ensure_ascii=False))
    if not asked.quiet and place:
        click.echo(f"{place}: {heard.seconds:.1f} s of speech, {heard.pace:.0f} × real time", err=True)


def check_sink(asked: Asked) -> None:
    """Refuse what could not be delivered, before any work is done.

    raises  UsageError for contradicting options, a place that cannot be written, audio on a terminal
    """
    from glowvox.audio.write import check_target

    to_stdout = asked.raw or asked.output == "-"
    if asked.raw and asked.output not in (None, "-"):
        raise UsageError("--raw writes to standard output and -o to a file: give one of them")
    if to_stdout and asked.as_json:
        raise UsageError(
            "--json and the sound both want standard output", hint="--times FILE writes the same to a file"
        )
    if to_stdout and sys.stdout.isatty():
        raise UsageError("audio is not written to a terminal", hint="redirect it: … -o - > speech.wav")
    if asked.output is not None and not to_stdout:
        check_target(Path(asked.output))
    check_captions(asked.captions, asked.output)


def _deliver(
    asked: Asked, pieces: Callable[[], Iterator[Audio]], sample_rate: int, length: int
) -> tuple[Heard, str | None]:
    """Send the speech where it should go; what was heard, and the file it is in.

    length  of the text (characters) where progress is to be told, else 0
    """
    from glowvox.audio.play import CannotPlay, player_names

    heard = Heard(times=bool(asked.captions) or asked.as_json, length=length)
    if asked.raw or asked.output == "-":
        if asked.raw and not asked.quiet:
            click.echo(f"{sample_rate} 1 s16le", err=True)
        to_stream(heard, pieces(), sys.stdout.buffer, raw=asked.raw)
        return heard, None
    if asked.output is None and player_names():
        try:
            to_player(heard, pieces())
        except CannotPlay:
            heard = Heard(times=heard.times, length=length)
        else:
            return heard, None
    path = Path(asked.output) if asked.output is not None else FALLBACK
    to_file(heard, pieces(), path)
    return heard, str(path)


def to_player(heard: Heard, pieces: Iterator[Audio]) -> None:
    """Play the speech as it is made.

    raises  CannotPlay where nothing here can
    """
    from glowvox.audio.play import play

    first, rest = _first(pieces)
    play(heard.listen(rest), first.sample_rate)


def to_file(heard: Heard, pieces: Iterator[Audio], path: Path) -> None:
    """Write the speech to a file, which appears whole or not at all."""
    from glowvox.audio.write import writing

    first, rest = _first(pieces)
    with writing(path, first.sample_rate, synthetic=True) as file:
        for samples in heard.listen(rest):
            file.write(samples)


def to_stream(heard: Heard, pieces: Iterator[Audio], stream: BinaryIO, *, raw: bool) -> None:
    """Write the speech to a pipe as it is made: a WAV file, or bare 16-bit samples."""
    from glowvox.audio.pcm import pcm16
    from glowvox.audio.write import WavFile

    first, rest = _first(pieces)
    file = None if raw else WavFile(stream, first.sample_rate, synthetic=True)
    for samples in heard.listen(rest):
        if file is None:
            stream.write(pcm16(samples).tobytes())
        else:
            file.write(samples)
        stream.flush()
    if file is not None:
        file.finish()
        stream.flush()


def _first(pieces: Iterator[Audio]) -> tuple[Audio, Iterator[Audio]]:
    """The first piece, and all of them."""
    first = next(pieces)
    return first, chain([first], pieces)
