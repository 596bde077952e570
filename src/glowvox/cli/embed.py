"""`glowvox data embed`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from glowvox.data.embed import Embedded, Recording

PATH = click.Path(path_type=Path)


@click.command("embed")
@click.argument("data", nargs=-1, required=True, metavar="DATA...", type=PATH)
@click.option("-o", "--output", required=True, type=PATH, help="JSON file to write, in Coqui's layout of d-vectors.")
@click.option("--speaker", metavar="NAME", help="Speaker of rows that name none.  [default: the folder's name]")
@click.option("--most", type=click.IntRange(1), help="Clips of each speaker to listen to.  [default: all]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def command(*, data: tuple[Path, ...], output: Path, speaker: str | None, most: int | None, as_json: bool) -> None:
    """Write the vector that a speaker encoder gives each clip (d-vectors), with its speaker's name.

    DATA are corpora, or one folder prepared with --sound. The encoder is Resemblyzer (Apache-2.0, its weights inside
    the package): pip install librosa scipy && pip install --no-deps resemblyzer webrtcvad-wheels.

    \b
    glowvox data embed my_recordings/ -o vectors.json
    glowvox train prepared/mine --d-vectors vectors.json
    glowvox speakers add runs/mine bob --d-vectors more.json -o runs/mine-and-bob
    """
    from glowvox.cli.extras import needs_train
    from glowvox.data.embed import recordings_in

    with needs_train("writing speaker vectors"):
        from glowvox.train.vector_files import write_vectors
    prepared = len(data) == 1 and (data[0] / "prepared.toml").is_file()
    found = heard(recordings_in(data[0]) if prepared else corpus_recordings(data, speaker), most=most)
    write_vectors(output, found.clips)
    counts = Counter(name for name, _ in found.clips.values())
    width = len(next(iter(found.clips.values()))[1])
    if as_json:
        record = {"file": str(output), "width": width, "clips": dict(counts), "left_out": found.left_out}
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))
    else:
        told = ", ".join(f"{name} ({count:,})" for name, count in counts.items())
        click.echo(f"{output}: {len(found.clips):,} vectors of {width} values; clips by speaker: {told}")


def corpus_recordings(corpora: tuple[Path, ...], speaker: str | None) -> list[Recording]:
    """The recordings of corpora.

    raises  CorpusError where one cannot be read
    """
    from glowvox.data.corpus import read_corpus
    from glowvox.data.embed import recordings_of

    return recordings_of([read_corpus(path, speaker=speaker) for path in corpora])


def heard(recordings: list[Recording], *, most: int | None) -> Embedded:
    """What the installed speaker encoder hears in recordings; those it cannot use are told.

    raises  MissingPart where none is installed
    """
    from glowvox.cli.progress import progress
    from glowvox.data.embed import embed
    from glowvox.evaluate.judges.resemblyzer import Resemblyzer

    encoder = Resemblyzer()
    with progress("listening") as tell:
        found = embed(recordings, encoder, most=most, progress=tell)
    for clip, reason in found.left_out.items():
        click.echo(f"left out '{clip}': {reason}", err=True)
    return found
