"""`glowvox import hifi-gan`, `bigvgan` and `vocos`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from glowvox.importers.vocoders import ImportedVocoder

checkpoint_argument = click.argument("checkpoint", type=click.Path(path_type=Path))
config_option = click.option(
    "--config", type=click.Path(path_type=Path), required=True, help="The file of settings that lies beside it."
)
output_option = click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="Safetensors file to write."
)


@click.command("hifi-gan")
@checkpoint_argument
@config_option
@output_option
def hifi_gan(*, checkpoint: Path, config: Path, output: Path) -> None:
    """Import a HiFi-GAN generator (g_* or generator_*, or a safetensors file of its tensors) of any size.

    \b
      glowvox import hifi-gan g_02500000 --config config.json -o hifi-gan.safetensors

    Weights may be normalised, in either of torch's forms, or folded. The pickle is read by a restricted unpickler that
    builds tensors and plain values and nothing else.
    """
    from glowvox.cli.extras import needs_train

    with needs_train("importing a checkpoint"):
        from glowvox.importers.vocoders import import_hifi_gan
    _tell(import_hifi_gan(checkpoint, config, output), "HiFi-GAN")


@click.command("bigvgan")
@checkpoint_argument
@config_option
@output_option
def bigvgan(*, checkpoint: Path, config: Path, output: Path) -> None:
    """Import a BigVGAN generator (bigvgan_generator.pt, g_*, or a safetensors file of its tensors), v1 or v2.

    \b
      glowvox import bigvgan bigvgan_generator.pt --config config.json -o bigvgan.safetensors

    Weights may be normalised, in either of torch's forms, or folded. The pickle is read by a restricted unpickler that
    builds tensors and plain values and nothing else.
    """
    from glowvox.cli.extras import needs_train

    with needs_train("importing a checkpoint"):
        from glowvox.importers.vocoders import import_bigvgan
    _tell(import_bigvgan(checkpoint, config, output), "BigVGAN")


@click.command("vocos")
@checkpoint_argument
@config_option
@output_option
def vocos(*, checkpoint: Path, config: Path, output: Path) -> None:
    """Import a Vocos model of mel spectrograms (pytorch_model.bin, a .ckpt, or a safetensors file of its tensors).

    \b
      glowvox import vocos pytorch_model.bin --config config.yaml -o vocos.safetensors

    The settings may be YAML, as published, or JSON of the same structure. The pickle is read by a restricted unpickler
    that builds tensors and plain values and nothing else.
    """
    from glowvox.cli.extras import needs_train

    with needs_train("importing a checkpoint"):
        from glowvox.importers.vocoders import import_vocos
    _tell(import_vocos(checkpoint, config, output), "Vocos")


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
    click.echo(
        f"{done.file}: {done.parameters:,} parameters from {done.used} tensors, {done.remade} constants made anew, "
        f"{len(done.skipped)} skipped; {done.mel.bands} mel bands at {done.mel.sample_rate} Hz, hop {done.mel.hop}"
    )
