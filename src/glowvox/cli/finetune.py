"""`glowvox finetune`: from a folder of recordings to a voice, with a trained voice to begin with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from glowvox.errors import CorpusError

if TYPE_CHECKING:
    from glowvox.cli.agreement import Agreement
    from glowvox.data.check import Verdict
    from glowvox.data.corpus import Corpus
    from glowvox.data.prepare_config import PrepareConfig
    from glowvox.train.new_speaker import Base
    from glowvox.train.run import Run

PLACE = click.Path(path_type=Path)
ROWS = 3  # shown of each kind of problem
TOLERATED = 0.1  # share of a corpus's rows that may be left out as faulty


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The options, by their names on the command line."""

    corpus: Path
    name: str
    consent: str | None
    base: Path | None
    vocoder: Path | None
    minutes: float
    licence: str | None
    run: Path | None
    output: Path | None
    workers: int | None
    as_json: bool


@click.command("finetune", short_help="From a folder of recordings to a voice of that speaker.")
@click.argument("corpus", metavar="RECORDINGS", type=PLACE)
@click.option("--name", required=True, help="Of the speaker and of the voice.")
@click.option(
    "--consent",
    metavar="STATEMENT",
    help="What the speaker agreed to, in a sentence; kept in the voice. Default: asked once, on a terminal.",
)
@click.option(
    "--base",
    type=PLACE,
    metavar="WEIGHTS|RUN",
    help="Trained voice to begin with: weights or a run of your own. Default: duo.safetensors, which a clone has.",
)
@click.option(
    "--vocoder",
    type=PLACE,
    metavar="WEIGHTS|RUN",
    help="Vocoder of the new voice. Default: the one beside the base, NAME-vocoder.safetensors; else Griffin-Lim.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    default=45,
    show_default=True,
    help="That training may take on this machine; decides the number of steps when the run begins.",
)
@click.option("--licence", help="Of the new voice, as an SPDX name. Default: all rights reserved by the speaker.")
@click.option("--run", type=PLACE, help="Folder to train in.  [default: runs/NAME]")
@click.option("-o", "--output", type=PLACE, help="Voice folder or .glowvox file to write.  [default: voices/NAME]")
@click.option("--workers", type=click.IntRange(1), help="Processes that prepare the recordings.  [default: one a core]")
@click.option("--json", "as_json", is_flag=True, help="At the end one JSON object on stdout: voice, run, step, ending.")
def command(**options: object) -> None:
    """Make a voice of the person who speaks in RECORDINGS, a folder of sound files with their texts.

    \b
      glowvox finetune my_recordings/ --name me
      glowvox finetune my_recordings/ --name me --consent "I am Ada Berg; this is my voice, for my own use."
      glowvox say --voice voices/me "This sentence was never recorded."

    Fifty sentences are a start. The recordings are checked and prepared, a trained voice learns the new speaker, and
    the best state becomes a voice folder. Samples and a page to look at (runs/NAME/report.html) are there within the
    first minute. Ctrl-C saves before it leaves; the same command goes on where it stopped. docs/finetune.md tells more.

    A copy of a voice needs the consent of its speaker: the statement is asked for once and stands in the voice and its
    card. The last line on stdout is the voice; all else goes to stderr.
    """
    from glowvox.cli.extras import needs_train

    asked = msgspec.convert(options, Asked)
    with needs_train("making a voice"):
        _finetune(asked)


def _finetune(asked: Asked) -> None:
    from glowvox.cli.agreement import agree
    from glowvox.cli.bases import base_place, vocoder_place
    from glowvox.export.writing import require_free
    from glowvox.train.new_speaker import Base

    folder = asked.run or Path("runs") / asked.name
    output = asked.output or Path("voices") / asked.name
    if asked.output is not None:
        require_free(output)
    place = base_place(asked.base)
    base = Base.load(place)
    agreement = agree(folder, asked.name, base, consent=asked.consent, licence=asked.licence)
    run = _begun(asked, folder, base, _checked(asked, base.prepare_config()))
    vocoder = asked.vocoder or vocoder_place(place)
    step, ending = _train(run, vocoder)
    done = step >= run.settings.train.steps
    if done:
        output.parent.mkdir(parents=True, exist_ok=True)
        _export(run, base, vocoder, agreement, output)
        click.echo(f'{ending}. Try: glowvox say --voice {output} "This sentence was never recorded."', err=True)
    else:
        click.echo(f"{ending}; saved at step {step:,}. The same command goes on.", err=True)
    if asked.as_json:
        voice = str(output) if done else None
        click.echo(json.dumps({"voice": voice, "run": str(folder), "step": step, "ending": ending}))
    elif done:
        click.echo(str(output))


def _checked(asked: Asked, config: PrepareConfig) -> Corpus:
    """The recordings, looked at; what is wrong with them is told.

    raises  CorpusError where more is wrong than can be left out
    """
    from glowvox.cli.progress import progress
    from glowvox.data.check import check
    from glowvox.data.corpus import read_corpus, scan_corpus
    from glowvox.data.one_speaker import one_speaker
    from glowvox.data.report import verdict_lines

    scanned = one_speaker(scan_corpus(asked.corpus, speaker=asked.name), asked.name)
    with progress("checking") as tell:
        verdict = check([scanned], config, processes=asked.workers, progress=tell)
    for line in verdict_lines(verdict, ROWS):
        click.echo(line, err=True)
    _require_usable(asked.corpus, verdict, rows=scanned.rows)
    return one_speaker(read_corpus(asked.corpus, speaker=asked.name), asked.name)


def _require_usable(corpus: Path, verdict: Verdict, *, rows: int) -> None:
    faulty = {str(problem.place) for problem in verdict.problems if problem.severity == "error"}
    fatal = any(problem.severity == "fatal" for problem in verdict.problems)
    if fatal or not verdict.clips or len(faulty) > TOLERATED * rows:
        raise CorpusError(
            f"{corpus}: {verdict.words}", hint=f"mend what is listed above; glowvox data check {corpus} shows all of it"
        )
    if faulty:
        click.echo(f"{len(faulty)} of {rows} rows cannot be used and are left out", err=True)


def _begun(asked: Asked, folder: Path, base: Base, corpus: Corpus) -> Run:
    """The run, new or taken up, on recordings that are prepared."""
    from glowvox.cli.progress import progress
    from glowvox.data.prepare import prepare
    from glowvox.data.prepared import Prepared
    from glowvox.train.new_speaker import begin
    from glowvox.train.run import RunFolder

    out = folder / "prepared"
    with progress("preparing") as tell:
        prepare([corpus], out, config=base.prepare_config(), processes=asked.workers, progress=tell)
    if (folder / "run.toml").is_file():
        run = RunFolder.load(folder)
        if run.latest() is not None:
            click.echo(f"{folder}: going on", err=True)
            return run
    click.echo(f"beginning with {base.name}: finding its nearest speaker, and the pace of this machine", err=True)
    return begin(folder, base, Prepared.load(out), minutes=asked.minutes)


def _train(run: Run, vocoder: Path | None) -> tuple[int, str]:
    """The last step, and why training ended."""
    import logging

    from glowvox.cli.screens import open_screen
    from glowvox.train.checkpoint import step_of
    from glowvox.train.progress import Progress
    from glowvox.train.start import train

    for name in ("lightning", "lightning_fabric"):  # they announce every process
        logging.getLogger(name).setLevel(logging.WARNING)
    config = run.settings.train
    first = config.every.first_sample
    click.echo(f"{config.steps:,} steps; from step {first} on look at {run.folder / 'report.html'}", err=True)
    with open_screen(config.steps) as screen:
        ending = train(
            run.folder,
            config,
            devices=1,
            vocoders=[vocoder] if vocoder else [],
            watch=lambda begun: Progress(begun, screen),
        )
    latest = run.latest()
    return step_of(latest) if latest else 0, ending


def _export(run: Run, base: Base, vocoder: Path | None, agreement: Agreement, output: Path) -> None:
    """Write the voice, with what it must say of itself."""
    from dataclasses import replace

    from glowvox.cli.export import exportable_vocoder
    from glowvox.data.prepared import Prepared
    from glowvox.export.exporting import Request, make_voice
    from glowvox.export.gate import CHECK_TEXTS
    from glowvox.export.source import Source
    from glowvox.export.writing import write_voice
    from glowvox.train.weights import trained_values

    clips = Prepared.load(Path(run.settings.train.prepared)).clips("train")
    minutes = sum(clip.frames for clip in clips) * run.settings.mel.hop / run.settings.mel.sample_rate / 60
    before = base.card.get("data", "data its run does not name")
    data = f"{len(clips)} recordings of {agreement.name} ({minutes:.1f} min), begun with {base.name} ({before})"
    step = trained_values(run)[1]
    source = replace(Source.load(run.folder), card={"step": f"{step:,} after those of {base.name}"})
    request = Request(
        name=agreement.name, licence=agreement.licence, data=data, consent=agreement.consent, texts=CHECK_TEXTS
    )
    write_voice(make_voice(source, exportable_vocoder(vocoder), request), output)
