"""`glowvox speakers`: who speaks in a trained voice, and one speaker more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glowvox.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

PATH = click.Path(path_type=Path)


@click.group("speakers", short_help="List the speakers of a trained run, or add one.")
def command() -> None:
    """List the speakers of a trained run, or add one without touching the others."""


@command.command("list")
@click.argument("run", metavar="RUN", type=PATH)
def list_command(*, run: Path) -> None:
    """Print the names of a run's or weights file's speakers, one a line."""
    from glowvox.cli.extras import needs_train

    with needs_train("reading a run"):
        from glowvox.train.listing import describe
    for name in describe(run)["speakers"]:
        click.echo(name)


@command.command("add")
@click.argument("run", metavar="RUN", type=PATH)
@click.argument("name", metavar="NAME")
@click.option("-o", "--output", required=True, type=PATH, help="Run folder to write; RUN stays as it is.")
@click.option("--like", metavar="SPEAKER", help="Begin as this speaker of the voice.  [default: the mean of all]")
@click.option(
    "--d-vectors", multiple=True, type=PATH, metavar="FILE", help="File of speaker vectors with NAME in it. Repeatable."
)
@click.option("--recordings", type=PATH, metavar="FOLDER", help="Corpus of NAME for the speaker encoder to listen to.")
def add_command(
    *, run: Path, name: str, output: Path, like: str | None, d_vectors: tuple[Path, ...], recordings: Path | None
) -> None:
    """Write RUN again with one more speaker, NAME.

    A voice that is told its speakers by vectors (trained with --d-vectors) speaks as the new one at once. One that
    learnt a table begins NAME as another speaker; a few minutes on a few recordings then teach it that row alone, which
    leaves all other speakers as they are, to the bit.

    \b
    glowvox speakers add runs/two anna --recordings anna/ -o runs/three
    glowvox speakers add runs/two anna --like ben -o runs/three
    glowvox train prepared/anna --finetune-from runs/three --train-only 'speaker_table.*' --only-speaker anna
    """
    from glowvox.cli.extras import needs_train

    if len(d_vectors) and recordings is not None:
        raise UsageError("--d-vectors and --recordings both tell how the new speaker sounds: give one of them")
    with needs_train("adding a speaker"):
        from glowvox.train.speaker_rows import add_speaker
    made = add_speaker(run, output, name, vector=_vector(name, d_vectors, recordings), like=like)
    click.echo(f"{made.folder}: {len(made.settings.speakers)} speakers, the last of them {name}")


def _vector(name: str, files: tuple[Path, ...], recordings: Path | None) -> npt.NDArray[np.float32] | None:
    """The new speaker's vector, where one was asked for."""
    if files:
        from glowvox.train.vector_files import read_vectors

        found: npt.NDArray[np.float32] = read_vectors(files).of([name])[0]
        return found
    if recordings is None:
        return None
    import numpy as np

    from glowvox.cli.embed import corpus_recordings, heard

    embedded = heard(corpus_recordings((recordings,), name), most=None)
    mean: npt.NDArray[np.float32] = np.mean([vector for _, vector in embedded.clips.values()], axis=0).astype(
        np.float32
    )
    return mean
