"""`glowvox export`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from glowvox import config
from glowvox.errors import TextError, UsageError

if TYPE_CHECKING:
    from glowvox.export.exporting import Made
    from glowvox.export.gate import Verdict
    from glowvox.export.judging import Listener
    from glowvox.models.istft_vocoder import IstftVocoder


@click.command("export", short_help="Turn a trained run into a voice that speaks without torch.")
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN|WEIGHTS")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="Folder to write, or a .glowvox file."
)
@click.option(
    "--vocoder",
    type=click.Path(path_type=Path),
    metavar="RUN|WEIGHTS",
    help="The vocoder to ship with it, trained on the same mels. Without one Griffin-Lim makes the sound.",
)
@click.option("--name", help="What the voice is called. Default: the name of the output.")
@click.option(
    "--precision",
    type=click.Choice(["auto", "int8", "fp16", "fp32"]),
    default="auto",
    show_default=True,
    help="Of the graphs. auto: eight bits where the sentences still sound the same, halves elsewhere.",
)
@click.option(
    "--check-texts",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Sentences to judge graphs in eight bits by, one a line, not from the training. Default: a dozen of ours.",
)
@click.option(
    "--recogniser",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of a Whisper model for faster-whisper: judge by the words it hears as well.",
)
@click.option("--speaker", metavar="NAME", help="Who speaks unless another is asked for. Default: the run's first.")
@click.option(
    "--facts",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="TOML with what the card is to say: data, licence, consent, credit, training, scores, faults.",
)
@click.option("--licence", help="Of the voice, as an SPDX name. Default: what --facts or the weights file says.")
@click.option("--data", help="What the voice was trained on. Default: what --facts or the weights file says.")
@click.option("--consent", help="Of the people who can be heard in it.")
@click.option("--language", help="As a tag: en, de, pt-BR. Default: that of the front end.")
@click.option(
    "--lexicon", type=click.Path(path_type=Path), metavar="FILE", help="Pronunciations that go with the voice."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout instead of tables.")
def command(
    *,
    run: Path,
    output: Path,
    vocoder: Path | None,
    name: str | None,
    precision: Literal["auto", "int8", "fp16", "fp32"],
    check_texts: Path | None,
    recogniser: Path | None,
    speaker: str | None,
    facts: Path | None,
    licence: str | None,
    data: str | None,
    consent: str | None,
    language: str | None,
    lexicon: Path | None,
    as_json: bool,
) -> None:
    """Turn a trained RUN (or WEIGHTS file) into a voice: a folder that speaks on any CPU without torch.

    \b
      glowvox export runs/me -o voices/me --vocoder runs/me-vocoder --licence CC-BY-4.0 --data "my recordings"
      glowvox export weights/duo.safetensors --vocoder weights/duo-vocoder.safetensors -o duo.glowvox

    Every graph is compared with the model it was made from, stage by stage, before anything is written. Graphs in eight
    bits are a quarter of the size and two to three times as fast; each is tried on sentences, and kept where mels
    and durations hardly change and, with --recogniser, no more words are misheard.
    """
    from glowvox.cli.extras import needs_train

    with needs_train("exporting"):
        from glowvox.export.exporting import Request, make_voice
        from glowvox.export.facts import Facts
        from glowvox.export.flowtron_source import FlowtronSource
        from glowvox.export.gate import CHECK_TEXTS
        from glowvox.export.source import Source
        from glowvox.export.writing import require_free, write_voice
        from glowvox.train.flowtron_speaker import is_flowtron
    require_free(output)
    request = Request(
        name=name or output.name.removesuffix(".glowvox"),
        precision=precision,
        licence=licence,
        data=data,
        consent=consent,
        language=language,
        speaker=speaker,
        facts=config.load(facts, Facts) if facts else Facts(),
        lexicon=_read(lexicon) if lexicon else None,
        texts=_lines(check_texts) if check_texts else CHECK_TEXTS,
    )
    source = (FlowtronSource if is_flowtron(run) else Source).load(run, lexicon=lexicon)
    made = make_voice(source, exportable_vocoder(vocoder), request, listener=_listener(recogniser))
    write_voice(made, output)
    _tell(made, output, as_json=as_json)


def exportable_vocoder(place: Path | None) -> IstftVocoder | None:
    """The vocoder at a place, where one is named.

    raises  UsageError for a kind that cannot be exported, CheckpointError where there is none
    """
    if place is None:
        return None
    from glowvox.models.istft_vocoder import IstftVocoder
    from glowvox.train.vocoders import Vocoder

    model = Vocoder.load(place).model
    if not isinstance(model, IstftVocoder):
        raise UsageError(f"--vocoder {place}: only our own vocoder (istft) can be exported")
    return model


def _listener(folder: Path | None) -> Listener | None:
    if folder is None:
        return None
    from glowvox.evaluate.judges.faster_whisper import FasterWhisper
    from glowvox.evaluate.judges.normaliser import english_normaliser
    from glowvox.export.judging import Listener

    return Listener(FasterWhisper(folder).hear, english_normaliser())


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TextError(f"{path}: {error.strerror}") from None


def _lines(path: Path) -> tuple[str, ...]:
    try:
        text = _read(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TextError(f"{path}: not UTF-8 text (byte {error.start})") from None
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _tell(made: Made, output: Path, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_record(made, output)))
        return
    click.echo("graph against model         worst difference")
    for found in made.differences:
        click.echo(f"  {found.stage:<26}{found.worst:.1e}")
    if made.verdicts:
        click.echo("eight bits against full     distortion   allowed   length   words misheard")
        for verdict in made.verdicts:
            told = "accepted" if verdict.accepted else "refused"
            click.echo(
                f"  {verdict.graph:<26}{verdict.distortion:6.2f} dB{verdict.most_distortion:9.2f}    "
                f"{100 * verdict.shift:4.1f} %   {_heard(verdict):<15}{told}"
            )
    click.echo("graph                       precision    size      of     nodes  loads in")
    for graph in made.graphs:
        click.echo(
            f"  {graph.name:<26}{graph.precision:<9}{graph.bytes / 1e6:5.2f} MB {graph.full_bytes / 1e6:6.2f}"
            f" {graph.nodes:8d} {1000 * graph.load_s:6.1f} ms"
        )
    size = sum(len(content) for content in made.files.values())
    click.echo(f"{output}: voice '{made.settings.name}', {len(made.settings.files)} files, {size / 1e6:.2f} MB")


def _heard(verdict: Verdict) -> str:
    if verdict.before is None or verdict.after is None:
        return "not measured"
    return f"{verdict.before.errors} → {verdict.after.errors} of {verdict.after.total}"


def _record(made: Made, output: Path) -> dict[str, object]:
    return {
        "output": str(output),
        "name": made.settings.name,
        "bytes": sum(len(content) for content in made.files.values()),
        "parity": {found.stage: found.worst for found in made.differences},
        "gate": [
            {
                "graph": verdict.graph,
                "distortion_db": round(verdict.distortion, 3),
                "allowed_db": round(verdict.most_distortion, 3),
                "length_change": round(verdict.shift, 4),
                "misheard_before": None if verdict.before is None else verdict.before.errors,
                "misheard_after": None if verdict.after is None else verdict.after.errors,
                "words": None if verdict.after is None else verdict.after.total,
                "accepted": verdict.accepted,
            }
            for verdict in made.verdicts
        ],
        "graphs": [
            {
                "name": graph.name,
                "precision": graph.precision,
                "bytes": graph.bytes,
                "bytes_fp32": graph.full_bytes,
                "nodes": graph.nodes,
                "load_ms": round(1000 * graph.load_s, 1),
            }
            for graph in made.graphs
        ],
    }
