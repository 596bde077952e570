"""The `glowvox` command: a table of verbs, each imported only when it runs.

`glowvox --help` must stay far from numpy and torch, so the table carries each verb's one-line help and the module is
imported when the verb is called. `glowvox "Hello"` is `glowvox say "Hello"`; an exact verb wins.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import NamedTuple

import click

from glowvox import __version__
from glowvox.errors import GlowvoxError


class Verb(NamedTuple):
    """Where a command lives and what it does, in a line."""

    module: str
    help: str


VERBS = {
    "say": Verb("glowvox.cli.say", 'Speak a text (also: glowvox "Hello").'),
    "explain": Verb("glowvox.cli.explain", "Show every rewrite, word and phoneme of a text."),
    "voices": Verb("glowvox.cli.voices", "List, check and add the voices that can be spoken with."),
    "data": Verb("glowvox.cli.data", "Check, prepare and audit a corpus of recordings."),
    "train": Verb("glowvox.cli.train", "Train a model on prepared data; the same command resumes."),
    "finetune": Verb("glowvox.cli.finetune", "From a folder of recordings to a voice of that speaker."),
    "speakers": Verb("glowvox.cli.speakers", "List the speakers of a trained run, or add one."),
    "align": Verb("glowvox.cli.align", "Find when each phoneme is spoken in recordings."),
    "evaluate": Verb("glowvox.cli.evaluate", "Score speech: words, naturalness, spectra, pitch, timing."),
    "vocode": Verb("glowvox.cli.vocode", "Copy-synthesise a recording through its mel spectrogram."),
    "convert": Verb("glowvox.cli.convert", "Put recordings into the voice of another speaker of a run."),
    "interpolate": Verb("glowvox.cli.interpolate", "Speak on the way from one speaker, reading or style to another."),
    "style": Verb("glowvox.cli.style", "Take the style of recordings, for say --style."),
    "bench": Verb("glowvox.cli.bench", "Measure what speaking costs on this machine."),
    "doctor": Verb("glowvox.cli.doctor", "Look at this installation, and speak a sentence."),
    "export": Verb("glowvox.cli.export", "Turn a trained run into a voice that speaks without torch."),
    "import": Verb("glowvox.cli.import_", "Turn a published checkpoint into a run folder."),
    "completion": Verb("glowvox.cli.completion", "Print what a shell needs to complete commands."),
}


class Verbs(click.Group):
    """A group whose commands are imported on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's module and give its `command`."""
        if cmd_name not in VERBS:
            return None
        command = importlib.import_module(VERBS[cmd_name].module).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of verbs, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.help) for name, verb in VERBS.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `say` in front of a bare text or of an option that is not the group's own."""
        own = {"--help", "-h", "--version"}
        if args and args[0] not in VERBS and args[0] not in own:
            args = ["say", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Each command has its own help: glowvox COMMAND --help",
)
@click.version_option(__version__, prog_name="glowvox")
def root() -> None:
    """Turn recordings into a small, private voice, and speak with it."""


def main() -> None:
    """Run the command line; errors of ours become one message and an exit code, never a traceback."""
    try:
        root.main(prog_name="glowvox", standalone_mode=False)
    except click.exceptions.Abort:
        _leave("interrupted", 130)
    except KeyboardInterrupt:
        _leave("interrupted", 130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except GlowvoxError as error:
        if os.environ.get("GLOWVOX_LOG") == "debug":
            raise
        _leave(f"error: {error}", error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _leave(message: str, code: int) -> None:
    click.echo(message, err=True)
    sys.exit(code)
