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
@click.option(
    "--steps", type=click.IntRange(2), default=5, show_default=True, help="How many sounds, both ends included."
)
@click.option("--variation", type=click.FloatRange(0), help="Distance from the mean reading. Default: the voice's own.")
@click.option("-o", "--output", type=PATH, required=True, help="Folder for 1.wav, 2.wav, …; made if missing.")
@click.option("--vocoder", metavar="PLACE", type=PATH, help="A trained vocoder. Default: Griffin-Lim.")
def command(
    *,
    text: str,
    run: str,
    source: str | None,
    target: str | None,
    seed: int,
    to_seed: int | None,
    steps: int,
    variation: float | None,
    output: Path,
    vocoder: Path | None,
) -> None:
    """Speak TEXT on the way from one speaker, or one reading, to another.

    Voices lie on the arc between the two speakers, readings between the two draws of the latent, and every token lasts
    between what the two would give it.

    \b
    glowvox interpolate "Good morning." --run runs/five --from heart --to rms -o way/
    glowvox interpolate "Good morning." --run runs/five --seed 1 --to-seed 2 --steps 9 -o readings/
    """
    from glowvox.audio.wave import write_wav
    from glowvox.cli.conversion import make_folder, open_run
    from glowvox.errors import UsageError

    ends = (source, target or source), (seed, seed if to_seed is None else to_seed)
    if ends[0][0] == ends[0][1] and ends[1][0] == ends[1][1]:
        raise UsageError("both ends are the same", hint="name another speaker (--to) or another reading (--to-seed)")
    voice = open_run(run, vocoder, purpose="interpolating")
    from glowvox.train.conversion import End, interpolate

    first, second = (End(speaker, number) for speaker, number in zip(*ends, strict=True))
    sounds = interpolate(voice, text, first, second, steps=steps, variation=variation)
    for number, audio in enumerate(sounds, start=1):
        if number == 1:
            make_folder(output)
        place = output / f"{number:0{len(str(steps))}}.wav"
        write_wav(place, audio)
        click.echo(f"{place}  {audio.seconds:.2f} s")
