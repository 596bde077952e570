"""`glowvox data forced`."""

from __future__ import annotations

from pathlib import Path

import click

PATH = click.Path(path_type=Path)


@click.command("forced")
@click.argument("prepared", metavar="PREPARED", type=PATH)
@click.option("--voice", "run", required=True, metavar="RUN", type=PATH, help="Run folder or weights of the voice.")
@click.option("-o", "--output", required=True, type=PATH, help="Folder to write; what is whole in it is kept.")
@click.option("--beside", is_flag=True, help="Keep every clip with its recording's own mel as well.")
def command(*, prepared: Path, run: Path, output: Path, beside: bool) -> None:
    """Replace the mels of PREPARED by what a voice makes of the texts in the recordings' own time.

    A vocoder trained further on them learns to mend what this voice's mels lack. PREPARED must have been written with
    --sound and the symbols of the voice; recordings and pitch stay as they are. With --beside it hears the recordings'
    mels in between and does not forget them.

    \b
    glowvox data forced prepared/mine --voice runs/mine-voice -o prepared/mine-forced --beside
    glowvox train prepared/mine-forced --preset istft-small --finetune-from runs/mine-istft-small --steps 5000
    """
    from glowvox.cli.extras import needs_train
    from glowvox.cli.progress import progress
    from glowvox.data.prepared import Prepared

    with needs_train("speaking in the time of recordings"):
        from glowvox.train.forced_mels import write_forced
        from glowvox.train.speaker import Speaker
    voice, folder = Speaker.load(run), Prepared.load(prepared)
    with progress("speaking") as told:
        count = write_forced(voice, folder, output, beside=beside, told=told)
    click.echo(f"{output}: {count:,} clips", err=True)
    click.echo(str(output))
