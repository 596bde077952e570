"""`glowvox voices`."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("voices", short_help="List the voices that can be spoken with.")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(*, folders: tuple[Path, ...], as_json: bool) -> None:
    """List the voices found in FOLDERS: run folders and weights files.

    Without FOLDERS, those of GLOWVOX_VOICE_PATH, else ./weights and ./runs.

    \b
      glowvox voices
      glowvox voices my_runs --json
    """
    from glowvox.cli.extras import needs_train
    from glowvox.cli.speaking import default_folders, places

    with needs_train("listing voices"):
        from glowvox.train.listing import describe
    found = [describe(place) for place in places(folders or default_folders())]
    if as_json:
        for voice in found:
            click.echo(json.dumps(voice))
        return
    for voice in found:
        click.echo(f"{voice['name']}  ({voice['place']})")
        for key in ("speakers", "front_end", "parameters", "trained", "data", "licence"):
            if voice.get(key):
                value = voice[key]
                click.echo(f"    {key.replace('_', ' '):<11}{', '.join(value) if isinstance(value, list) else value}")
    if not found:
        looked = ", ".join(str(folder) for folder in folders or default_folders())
        click.echo(f"no voices in {looked}; train one (glowvox train) or name other folders", err=True)
