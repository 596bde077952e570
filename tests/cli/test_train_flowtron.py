"""`glowvox train` with a Flowtron: from prepared clips to a run that speaks."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from glowvox.audio.read import read_audio
from glowvox.audio.wave import write_wav
from tests.cli.conftest import Command
from tests.fixtures.prepared import make_prepared
from tests.unit.evaluate.sounds import vowel

SMALL = [
    *("--set", "model.hidden=12", "--set", "model.attention=8", "--set", "model.text=8", "--set", "batch.frames=300"),
    *("--set", "every.log=1", "--set", "every.validate=2", "--set", "every.first_sample=1000"),
    *("--set", 'test_sentences=["A cat."]'),
]


@pytest.fixture
def clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make_prepared(tmp_path / "clips", speakers=2)


def test_a_run_from_start_to_end_speaks_and_can_be_taken_further(clips: Path, glowvox: Command) -> None:
    outcome = glowvox("train", clips, "--preset", "flowtron-tiny", "--steps", 4, *SMALL)
    assert outcome.status == 0, outcome.err
    assert outcome.out == "runs/clips-flowtron-tiny\n"
    assert "step 2: held-out loss" in outcome.err
    assert "without the attention prior: sharpness" in outcome.err
    run = Path("runs/clips-flowtron-tiny")
    settings = tomllib.loads((run / "run.toml").read_text(encoding="utf-8"))
    assert settings["train"]["kind"] == "flowtron"
    assert settings["front_end"] == "english"
    assert settings["speakers"] == ["speaker0", "speaker1"]
    page = (run / "report.html").read_text(encoding="utf-8")
    for words in (
        "How it stands",
        "attention",
        "Alignment loss (nats a token)",
        "Test sentences",
        "“A cat.”",
        "How it reads",
    ):
        assert words in page, words
    samples = run / "samples" / "step-0000004"
    assert {path.name for path in samples.iterdir()} == {
        "samples.json",
        "sentence-1.wav",
        "sentence-1.png",
        "clip-1.png",
    }

    spoken = glowvox("say", "--voice", run, "--speaker", "speaker1", "--variation", 0.3, "A cat.", "-o", "a.wav")
    assert spoken.status == 0, spoken.err
    assert Path("a.wav").stat().st_size > 44  # untrained, it may end with its first frame

    folder = Path("corpus")
    (folder / "wavs").mkdir(parents=True)
    write_wav(folder / "wavs" / "a.wav", vowel(f0=150.0, seconds=0.5))
    (folder / "metadata.csv").write_text("a|A cat.|A cat.\n")
    (folder / "test.txt").write_text("a\n")
    judged = glowvox("evaluate", "--run", run, "--corpus", folder, "--speaker", "speaker1", "--json", "-")
    assert judged.status == 0, judged.err
    (row,) = json.loads(judged.out)["rows"]
    assert row["name"] == "clips-flowtron-tiny"
    assert [clip["id"] for clip in row["clips"]] == ["a"]

    few_shot = glowvox(
        *("train", clips, "--preset", "flowtron-tiny", "--steps", 1, "-o", "tuned", *SMALL, "--json"),
        *("--set", f'warm_start.weights="{run}"', "--set", 'phases=[{first=1, layers=["speaker_table.weight"]}]'),
    )
    assert few_shot.status == 0, few_shot.err
    assert json.loads(few_shot.out)["step"] == 1
    assert "taken by name: 2 of 2 rows of speaker_table.weight" in few_shot.err
    assert "training 1 of" in few_shot.err
    assert "What it began with" in Path("tuned/report.html").read_text(encoding="utf-8")


def test_a_run_speaks_at_the_speed_that_is_wanted(clips: Path, glowvox: Command) -> None:
    assert glowvox("train", clips, "--preset", "flowtron-tiny", "--steps", 1, "-o", "run", *SMALL).status == 0
    for speed in (1, 2):
        outcome = glowvox("say", "--voice", "run", "--speed", speed, "A cat.", "-o", f"{speed}.wav")
        assert outcome.status == 0, outcome.err
    plain, fast = (len(read_audio(Path(f"{speed}.wav")).audio.samples) for speed in (1, 2))
    assert abs(fast - plain / 2) <= 256


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("attention.prior_of=3", "[attention]: unknown key 'prior_of'; did you mean 'prior_off'?"),
        ("phases=[{first=1, layer=['x']}]", "layer"),
        ('phases=[{first=1, layers=["gate*"]}]', "no parameter is called 'gate*'"),
    ],
)
def test_wrong_settings_are_named(clips: Path, glowvox: Command, override: str, message: str) -> None:
    outcome = glowvox("train", clips, "--preset", "flowtron-tiny", "--steps", 1, "--set", override)
    assert outcome.status != 0
    assert message in outcome.err
    assert "Traceback" not in outcome.err


def test_what_only_voices_know_is_refused(clips: Path, glowvox: Command) -> None:
    outcome = glowvox("train", clips, "--preset", "flowtron-tiny", "--overfit", 2)
    assert outcome.status != 0
    assert "--overfit is a diagnostic of voices, not of flowtrons" in outcome.err
