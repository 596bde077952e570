"""`scripts/campaign.py` with a recogniser that is told what to hear."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from glowvox.audio.wave import Audio, write_wav
from tests.fixtures.exported import make_voice_folder

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "campaign.py"
HEARD = {"a": "the tide turned at noon", "b": "we rain", "c": "stop the clock stop the clock", "d": "hallo"}
TEXTS = {"a": "The tide turned at noon.", "b": "We really like the rain.", "c": "Stop the clock!", "d": "Hello."}


class Listener:
    """Hears by the length of a clip which of the texts it is."""

    identity = "a listener"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def hear(self, audio: Audio) -> str:
        return HEARD["abcd"[round(10 * audio.seconds) - 1]]


def call(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """The script's main with these arguments, and judges that need no weights."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("campaign", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "FasterWhisper", Listener)
    monkeypatch.setattr(module, "english_normaliser", lambda: lambda text: text.lower().strip(".!"))
    monkeypatch.setattr(sys, "argv", ["campaign.py", *map(str, arguments)])
    status: int = module.main()
    return status


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    (tmp_path / "texts.tsv").write_text("".join(f"{key}\t{text}\n" for key, text in TEXTS.items()))
    (tmp_path / "clips").mkdir()
    for number, key in enumerate(TEXTS, start=1):
        write_wav(tmp_path / "clips" / f"{key}.wav", Audio(np.zeros(800 * number, np.float32), 8000))
    return tmp_path


def test_runs_come_first_and_every_place_is_listed(
    clips: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--clips", "--texts", clips / "texts.tsv", "--recogniser", "none", "--json", clips / "heard.json")
    assert call(monkeypatch, "words", clips / "clips", *options) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:3] == [
        "4 texts, 14 words, 7 errors (50.0 %)",
        "runs of two or more words: 1 lost, 1 repeated, 0 added",
    ]
    assert [line.split()[:2] for line in lines[3:]] == [["lost", "b"], ["repeated", "c"], ["changed", "d"]]
    assert lines[3].endswith("really like the → -")
    kept = json.loads((clips / "heard.json").read_text())
    assert [text["heard"] for text in kept] == list(HEARD.values())


def test_a_voice_that_is_heard_right_passes(
    clips: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--clips", "--texts", clips / "texts.tsv", "--recogniser", "none", "--limit", 1)
    assert call(monkeypatch, "words", clips / "clips", *options) == 0
    assert "1 texts, 5 words, 0 errors (0.0 %)" in capsys.readouterr().out


def test_evenness_of_an_exported_voice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_voice_folder(tmp_path / "voice")
    (tmp_path / "passage.txt").write_text("The tide turned at noon and we like the rain. " * 12)
    status = call(monkeypatch, "evenness", tmp_path / "voice", "--texts", tmp_path / "passage.txt")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + 6 + 3
    assert lines[-1] == ("not even" if status else "even")
    assert float(lines[2].split()[0]) < 0.5
