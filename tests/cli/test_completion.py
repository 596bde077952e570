"""The Tab key."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.cli.conftest import Command


def completions(line: str) -> list[str]:
    """What bash would be given for a line that ends where the cursor stands."""
    words = line.split(" ")
    environment = {
        **os.environ,
        "_GLOWVOX_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-m", "glowvox"], env=environment, capture_output=True, text=True, check=False
    )
    return [entry.partition(",")[2] for entry in done.stdout.splitlines()]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_script(glowvox: Command, shell: str) -> None:
    outcome = glowvox("completion", shell)
    assert outcome.status == 0
    assert f"_GLOWVOX_COMPLETE={shell}_complete" in outcome.out


def test_other_shells_are_refused(glowvox: Command) -> None:
    assert glowvox("completion", "cmd").status == 2


def test_commands_and_options_are_completed() -> None:
    assert completions("glowvox vo") == ["voices", "vocode"]
    assert completions("glowvox voices ver") == ["verify"]
    assert completions("glowvox say --sentence-p") == ["--sentence-pause"]
