"""`glowvox data list`: the sentences of a corpus's list, as a table to speak."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from glowvox.errors import CorpusError

SPLITS = ("train", "val", "test")
_NO_FILE_NAME = re.compile(r'[/\\:*?"<>|\s]')


@click.command("list", short_help="Print the sentences of a split, as a table for `say --batch`.")
@click.argument("folder", type=click.Path(path_type=Path), metavar="PREPARED|CORPUS")
@click.option("--split", type=click.Choice(SPLITS), default="test", show_default=True, help="Which list.")
def command(*, folder: Path, split: str) -> None:
    """Print the sentences of a split: id, tab, text, tab, speaker.

    \b
    glowvox data list prepared/mine --split val > val.tsv
    glowvox say --voice runs/mine --batch val.tsv --output-dir spoken

    PREPARED is a folder written by `glowvox data prepare`; a corpus as it was recorded will do too.
    """
    rows = list(_prepared(folder, split) if (folder / "prepared.toml").is_file() else _corpus(folder, split))
    if not rows:
        raise CorpusError(f"{folder}: no sentence in its {split} list", hint="see `glowvox data check`")
    for key, text, speaker in rows:
        name = _NO_FILE_NAME.sub("_", key).lstrip(".")
        click.echo("\t".join((name, " ".join(text.split()), speaker)))


def _prepared(folder: Path, split: str) -> Iterator[tuple[str, str, str]]:
    from glowvox.data.prepared import Prepared

    for row in Prepared.load(folder).rows.get(split, ()):
        yield row.id, row.text, row.speaker


def _corpus(folder: Path, split: str) -> Iterator[tuple[str, str, str]]:
    from glowvox.data.corpus import read_corpus

    corpus = read_corpus(folder)
    wanted = set(corpus.splits.get(split, ()))
    for utterance in corpus.utterances:
        if utterance.id in wanted:
            yield utterance.id, utterance.text, utterance.speaker
