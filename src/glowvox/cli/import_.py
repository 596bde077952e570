"""`glowvox import`."""

from __future__ import annotations

from pathlib import Path

import click


@click.group("import", short_help="Turn a published checkpoint into a run folder.")
def command() -> None:
    """Turn a published checkpoint into a run folder that speaks, aligns and trains on."""


@command.command("glow-tts")
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option(
    "--config", type=click.Path(path_type=Path), required=True, help="The JSON file of settings it was trained with."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Run folder to write.")
def glow_tts(*, checkpoint: Path, config: Path, output: Path) -> None:
    """Import a checkpoint of the Glow-TTS authors' code (G_*.pth or a safetensors file of its tensors).

    \b
      glowvox import glow-tts G_100.pth --config base.json -o runs/imported
      glowvox say --voice runs/imported "It speaks as it did."

    The pickle is read by a restricted unpickler that builds tensors and plain values and nothing else. The authors'
    symbols, cleaners and blank go with the run, so that token ids stay what they were; pass their pronouncing
    dictionary to `say` with --lexicon.
    """
    from glowvox.cli.extras import needs_train

    with needs_train("importing a checkpoint"):
        from glowvox.importers.glow_tts import import_glow_tts
    done = import_glow_tts(checkpoint, config, output)
    for name in done.skipped:
        click.echo(f"skipped {name}: no place for it in a Glow-TTS", err=True)
    click.echo(f"{done.run}: {done.parameters:,} parameters in {len(done.used)} tensors, {len(done.skipped)} skipped")
