"""`glowvox style`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

PATH = click.Path(path_type=Path)


@click.command("style")
@click.argument("data", type=PATH)
@click.option(
    "--run", metavar="PLACE", required=True, help="Run folder or weights file of the voice that is to use it."
)
@click.option("-o", "--output", type=PATH, required=True, help="File to write; say --style takes it.")
@click.option("--text", help="What is said, where DATA is one recording and no corpus.")
@click.option("--speaker", metavar="NAME", help="Only recordings of this speaker.")
@click.option("--match", metavar="PATTERN", default="*", help="Only recordings whose id fits, with * and ?.")
@click.option("--most", type=click.IntRange(1), help="No more recordings than this, the first ones.")
@click.option(
    "--hear-as",
    metavar="NAME",
    help="Speaker of the voice to hear all recordings as, where it does not know who speaks. Default: their own.",
)
@click.option(
    "--aggregation",
    type=click.Choice(["time-and-batch", "batch"]),
    default="time-and-batch",
    show_default=True,
    help="One mean over all recordings and times, or a mean for each frame.",
)
@click.option(
    "--strength",
    type=float,
    default=1e-4,
    show_default=True,
    metavar="LAMBDA",
    help="Small follows the recordings, large stays with the average reading: they weigh n / LAMBDA against its 1.",
)
@click.option(
    "--frames",
    type=click.IntRange(1),
    default=300,
    show_default=True,
    help="Length of a style by frame; shorter recordings are repeated up to it.",
)
@click.option(
    "--passes",
    type=click.IntRange(0),
    metavar="N",
    help="Times that a Flowtron says the frames before by itself while it hears. Default: as often as it rehearsed in "
    "training; 0 as published.",
)
def command(
    *,
    data: Path,
    run: str,
    output: Path,
    text: str | None,
    speaker: str | None,
    match: str,
    most: int | None,
    hear_as: str | None,
    aggregation: Literal["time-and-batch", "batch"],
    strength: float,
    frames: int,
    passes: int | None,
) -> None:
    """Take the style of recordings: where they lie in a voice's latent space, beyond their words and speakers.

    DATA is a corpus or prepared folder of reference recordings with their texts, or one recording with --text. They may
    be of speakers that the voice does not know.

    \b
    glowvox style prepared/five --run runs/reader --match 'lively-*' -o lively.npz
    glowvox style laugh.wav --text "Ha, what a day!" --run runs/reader --hear-as anna -o laugh.npz
    glowvox say --voice runs/reader --style lively.npz "It was the best of times."
    """
    from glowvox.cli.conversion import open_run
    from glowvox.errors import UsageError
    from glowvox.files import write_bytes

    if data.is_file() and text is None:
        raise UsageError(f"{data}: one recording needs its text", hint='--text "what is said"; or give a corpus folder')
    if text is not None and not data.is_file():
        raise UsageError(f"--text goes with one recording; {data} is none")
    voice = open_run(run, None, purpose="taking a style")
    from glowvox.train.styling import Posterior, find_style, recording, references, some

    voice.number(hear_as)
    if text is not None:
        found = [recording(voice, data, text)]
    else:
        found = some(references(voice, data, speaker=speaker, match=match), most=most, where=data)
    style = find_style(voice, found, Posterior(aggregation, strength, frames, passes), heard_as=hear_as)
    write_bytes(output, style.content())
    settings = style.settings
    seconds = settings.frames * voice.mel.hop / voice.mel.sample_rate
    click.echo(
        f"{output}: style of {settings.recordings} recordings ({seconds:.1f} s), heard as {settings.heard_as}; "
        f"{float((style.mean**2).mean() ** 0.5):.2f} of a standard deviation from the average reading"
        f", {settings.pace:.2f} times as fast"
    )
