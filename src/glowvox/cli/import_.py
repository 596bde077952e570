"""`glowvox import`."""

from __future__ import annotations

from pathlib import Path

import click

from glowvox.cli.import_coqui import coqui_glow_tts
from glowvox.cli.import_recipe import amphion_config
from glowvox.cli.import_vocoders import COMMANDS as VOCODERS


@click.group("import", short_help="Turn a published checkpoint into a run folder.")
def command() -> None:
    """Turn a published checkpoint into a run folder that speaks, aligns and trains on."""


for vocoder in VOCODERS:
    command.add_command(vocoder)
command.add_command(coqui_glow_tts)
command.add_command(amphion_config)


@command.command("glow-tts")
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="The JSON file of settings it was trained with.  [default: args.json or config.json beside it or above]",
)
@click.option(
    "--speakers",
    type=click.Path(path_type=Path),
    help="JSON file of speaker names and numbers.  [default: spk2id.json beside it or above]",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Run folder to write.")
def glow_tts(*, checkpoint: Path, config: Path | None, speakers: Path | None, output: Path) -> None:
    """Import a checkpoint of the Glow-TTS authors' code or of Amphion's recipe.

    \b
      glowvox import glow-tts G_100.pth --config base.json -o runs/imported
      glowvox import glow-tts ckpts/tts/glowtts_libritts -o runs/imported
      glowvox say --voice runs/imported "It speaks as it did."

    CHECKPOINT is a file (G_*.pth, model.safetensors, pytorch_model.bin) or a folder: of one checkpoint, or of a whole
    experiment of Amphion's, whose last checkpoint is taken. The pickle is read by a restricted unpickler that builds
    tensors and plain values and nothing else. Their symbols and rules of reading go with the run, so that token ids
    stay what they were; pass their pronouncing dictionary to `say` with --lexicon.
    """
    from glowvox.cli.extras import needs_train

    with needs_train("importing a checkpoint"):
        from glowvox.importers.glow_tts import import_glow_tts
    done = import_glow_tts(checkpoint, config, output, speakers=speakers)
    for name in done.skipped:
        click.echo(f"skipped {name}: no place for it in a Glow-TTS", err=True)
    several = f"; {len(done.speakers)} speakers" if len(done.speakers) > 1 else ""
    click.echo(
        f"{done.run}: {done.parameters:,} parameters in {len(done.used)} tensors of {done.checkpoint.name}, "
        f"{len(done.skipped)} skipped{several}"
    )


@command.command("waveglow")
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="The JSON file of settings it was trained with: checked against the tensors, read for its mel spectrogram.",
)
@click.option(
    "--alternating",
    is_flag=True,
    help="One of the first models (waveglow_old.pt), in whose odd flows the halves change roles; no tensor tells.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Safetensors file to write.")
def waveglow(*, checkpoint: Path, config: Path | None, alternating: bool, output: Path) -> None:
    """Import a WaveGlow checkpoint of any layout (waveglow_*.pt, pickled whole or as a state dict, or safetensors).

    \b
      glowvox import waveglow waveglow_256channels_v4.pt -o waveglow.safetensors

    The pickle is read by a restricted unpickler that takes the tensors of its modules and calls nothing in it. Sizes
    are read from the tensors. docs/waveglow.md shows how to speak with the file.
    """
    from glowvox.cli.extras import needs_train

    with needs_train("importing a checkpoint"):
        from glowvox.importers.waveglow import import_waveglow
    done = import_waveglow(checkpoint, output, config=config, alternating=alternating)
    for name in done.skipped:
        click.echo(f"skipped {name}: no place for it in a WaveGlow", err=True)
    model = done.config
    click.echo(
        f"{done.file}: {done.parameters:,} parameters from {done.used} tensors, {len(done.skipped)} skipped; "
        f"{model.flows} flows of {model.layers} layers, {model.width} channels"
    )


@command.command("flowtron")
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option(
    "--config", type=click.Path(path_type=Path), required=True, help="The JSON file of settings it was trained with."
)
@click.option(
    "--filelist",
    type=click.Path(path_type=Path),
    help="The list of its training files (path|text|speaker), which gives the speakers their names.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Safetensors file to write.")
def flowtron(*, checkpoint: Path, config: Path, filelist: Path | None, output: Path) -> None:
    """Import a Flowtron checkpoint (flowtron_*.pt or model_*, pickled whole or as a state dict, or safetensors).

    \b
      glowvox import flowtron flowtron_ljs.pt --config config.json -o flowtron.safetensors
      glowvox import flowtron flowtron_libritts.pt --config config.json --filelist train.txt -o flowtron.safetensors

    The pickle is read by a restricted unpickler that takes the tensors of its modules and calls nothing in it. Speakers
    get the numbers that sorting the names in the list as text gives them; without the list they are numbered.
    """
    from glowvox.cli.extras import needs_train

    with needs_train("importing a checkpoint"):
        from glowvox.importers.flowtron import import_flowtron
    done = import_flowtron(checkpoint, output, config=config, filelist=filelist)
    for name in done.skipped:
        click.echo(f"skipped {name}: no place for it in a Flowtron", err=True)
    speakers = len(done.settings.speakers)
    click.echo(
        f"{done.file}: {done.parameters:,} parameters from {done.used} tensors, {len(done.skipped)} skipped; "
        f"{done.settings.model.flows} flows, {speakers} speaker{'' if speakers == 1 else 's'}"
    )
