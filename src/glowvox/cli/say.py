"""`glowvox say`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glowvox.errors import TextError, UsageError

if TYPE_CHECKING:
    from glowvox.audio.wave import Audio
    from glowvox.text.frontend import Sentence

PLAYERS = (
    ("pw-play",),
    ("paplay",),
    ("aplay", "-q"),
    ("afplay",),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
)


@click.command("say", short_help="Speak a text.")
@click.argument("text", nargs=-1)
@click.option(
    "-f",
    "--file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Read the text from a file, '-' for standard input. Repeatable.",
)
@click.option(
    "-o",
    "--output",
    type=str,
    help="Write a WAV file here; '-' writes it to standard output. Without it the text is played, or written "
    "to glowvox.wav where nothing can play.",
)
@click.option(
    "--voice",
    metavar="PLACE",
    help="A run folder, a weights file, or the name of one in ./weights or ./runs. Default: GLOWVOX_VOICE, "
    "else the first one found.",
)
@click.option("--speaker", metavar="NAME", help="Who speaks, in a voice of several. Default: the first.")
@click.option("--speed", type=float, default=1.0, show_default=True, help="2 is twice as fast.")
@click.option(
    "--variation",
    "--noise-scale",
    type=click.FloatRange(0, 2),
    help="How freely the voice strays from its average reading; at 0 the seed changes nothing. "
    "Default: the voice's own.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Same seed, same speech.")
@click.option(
    "--lexicon", type=click.Path(path_type=Path, dir_okay=False), help="Your own pronunciations, one word a line."
)
@click.option("--strict", is_flag=True, help="Fail where a symbol cannot be spoken, instead of reporting it.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing on standard error but errors.")
def command(
    *,
    text: tuple[str, ...],
    files: tuple[Path, ...],
    output: str | None,
    voice: str | None,
    speaker: str | None,
    speed: float,
    variation: float | None,
    seed: int,
    lexicon: Path | None,
    strict: bool,
    quiet: bool,
) -> None:
    """Speak a text with a trained run.

    \b
      glowvox say "The tide turned at noon." -o tide.wav
      echo "From a pipe." | glowvox say -o - > pipe.wav
      glowvox say --voice runs/me --speaker anna --speed 1.2 -f chapter.txt -o chapter.wav

    Text may hold [pause:0.5s], {HH AH0 L OW1} and [word](/W ER1 D/). The sound is made by Griffin-Lim from the model's
    mel spectrogram: intelligible, and metallic. Vocoders are a later step.
    """
    content = _content(text, files)
    from glowvox.cli.speaking import speaker_of_run

    person = speaker_of_run(voice, lexicon=lexicon)
    _tell_notes(person.front_end(content), strict=strict, quiet=quiet)
    audio = person.say(content, speaker=speaker, speed=speed, variation=variation, seed=seed)
    if not len(audio.samples):
        raise TextError("there is nothing to speak in this text", hint="see what became of it: glowvox explain TEXT")
    _deliver(audio, output, quiet=quiet)


def _content(text: tuple[str, ...], files: tuple[Path, ...]) -> str:
    """The words of the arguments, else the files, else standard input."""
    if text and files:
        raise UsageError("give the text as an argument or with --file, not both")
    if text:
        return " ".join(text)
    if files:
        return "\n".join(_read(path) for path in files)
    if sys.stdin.isatty():
        raise UsageError("no text given", hint='try: glowvox say "Hello"')
    return sys.stdin.read()


def _read(path: Path) -> str:
    if str(path) == "-":
        return sys.stdin.read()
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise TextError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise TextError(
            f"{path}: not UTF-8 text (byte {error.start})", hint="convert it with: iconv -t utf-8"
        ) from None


def _tell_notes(sentences: list[Sentence], *, strict: bool, quiet: bool) -> None:
    messages = dict.fromkeys(note.message for sentence in sentences for note in sentence.notes)
    if messages and strict:
        raise TextError("; ".join(messages), hint="leave out --strict to speak the rest")
    if not quiet:
        for message in messages:
            click.echo(f"note: {message}", err=True)


def _deliver(audio: Audio, output: str | None, *, quiet: bool) -> None:
    from glowvox.audio.wave import wav_bytes, write_wav

    if output == "-":
        if sys.stdout.isatty():
            raise UsageError("audio is not written to a terminal", hint="redirect it: … -o - > speech.wav")
        sys.stdout.buffer.write(wav_bytes(audio))
        return
    if output is None and _play(audio):
        return
    path = Path(output or "glowvox.wav")
    if path.suffix.lower() != ".wav":
        raise UsageError(f"{path}: only .wav can be written so far", hint=f"use -o {path.with_suffix('.wav')}")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the folder {path.parent} does not exist")
    write_wav(path, audio)
    if not quiet:
        click.echo(f"{path}: {audio.seconds:.1f} s of speech", err=True)


def _play(audio: Audio) -> bool:
    """Play through the system's player, where there is one; says whether it worked."""
    from glowvox.audio.wave import wav_bytes

    for name, *options in PLAYERS:
        if shutil.which(name):
            played = subprocess.run([name, *options, "-"], input=wav_bytes(audio), capture_output=True, check=False)
            if played.returncode == 0:
                return True
    return False
