"""`glowvox interpolate`."""

from __future__ import annotations

from pathlib import Path

import click

PATH = click.Path(path_type=Path)


@click.command("interpolate")
@click.argument("text")
@click.option("--run", metavar="PLACE", required=True, help="Run folder or weights file that knows the speakers.")
@click.option("--from", "source", metavar="NAME", help="Speaker to start from. Default: the run's first.")
@click.option("--to", "target", metavar="NAME", help="Speaker to end with. Default: the one of --from.")
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the reading to start from: its latent."
)
@click.option("--to-seed", type=click.IntRange(0), help="Of the reading to end with. Default: the one of --seed.")
@click.option("--from-style", type=PATH, metavar="FILE", help="Style to start from, from glowvox style.")
@click.option("--to-style", type=PATH, metavar="FILE", help="Style to end with. Default: the average reading.")
@click.option(
    "--over-time", is_flag=True, help="One sound that changes on its way, instead of several; OUTPUT is then a WAV."
)
@click.option(
    "--steps", type=click.IntRange(2), default=5, show_default=True, help="How many sounds, both ends included."
)
@click.option("--variation", type=click.FloatRange(0), help="Distance from the mean reading. Default: the voice's own.")
@click.option(
    "-o",
    "--output",
    type=PATH,
    required=True,
    help="Folder for 1.wav, 2.wav, …; made if missing. A WAV with --over-time.",
)
@click.option("--vocoder", metavar="PLACE", type=PATH, help="A trained vocoder. Default: Griffin-Lim.")
def command(
    *,
    text: str,
    run: str,
    source: str | None,
    target: str | None,
    seed: int,
    to_seed: int | None,
    from_style: Path | None,
    to_style: Path | None,
    over_time: bool,
    steps: int,
    variation: float | None,
    output: Path,
    vocoder: Path | None,
) -> None:
    """Speak TEXT on the way from one speaker, reading or style to another.

    Voices lie on the arc between the two speakers (of a Flowtron: on the line), readings between the two draws of the
    latent, styles between their means, and of a Glow-TTS every token lasts between what the two would give it.

    \b
    glowvox interpolate "Good morning." --run runs/five --from heart --to rms -o way/
    glowvox interpolate "Good morning." --run runs/five --seed 1 --to-seed 2 --steps 9 -o readings/
    glowvox interpolate "Good morning." --run runs/reader --to-style lively.npz --over-time -o a.wav
    """
    from glowvox.audio.wave import write_wav
    from glowvox.cli.conversion import make_folder, open_run
    from glowvox.errors import UsageError
    from glowvox.runtime.style import read_style

    names = (source, target or source), (seed, seed if to_seed is None else to_seed), (from_style, to_style)
    if all(first == second for first, second in names):
        raise UsageError(
            "both ends are the same",
            hint="name another speaker (--to), another reading (--to-seed) or another style (--to-style)",
        )
    if over_time and output.suffix.lower() != ".wav":
        raise UsageError(f"-o {output}: --over-time makes one sound: expected a name that ends in .wav")
    styles = [None if place is None else read_style(place) for place in names[2]]
    voice = open_run(run, vocoder, purpose="interpolating")
    from glowvox.train import interpolation
    from glowvox.train.interpolation import End, interpolate

    first, second = (End(*end) for end in zip(names[0], names[1], styles, strict=True))
    if over_time:
        audio = interpolation.over_time(voice, text, first, second, variation=variation)
        write_wav(output, audio)
        click.echo(f"{output}  {audio.seconds:.2f} s")
        return
    sounds = interpolate(voice, text, first, second, steps=steps, variation=variation)
    for number, audio in enumerate(sounds, start=1):
        if number == 1:
            make_folder(output)
        place = output / f"{number:0{len(str(steps))}}.wav"
        write_wav(place, audio)
        click.echo(f"{place}  {audio.seconds:.2f} s")
