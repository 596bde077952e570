"""`glowvox say`."""

from __future__ import annotations

from pathlib import Path

import click

FILE = click.Path(path_type=Path, dir_okay=False)
SOUND_FORMATS = ("wav", "flac", "mp3", "ogg", "opus")


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
    help="File to write, .wav, .flac, .mp3, .ogg or .opus; '-' writes WAV to standard output. Without it the text is "
    "played, or written to glowvox.wav where nothing can play.",
)
@click.option("--raw", is_flag=True, help="Write bare 16-bit little-endian samples to standard output.")
@click.option(
    "--batch",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Speak a table, a file a line: id, tab, text[, speaker[, speed[, seed]]], or JSON objects of these keys. "
    "Needs --output-dir; the same command again makes only what is missing.",
)
@click.option("--loop", is_flag=True, help="Stay, and speak each line of standard input as it comes.")
@click.option("--output-dir", type=click.Path(path_type=Path), help="Folder for the files of --batch and --loop.")
@click.option(
    "--format",
    "sound_format",
    type=click.Choice(SOUND_FORMATS),
    default="wav",
    show_default=True,
    help="Of the files of --batch and --loop.",
)
@click.option("--srt", type=FILE, help="Also write subtitles (SubRip).")
@click.option("--vtt", type=FILE, help="Also write subtitles (WebVTT).")
@click.option("--textgrid", type=FILE, help="Also write the times of words and phonemes for Praat.")
@click.option("--times", type=FILE, help="Also write the times of words and phonemes as JSON.")
@click.option("--json", "as_json", is_flag=True, help="What was spoken, with all times, as JSON on standard output.")
@click.option(
    "--voice",
    metavar="PLACE",
    help="A voice folder, a .glowvox file, a run folder, a weights file, or the name of one that glowvox voices lists. "
    "Default: GLOWVOX_VOICE, else the voice that comes with glowvox.",
)
@click.option(
    "--vocoder",
    type=click.Path(path_type=Path),
    metavar="PLACE",
    help="What makes the sound of a run or weights file: a vocoder's run folder or file, imported ones too. "
    "Default: Griffin-Lim. An exported voice has its own.",
)
@click.option(
    "--speaker",
    metavar="NAME",
    help="Who speaks, in a voice of several; a blend is anna:0.6,ben:0.4. Default: the voice's first.",
)
@click.option("--speed", type=float, help="2 is twice as fast. Default: 1.")
@click.option("--length-scale", type=float, help="1 / speed, for those who are used to it.")
@click.option(
    "--variation",
    "--noise-scale",
    type=click.FloatRange(0, 2),
    help="How freely the voice strays from its average reading; at 0 the seed changes nothing. "
    "Default: the voice's own.",
)
@click.option("--style", type=FILE, help="A style to speak in, from glowvox style.")
@click.option(
    "--gate",
    type=click.FloatRange(0, 1),
    help="Of a Flowtron: probability of the end above which a sentence ends. Default: the voice's own, 0.5.",
)
@click.option(
    "--attention-temperature",
    type=float,
    help="Of a Flowtron: below 1 it looks at fewer symbols at once. Default: 1.",
)
@click.option(
    "--attention", type=FILE, metavar="PNG", help="Also draw mel, gate and attention of a Flowtron's run, by sentence."
)
@click.option("--volume", type=float, default=1.0, show_default=True, help="Times the amplitude.")
@click.option(
    "--sentence-pause",
    "--sentence-silence",
    type=float,
    metavar="SECONDS",
    help="Silence between sentences. Default: the voice's own.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Same seed, same speech.")
@click.option("--lexicon", type=FILE, help="Your own pronunciations, one word a line.")
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    envvar="GLOWVOX_THREADS",
    help="Processor cores for a sentence; with --batch, texts spoken at once.",
)
@click.option("--strict", is_flag=True, help="Fail where a symbol cannot be spoken, instead of reporting it.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing on standard error but errors.")
def command(**options: object) -> None:
    """Speak a text.

    \b
      glowvox say "The tide turned at noon."
      glowvox say -f chapter.txt -o chapter.mp3 --srt chapter.srt
      echo "From a pipe." | glowvox say -o - > pipe.wav
      glowvox say --voice runs/me --speaker anna --speed 1.2 "It is me." -o me.wav
      glowvox say --batch sentences.tsv --output-dir spoken --threads 4

    Text may hold [pause:0.5s], {HH AH0 L OW1} and [word](/W ER1 D/). The sound is written or played while it is made.
    A run in training or a weights file speaks through torch, and more slowly than the voice that glowvox export makes
    of it.
    """
    import msgspec

    from glowvox.cli.saying.asked import Asked
    from glowvox.errors import UsageError

    asked = msgspec.convert(options, Asked)
    if asked.loop and asked.batch:
        raise UsageError("--loop and --batch exclude each other: give one of them")
    if asked.loop:
        from glowvox.cli.saying.loop import say_loop

        say_loop(asked)
    elif asked.batch:
        from glowvox.cli.saying.batch import say_batch

        say_batch(asked)
    elif asked.output_dir:
        raise UsageError("--output-dir goes with --batch or --loop; a single text takes -o FILE")
    else:
        from glowvox.cli.saying.once import say_once

        say_once(asked)
