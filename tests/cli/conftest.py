"""The command line as a person meets it, without the price of a new process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from glowvox.cli.main import main


class Outcome(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


Command = Callable[..., Outcome]


@pytest.fixture
def glowvox(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Call `glowvox ARGUMENT…` and get status, standard output and standard error."""

    def call(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["glowvox", *map(str, arguments)])
        capsys.readouterr()
        try:
            main()
            status = 0
        except SystemExit as left:
            status = int(left.code or 0)
        return Outcome(status, *capsys.readouterr())

    return call
