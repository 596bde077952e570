"""`glowvox import hifi-gan`, `bigvgan` and `vocos`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from glowvox.importers.vocoders import ImportedVocoder


class Family(NamedTuple):
    """A family of vocoders as a command.

    files     what is published, for the first sentence of its help
    settings  what the file of settings may be, or how it is found
    """

    verb: str
    name: str
    files: str
    example: str
    settings: str


BESIDE = (
    "CHECKPOINT may be the folder of a published model (g_* and config.json) or of an experiment of Amphion's "
    "(args.json), in which the last generator and its settings are found."
)
SAFE = "The pickle is read by a restricted unpickler that builds tensors and plain values and nothing else."
FAMILIES = (
    Family(
        "hifi-gan",
        "HiFi-GAN",
        "generator (g_* or generator_*, or a safetensors file of its tensors) of any size",
        "glowvox import hifi-gan g_02500000 --config config.json -o hifi-gan.safetensors",
        f"Weights may be normalised, in either of torch's forms, or folded. {BESIDE}",
    ),
    Family(
        "bigvgan",
        "BigVGAN",
        "generator (bigvgan_generator.pt, g_*, or a safetensors file of its tensors), v1 or v2",
        "glowvox import bigvgan bigvgan_generator.pt --config config.json -o bigvgan.safetensors",
        f"Weights may be normalised, in either of torch's forms, or folded. {BESIDE}",
    ),
    Family(
        "vocos",
        "Vocos",
        "model of mel spectrograms (pytorch_model.bin, a .ckpt, or a safetensors file of its tensors)",
        "glowvox import vocos pytorch_model.bin --config config.yaml -o vocos.safetensors",
        "The settings may be YAML, as published, or JSON of the same structure.",
    ),
)


def vocoder_command(family: Family) -> click.Command:
    """The command that imports one family."""

    @click.command(
        family.verb,
        short_help=f"Import a {family.name} {family.files.partition(' (')[0]}.",
        help=f"Import a {family.name} {family.files}.\n\n\b\n  {family.example}\n\n{family.settings} {SAFE}",
    )
    @click.argument("checkpoint", type=click.Path(path_type=Path))
    @click.option(
        "--config", type=click.Path(path_type=Path), help="The file of settings.  [default: what lies beside it]"
    )
    @click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Safetensors file to write.")
    @click.option(
        "--mel-of",
        type=click.Path(path_type=Path),
        metavar="RUN|WEIGHTS",
        help="Make it fit the mels of a run, where those differ only in how frames are centred; others are refused.",
    )
    def command(*, checkpoint: Path, config: Path | None, output: Path, mel_of: Path | None) -> None:
        from glowvox.cli.extras import needs_train

        with needs_train("importing a checkpoint"):
            from glowvox.importers.vocoders import import_vocoder
        _tell(import_vocoder(family.verb, checkpoint, config, output, mel_of=mel_of), family.name)

    return command


COMMANDS = tuple(vocoder_command(family) for family in FAMILIES)


def _tell(done: ImportedVocoder, family: str) -> None:
    for part, count in Counter(name.partition(".")[0] for name in done.skipped).items():
        click.echo(f"skipped {count} tensors of {part}: no place for them in a {family} generator", err=True)
    if done.different:
        more = f" and {len(done.different) - 1} more" if len(done.different) > 1 else ""
        click.echo(
            f"warning: {done.different[0]}{more}: not the values this model makes in their place; it will sound "
            "different",
            err=True,
        )
    if done.moved:
        click.echo("note: its frames lie half a hop from those it learnt with, and so does its sound", err=True)
    click.echo(
        f"{done.file}: {done.parameters:,} parameters from {done.used} tensors, {done.remade} constants made anew, "
        f"{len(done.skipped)} skipped; {done.mel.bands} mel bands at {done.mel.sample_rate} Hz, hop {done.mel.hop}"
    )
