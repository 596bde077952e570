"""The page for people who come from elsewhere promises only what there is."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from glowvox.cli.main import VERBS, Verbs, root

PAGE = Path(__file__).resolve().parents[2] / "docs" / "coming-from.md"
ROWS = [line.split(" | ") for line in PAGE.read_text(encoding="utf-8").replace("\\|", "∣").splitlines() if "| " in line]
OURS = [row[1] for row in ROWS if len(row) >= 3 and row[1] != "glowvox"]
OWN = {"--version"}


def options() -> set[str]:
    """Every option of every command."""
    found = set(OWN)
    assert isinstance(root, Verbs)
    pending = [root.get_command(click.Context(root), verb) for verb in ("say", "voices", "export")]
    while pending:
        command = pending.pop()
        assert command is not None
        found |= {name for parameter in command.params for name in parameter.opts}
        if isinstance(command, click.Group):
            pending += list(command.commands.values())
    return found


def test_the_options_named_there_exist() -> None:
    named = {flag for cell in OURS for flag in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", cell)}
    assert len(named) > 15
    assert not named - options()


def test_the_commands_named_there_exist() -> None:
    named = {verb for cell in OURS for verb in re.findall(r"glowvox ([a-z]+)", cell)}
    assert named <= VERBS.keys()


@pytest.mark.parametrize("flag", ["--noise-w-scale", "--pipe_out", "--speaker_idx", "--split-output", "--output-raw"])
def test_flags_of_the_others_are_there(flag: str) -> None:
    assert any(flag in row[0] for row in ROWS)
