"""`glowvox export` as a person meets it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
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


FACTS = """
licence = "CC0-1.0"
data = "readings that nobody made"
credit = ["the wind"]
training = ["no steps in no time"]
faults = ["it hums"]
[[scores]]
speaker = "anna"
sentences = 3
word_error = 10.1
word_error_recordings = 2.0
distillmos = 4.0
distillmos_recordings = 4.5
[[scores]]
speaker = "ben"
sentences = 4
word_error = 10.0
word_error_recordings = 2.5
distillmos = 3.5
distillmos_recordings = 4.25
"""


def test_another_speaker_leads_and_the_card_holds_the_facts(run: Path, glowvox: Command) -> None:
    Path("facts.toml").write_text(FACTS)
    plain = glowvox("export", run, "-o", "plain", *KNOWN, "--precision", "fp32")
    led = glowvox("export", run, "-o", "led", "--facts", "facts.toml", "--speaker", "ben", "--precision", "fp32")
    assert (plain.status, led.status) == (0, 0), led.err
    before, after = Voice.load("plain"), Voice.load("led")
    assert (before.speakers, after.speakers) == (("anna", "ben"), ("ben", "anna"))
    for name in ("anna", "ben"):
        np.testing.assert_array_equal(
            after.say("Noon.", speaker=name).samples, before.say("Noon.", speaker=name).samples
        )
    np.testing.assert_array_equal(after.say("Noon.").samples, before.say("Noon.", speaker="ben").samples)
    assert (after.settings.data, after.settings.licence) == ("readings that nobody made", "CC0-1.0")
    assert (before.settings.experimental, after.settings.experimental) == ((), ("anna",))
    card = Path("led/CARD.md").read_text()
    assert "| anna | 3 | 10.1 % (2.0) | 4.00 (4.50) | **experimental** |" in card
    assert "| ben | 4 | 10.0 % (2.5) | 3.50 (4.25) |  |" in card
    assert "Experimental: more than 10 % of words misheard, or a naturalness below 3.5." in card
    assert [card.index(f"## {title}\n\n- ") for title in ("Training", "Known faults", "Credit")]
    assert "Scores" not in Path("plain/CARD.md").read_text()
    assert "experimental anna" in glowvox("voices", "show", "led").out


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('speaker = "ben"', 'speaker = "bem"', "a score of 'bem'; did you mean 'ben'?"),
        ("licence", "license", "unknown key 'license'; did you mean 'licence'?"),
        ("distillmos = 4.0", "distillmos = 40.0", "score of anna: DistillMOS 40.0: expected 1 to 5"),
        ("word_error = 10.1", "word_error = -1.0", "score of anna: word error -1.0: expected per cent"),
        ("sentences = 3", "sentences = 0", "score of anna: sentences = 0 must be at least 1"),
    ],
)
def test_facts_that_cannot_be_are_refused(run: Path, glowvox: Command, old: str, new: str, message: str) -> None:
    Path("facts.toml").write_text(FACTS.replace(old, new, 1))
    outcome = glowvox("export", run, "-o", "voice", "--facts", "facts.toml")
    assert message in outcome.err
    assert outcome.status == 2
    assert not Path("voice").exists()


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["-o", "voice"], 2, "a voice must say its licence"),
        (["-o", "taken", *KNOWN], 2, "exists and is no voice"),
        (["-o", "no/voice", *KNOWN], 2, "the folder no does not exist"),
        (["-o", "voice", *KNOWN, "--name", "a/b"], 2, "name 'a/b'"),
        (["-o", "voice", *KNOWN, "--check-texts", "none.txt"], 3, "none.txt: No such file"),
        (["-o", "voice", *KNOWN, "--check-texts", "empty.txt"], 2, "no sentences to judge by"),
        (["-o", "voice", *KNOWN, "--speaker", "bem"], 2, "no speaker 'bem' to speak first; did you mean 'ben'?"),
        (["-o", "voice", *KNOWN, "--facts", "none.toml"], 2, "none.toml: no such file"),
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
    seconds = []
    for speed in (1, 2):
        outcome = glowvox("say", "--voice", "reader", "--speed", speed, "It went.", "-o", f"{speed}.wav", "--json")
        assert outcome.status == 0, outcome.err
        seconds.append(json.loads(outcome.out)["seconds"])
    assert seconds[1] == pytest.approx(seconds[0] / 2, abs=0.012)
