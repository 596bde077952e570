"""The command line as a person meets it, without the price of a new process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from glowvox.cli.main import main
from tests.fixtures.voices import ToneVoice


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


@pytest.fixture
def tones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the voice `tones` as the only one and nothing that can play."""
    from glowvox.audio import play
    from glowvox.runtime import places, voice

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GLOWVOX_VOICE", raising=False)
    monkeypatch.delenv("GLOWVOX_THREADS", raising=False)
    monkeypatch.setenv("GLOWVOX_VOICE_PATH", str(tmp_path / "voices"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(places, "BUNDLED", tmp_path / "bundled")
    monkeypatch.setattr(play, "player_names", list)
    monkeypatch.setattr(voice.Voice, "load", ToneVoice.load)
    (tmp_path / "voices" / "tones").mkdir(parents=True)
    (tmp_path / "voices" / "tones" / "voice.json").write_text("{}")
    return tmp_path


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A voice `duo` of random weights, exported for real, as folder and file; tests that change it copy it."""
    from glowvox.export.writing import write_voice
    from tests.fixtures.exported import make_made

    folder = tmp_path_factory.mktemp("exported")
    made = make_made(name="duo", licence="CC0-1.0", data="none at all", consent="nobody is heard")
    write_voice(made, folder / "duo")
    write_voice(made, folder / "duo.glowvox")
    return folder / "duo"
