"""`glowvox export` as a person meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glowvox.runtime.voice import Voice
from tests.cli.conftest import Command
from tests.fixtures.runs import make_run

KNOWN = ("--licence", "CC0-1.0", "--data", "nothing real")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make_run(tmp_path / "runs" / "duo", speakers=("anna", "ben")).folder


def test_a_run_becomes_a_voice_and_the_tables_say_how(run: Path, glowvox: Command) -> None:
    Path("check.txt").write_text("Noon came.\n\n  Did it go?  \n")
    outcome = glowvox("export", run, "-o", "voice", *KNOWN, "--check-texts", "check.txt")
    assert outcome.status == 0, outcome.err
    lines = outcome.out.splitlines()
    assert lines[0] == "graph against model         worst difference"
    assert any(line.split()[0] == "decoder.mel" and float(line.split()[1]) < 1e-4 for line in lines)
    judged = [line.split() for line in lines if "misheard" not in line and ("accepted" in line or "refused" in line)]
    assert [line[0] for line in judged] == ["encoder.onnx", "decoder.onnx"]
    assert "not measured" in outcome.out
    assert lines[-1].startswith("voice: voice 'voice', 5 files")
    assert Voice.load("voice").say("Noon.").seconds > 0.1


def test_json_and_a_zip(run: Path, glowvox: Command) -> None:
    outcome = glowvox("export", run, "-o", "duo.glowvox", *KNOWN, "--precision", "fp32", "--json")
    told = json.loads(outcome.out)
    assert (told["name"], told["output"], told["gate"]) == ("duo", "duo.glowvox", [])
    assert max(told["parity"].values()) < 1e-4
    assert {graph["name"]: graph["precision"] for graph in told["graphs"]} == {
        "encoder.onnx": "fp32",
        "decoder.onnx": "fp32",
    }
    assert Voice.load("duo.glowvox").name == "duo"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["-o", "voice"], 2, "a voice must say its licence"),
        (["-o", "taken", *KNOWN], 2, "exists and is no voice"),
        (["-o", "no/voice", *KNOWN], 2, "the folder no does not exist"),
        (["-o", "voice", *KNOWN, "--name", "a/b"], 2, "name 'a/b'"),
        (["-o", "voice", *KNOWN, "--check-texts", "none.txt"], 3, "none.txt: No such file"),
        (["-o", "voice", *KNOWN, "--check-texts", "empty.txt"], 2, "no sentences to judge by"),
        (["-o", "voice", *KNOWN, "--vocoder", "none"], 3, "none: no such file"),
        (["-o", "voice", *KNOWN, "--lexicon", "none.txt"], 3, "none.txt"),
        (["-o", "voice", *KNOWN, "--recogniser", "none"], 2, "no model.bin there"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    run: Path, glowvox: Command, arguments: list[str], status: int, message: str
) -> None:
    Path("taken").mkdir()
    Path("taken/file").write_text("x")
    Path("empty.txt").write_text("\n")
    outcome = glowvox("export", run, *arguments)
    assert message in outcome.err
    assert outcome.status == status
    assert not Path("voice").exists()
    assert sorted(path.name for path in Path().iterdir()) == ["empty.txt", "runs", "taken"]


def test_what_is_no_run(glowvox: Command, tmp_path: Path) -> None:
    outcome = glowvox("export", tmp_path, "-o", tmp_path / "voice", *KNOWN)
    assert (outcome.status, "not a run folder" in outcome.err) == (3, True)


def test_a_flowtron_becomes_a_voice_that_say_speaks_with(
    glowvox: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from glowvox.models.flowtron_file import write_flowtron
    from tests.fixtures.flowtrons import make_flowtron_source

    monkeypatch.chdir(tmp_path)
    source = make_flowtron_source()
    write_flowtron(Path("reader.safetensors"), source.settings, dict(source.model.state_dict()))
    Path("check.txt").write_text("Oh.\n")
    outcome = glowvox("export", "reader.safetensors", "-o", "reader", *KNOWN, "--check-texts", "check.txt")
    assert outcome.status == 0, outcome.err
    judged = [line.split()[0] for line in outcome.out.splitlines() if line.endswith(("accepted", "refused"))]
    assert judged == ["encoder.onnx", "step0.onnx", "step1.onnx"]
    assert "| acoustic model | Flowtron, " in Path("reader/CARD.md").read_text()
    outcome = glowvox(
        "say", "--voice", "reader", "--speaker", "ben", "It is.", "-o", "a.wav", "--times", "a.json", "--json"
    )
    assert outcome.status == 0, outcome.err
    told = json.loads(outcome.out)
    assert [word["text"] for word in told["words"]] == ["It", "is"]
    assert Path("a.wav").stat().st_size > 2 * 22050 * told["seconds"]
    outcome = glowvox("say", "--voice", "reader", "--speed", 2, "It went.", "-o", "b.wav")
    assert (outcome.status, "no durations that could be stretched" in outcome.err) == (2, True)
    assert not Path("b.wav").exists()
