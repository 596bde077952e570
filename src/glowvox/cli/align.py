"""`glowvox align`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glowvox.evaluate.tiers import Alignment


@click.command("align", short_help="Find when each phoneme is spoken in recordings.")
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option(
    "--voice",
    "--run",
    "voice",
    metavar="PLACE",
    help="The run folder or weights file to align with, trained on these speakers. Default: the first one "
    "found in ./weights and ./runs.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="A .tsv or .json file for all recordings, or a folder for one TextGrid each.",
)
@click.option(
    "--split",
    type=click.Choice(["all", "train", "val", "test"]),
    default="all",
    show_default=True,
    help="Which of the corpus's lists to align.",
)
@click.option(
    "--speaker", metavar="NAME", help="Align every clip as this speaker of the voice. Default: the corpus's own names."
)
def command(*, corpus: Path, voice: str | None, output: Path, split: str, speaker: str | None) -> None:
    """Find when each phoneme and word of CORPUS is spoken, by the alignment search of a trained model.

    \b
      glowvox align my_recordings --run runs/me -o phones.tsv
      glowvox align my_recordings --run runs/me -o textgrids/

    Times are seconds into the recording as it lies on disk. The table has the columns id, index, phone, start and end;
    TextGrids and JSON hold a tier of phones and one of words. A step is one mel frame (about 12 ms).
    """
    from glowvox.cli.extras import needs_train
    from glowvox.cli.speaking import voice_place
    from glowvox.errors import UsageError
    from glowvox.evaluate.tables import write_json, write_table, write_textgrid

    with needs_train("aligning"):
        from glowvox.train.aligner import align_corpus
    if output.suffix and output.suffix not in (".tsv", ".json"):
        raise UsageError(f"{output}: expected a .tsv or .json file, or a folder for TextGrids")
    place = voice_place(voice)
    found = list(_shown(align_corpus(place, corpus, split=split, speaker=speaker)))
    if output.suffix == ".json":
        write_json(output, found)
    elif output.suffix == ".tsv":
        write_table(output, found)
    else:
        output.mkdir(parents=True, exist_ok=True)
        for alignment in found:
            write_textgrid(output / f"{alignment.id}.TextGrid", alignment)
    click.echo(f"{output}: {len(found)} recordings aligned with {place}", err=True)


def _shown(alignments: Iterator[Alignment]) -> Iterator[Alignment]:
    """Pass alignments on, saying how far it is from time to time."""
    for count, alignment in enumerate(alignments, start=1):
        if count % 100 == 0:
            click.echo(f"{count} recordings", err=True)
        yield alignment
