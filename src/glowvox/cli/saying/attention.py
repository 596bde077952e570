"""Pictures of how a Flowtron read the text that it spoke."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glowvox.errors import UsageError

if TYPE_CHECKING:
    from glowvox.cli.run_voice import RunVoice
    from glowvox.cli.speaking import Speaking
    from glowvox.runtime.manner import Options


def require_attention(voice: Speaking) -> RunVoice:
    """The voice, if it can be asked for its attention.

    raises  UsageError for anything but a Flowtron's run or weights file
    """
    from glowvox.cli.run_voice import RunVoice

    if not isinstance(voice, RunVoice) or not voice.attends:
        raise UsageError(
            "--attention wants the run or weights file of a Flowtron",
            hint="a Glow-TTS has no attention to show; an exported voice tells times: --times FILE",
        )
    return voice


def draw_attention(voice: Speaking, text: str, manner: Options, path: Path) -> None:
    """Draw mel, gate and attention of each sentence: the first to `path`, the others beside it, numbered.

    raises  MissingPart where nothing can draw
    """
    for number, place in enumerate(require_attention(voice).draw(text, path, manner), start=1):
        click.echo(f"{place}: attention of sentence {number}", err=True)
