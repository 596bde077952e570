"""`glowvox data audit`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glowvox.train.audit import Audit
    from glowvox.train.misfit_words import Finding


@click.command("audit")
@click.argument("run", metavar="RUN")
@click.argument("data", metavar="DATA", type=click.Path(path_type=Path))
@click.option(
    "--split",
    type=click.Choice(["all", "train", "val", "test"]),
    default="all",
    show_default=True,
    help="Which of its lists to go through.",
)
@click.option(
    "--speaker", metavar="NAME", help="Hear every clip as this speaker of the run. Default: the data's own names."
)
@click.option("--worst", type=click.IntRange(1), default=20, show_default=True, help="How many clips to name.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def command(*, run: str, data: Path, split: str, speaker: str | None, worst: int, as_json: bool) -> None:
    """Rank the clips of a corpus by how badly text and recording fit each other, worst first.

    RUN is a trained voice (run folder or weights) that knows the speakers; DATA is a corpus or a prepared folder. Each
    clip is aligned with its text. What counts are durations unlike those the voice expects, and sounds that another
    part of the text would explain better; in recordings also level and silence. Listen to the first: wrong
    transcripts, missing words and cut recordings come before sound ones.

    \b
    glowvox data audit runs/me my_recordings
    glowvox data audit runs/me prepared/mine --split train --worst 60 --json
    """
    from glowvox.cli.extras import needs_train
    from glowvox.cli.progress import progress
    from glowvox.cli.speaking import voice_place

    with needs_train("auditing"):
        from glowvox.train.audit import audit
    place = voice_place(run)
    with progress("hearing") as tell:
        found = audit(place, data, split=split, speaker=speaker, worst=worst, progress=tell)
    if as_json:
        click.echo(json.dumps({"run": str(place), "data": str(data), **found.plain()}, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(found)))


def _lines(found: Audit) -> Iterator[str]:
    yield f"{found.clips:,} clips; half score below {found.usual:.1f}, one in twenty above {found.high:.1f}"
    for number, finding in enumerate(found.findings, start=1):
        yield ""
        yield from _finding(number, finding)


def _finding(number: int, finding: Finding) -> Iterator[str]:
    score = f"{finding.score:.1f}" if finding.score < float("inf") else "unusable"
    yield f"{number}. {finding.id}  {finding.place}  {score}"
    where = f"{finding.start_s:.2f}–{finding.end_s:.2f} s: " if finding.end_s > finding.start_s else ""
    words = f" “{finding.words}”" if finding.words else ""
    yield f"   {where}{finding.cause}{words}"
    for remark in finding.remarks:
        yield f"   {remark}"
    yield f"   → {finding.remedy}"
