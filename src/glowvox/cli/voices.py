"""`glowvox voices`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from glowvox.errors import GlowvoxError

FIELDS = (
    "language",
    "speakers",
    "experimental",
    "sample_rate",
    "vocoder",
    "precision",
    "front_end",
    "parameters",
    "trained",
    "size",
    "data",
    "licence",
    "consent",
    "made_with",
    "needs",
    "broken",
)
SHORT = (
    *("language", "speakers", "experimental", "front_end", "parameters", "trained", "size", "data", "licence"),
    *("needs", "broken"),
)


class _ListByDefault(click.Group):
    """`glowvox voices FOLDER…` is `glowvox voices list FOLDER…`; the name of a command wins."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"--help", "-h", *self.commands}
        named = args[:1] and args[0] in own
        completing = ctx.resilient_parsing and not args  # the Tab key asks for the commands
        return super().parse_args(ctx, args if named or completing else ["list", *args])


@click.group("voices", cls=_ListByDefault, short_help="List, check and add voices.")
def command() -> None:
    """List, check and add voices. Without a command: list.

    \b
      glowvox voices
      glowvox voices my_runs --json
      glowvox voices show duo --card
      glowvox voices add heart-en.glowvox

    Voices are looked for in the folders of GLOWVOX_VOICE_PATH, in the package, in your own (where 'add' puts them),
    and in ./weights and ./runs. A voice is a folder or a .glowvox file that glowvox export wrote; run folders and
    weights files can be spoken with too, where the extra glowvox[train] is installed.
    """


@command.command("list")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_voices(*, folders: tuple[Path, ...], as_json: bool) -> None:
    """List the voices found in FOLDERS, or in the usual places."""
    from glowvox.cli.speaking import default_folders, places
    from glowvox.cli.voice_cards import card

    looked = folders or default_folders()
    found = [card(place) for place in places(looked)]
    for voice in found:
        if as_json:
            click.echo(json.dumps(voice, ensure_ascii=False))
        else:
            _tell(voice, SHORT)
    if not found:
        click.echo(f"no voices in {', '.join(map(str, looked))}", err=True)
        click.echo("add one (glowvox voices add FILE), train one (glowvox train), or name other folders", err=True)


@command.command()
@click.argument("voice")
@click.option("--json", "as_json", is_flag=True, help="A JSON object.")
@click.option("--card", "whole", is_flag=True, help="The voice's own page: how it was made and what it is worth.")
def show(*, voice: str, as_json: bool, whole: bool) -> None:
    """Everything known about VOICE, a name or a place."""
    from glowvox.cli.speaking import voice_place
    from glowvox.cli.voice_cards import card, page

    place = voice_place(voice)
    if whole:
        click.echo(page(place))
        return
    found = card(place)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _tell(found, FIELDS)
    if "broken" in found:
        raise GlowvoxError(f"{place}: this voice cannot be spoken with")


@command.command()
@click.argument("voices", nargs=-1, required=True)
def verify(*, voices: tuple[str, ...]) -> None:
    """Check every file of VOICES against its checksum, load them, and speak a word with each."""
    from glowvox.cli.speaking import voice_place
    from glowvox.cli.voice_cards import verify as check

    failures: list[GlowvoxError] = []
    for name in voices:
        try:
            click.echo(check(voice_place(name)))
        except GlowvoxError as error:
            failures.append(error)
            click.echo(f"error: {error}", err=True)
    if failures:
        raise type(failures[0])(f"{len(failures)} of {len(voices)} voices cannot be used")


@command.command()
@click.argument("voice", metavar="FOLDER|FILE", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Also where a voice of this name is there already.")
def add(*, voice: Path, replace: bool) -> None:
    """Check a voice folder or .glowvox file and copy it to your own voices, where every command finds it by name."""
    from glowvox.cli.voice_cards import add as copy

    place = copy(voice, replace=replace)
    click.echo(f'{place.stem} added; hear it: glowvox say --voice {place.stem} "Hello."  ({place})')


def _tell(voice: dict[str, object], fields: tuple[str, ...]) -> None:
    click.echo(f"{voice['name']}  ({voice['place']})")
    for key in fields:
        value = voice.get(key)
        if value:
            said = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            click.echo(f"    {key.replace('_', ' '):<12} {said}")
