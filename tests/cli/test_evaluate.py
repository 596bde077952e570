"""`glowvox evaluate`: its rows, its files and its messages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from click.testing import CliRunner, Result

from glowvox.audio.mel import MelConfig
from glowvox.audio.wave import Audio, write_wav
from glowvox.cli.evaluate import command
from glowvox.errors import GlowvoxError
from tests.unit.evaluate.sounds import vowel


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Three short clips in the LJSpeech layout, two of them in the test list."""
    folder = tmp_path / "corpus"
    (folder / "wavs").mkdir(parents=True)
    for name, f0 in (("a", 120.0), ("b", 150.0), ("c", 180.0)):
        write_wav(folder / "wavs" / f"{name}.wav", vowel(f0=f0, seconds=0.5))
    (folder / "metadata.csv").write_text("a|Ah one.|Ah one.\nb|Ah two three.|Ah two three.\nc|Ah.|Ah.\n")
    (folder / "test.txt").write_text("b\nc\n")
    (folder / "val.txt").write_text("a\n")
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def refused(*arguments: str | Path) -> GlowvoxError:
    error = run(*arguments).exception
    assert isinstance(error, GlowvoxError)
    return error


def test_a_folder_beside_its_recordings(corpus: Path, tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    clips.mkdir()
    for name in "bc":
        write_wav(clips / f"{name}.wav", vowel(f0=150.0, seconds=0.5))
    out = tmp_path / "scores.json"
    files = ("--texts", corpus / "metadata.csv", "--ids", corpus / "test.txt", "--reference", corpus / "wavs")
    result = run(clips, *files, "--real", "--copies", "--json", out)
    assert result.exception is None
    rows = json.loads(out.read_text())["rows"]
    assert [row["name"] for row in rows] == ["real", "copies", "clips"]
    assert [clip["id"] for clip in rows[2]["clips"]] == ["b", "c"]
    # b is the very sound of its recording, c was spoken at 180 Hz
    assert rows[2]["clips"][0]["values"]["f0_rmse_cents"] == 0.0
    expected = 1200 * np.log2(180 / 150)
    assert rows[2]["clips"][1]["values"]["f0_rmse_cents"] == pytest.approx(expected, abs=15)
    assert "mcd_db" not in rows[0]["totals"]
    assert rows[1]["totals"]["mcd_db"]["value"] < 3.0
    assert "against the recording" in result.stdout


def test_a_run_speaks_the_test_sentences(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int, str | None]] = []

    class Voice:
        mel = MelConfig()
        speakers = ("corpus", "other")

        def say(self, text: str, *, seed: int = 0, speaker: str | None = None) -> Audio:
            asked.append((text, seed, speaker))
            return vowel(f0=160.0, seconds=0.5)

    speaking = ModuleType("glowvox.cli.speaking")
    speaking.voice_place = Path  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "glowvox.cli.speaking", speaking)
    monkeypatch.setattr("glowvox.train.speaker.Speaker.load", lambda place, **_: Voice())
    folder = tmp_path / "a_run"
    folder.mkdir()
    result = run("--run", folder, "--corpus", corpus, "--real", "--json", "-")
    assert result.exception is None
    assert [row["name"] for row in json.loads(result.stdout)["rows"]] == ["real", "a_run"]
    assert asked == [("Ah two three.", 0, "corpus"), ("Ah.", 0, "corpus")]
    asked.clear()
    run("--run", folder, "--corpus", corpus, "--split", "val", "--speaker", "other")
    assert asked == [("Ah one.", 0, "other")]
    error = refused("--run", folder, "--corpus", corpus, "--speaker", "nobody")
    assert "--speaker nobody: the run's voices are corpus, other" in str(error)
    Voice.speakers = ("other", "third")
    error = refused("--run", folder, "--corpus", corpus)
    assert "b is spoken by 'corpus': the run's voices are other, third" in str(error)
    Voice.speakers = ()
    asked.clear()
    run("--run", folder, "--corpus", corpus)
    assert asked == [("Ah two three.", 0, None), ("Ah.", 0, None)]


def test_alignments_against_a_table(tmp_path: Path) -> None:
    head = "id\tindex\tphone\tstart\tend\n"
    found, true = tmp_path / "found.tsv", tmp_path / "phones.tsv"
    true.write_text(head + "a\t0\tdh\t0.1\t0.2\na\t1\tax\t0.2\t0.3\nb\t0\ts\t0.1\t0.2\n")
    found.write_text(head + "a\t0\tDH\t0.11\t0.21\na\t1\tAH0\t0.21\t0.33\nb\t0\tZ\t0.1\t0.2\n")
    texts = tmp_path / "metadata.csv"
    texts.write_text("a|the|the|slt\nb|s|s|rms\n")
    out = tmp_path / "boundaries.json"
    result = run("--alignments", found, "--reference", true, "--texts", texts, "--json", out)
    assert result.exception is None
    scores = json.loads(out.read_text())
    assert list(scores) == ["all", "rms", "slt"]
    assert scores["all"]["share_matched"] == pytest.approx(2 / 3)
    assert scores["slt"]["bias_ms"] == pytest.approx(15.0)
    assert scores["rms"]["median_ms"] is None
    assert "those of unmatched phones as missed" in result.stdout
    rows = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines()[2:5]}
    assert rows["all"] == ["2", "3", "66.7", "0", "10.0", "24.0", "15.0", "15.0", "50.0", "66.7"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "nothing to score"),
        (("WAVS",), "needs --texts"),
        (("WAVS", "--texts", "TABLE", "--corpus", "CORPUS"), "cannot be combined with --run or --corpus"),
        (("WAVS", "--texts", "TABLE", "--real"), "--real needs --reference"),
        (("--corpus", "CORPUS"), "add --run RUN, --real or --copies"),
        (("--corpus", "CORPUS", "--real", "--reference", "WAVS"), "--corpus brings its own recordings"),
        (("--corpus", "CORPUS", "--real", "--split", "dev"), "--split dev: the corpus has train, val, test"),
        (
            (
                "--run",
                "CORPUS",
            ),
            "nothing to score",
        ),
        (("--alignments", "TABLE"), "--alignments needs --reference"),
        (("WAVS", "--texts", "TABLE", "--recogniser", "CORPUS"), "no model.bin there"),
    ],
)
def test_arguments_that_contradict_are_refused(corpus: Path, arguments: tuple[str, ...], message: str) -> None:
    places = {"WAVS": corpus / "wavs", "TABLE": corpus / "metadata.csv", "CORPUS": corpus}
    error = refused(*(places.get(argument, argument) for argument in arguments))
    assert message in str(error)
    assert error.exit_code == 2


def test_nothing_is_written_when_a_clip_is_missing(corpus: Path, tmp_path: Path) -> None:
    (corpus / "wavs" / "c.wav").unlink()
    out = tmp_path / "scores.json"
    error = refused(corpus / "wavs", "--texts", corpus / "metadata.csv", "--json", out)
    assert "no clip for 'c'" in str(error)
    assert error.exit_code == 3
    assert not out.exists()


def test_a_broken_clip_is_named(corpus: Path) -> None:
    (corpus / "wavs" / "b.wav").write_bytes(b"")
    error = refused(corpus / "wavs", "--texts", corpus / "metadata.csv")
    assert "b.wav" in str(error)


def test_a_missing_judge_is_one_message_and_exit_code_four(corpus: Path, tmp_path: Path) -> None:
    # an interpreter in which the package cannot be found
    code = (
        "import sys; sys.modules['resemblyzer'] = None; "
        "from glowvox.cli.main import main; sys.argv[0] = 'glowvox'; main()"
    )
    arguments = ["evaluate", corpus / "wavs", "--texts", corpus / "metadata.csv", "--likeness"]
    found = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True)
    assert found.returncode == 4
    assert found.stderr.splitlines() == [
        "error: the speaker likeness needs the package 'resemblyzer', which is not installed",
        "install it with: pip install librosa scipy && pip install --no-deps resemblyzer webrtcvad-wheels",
    ]


def test_help_shows_the_three_forms() -> None:
    text = run("--help").stdout
    for form in ("glowvox evaluate CLIPS --texts", "--run RUN --corpus CORPUS", "--alignments found.tsv --reference"):
        assert form in text


def test_an_exported_voice_is_scored_like_a_run(corpus: Path, exported: Path) -> None:
    result = run("--voice", exported, "--speaker", "anna", "--corpus", corpus, "--json", "-")
    assert result.exception is None
    (row,) = json.loads(result.stdout)["rows"]
    assert row["name"] == "duo"
    assert all(clip["seconds"] > 0 for clip in row["clips"])
    refused = run("--voice", exported, "--corpus", corpus)
    assert "the run's voices are anna, ben" in str(refused.exception)


def test_what_judges_said_is_kept(corpus: Path, tmp_path: Path) -> None:
    files = ("--texts", corpus / "metadata.csv", "--reference", corpus / "wavs", "--memory", tmp_path / "memory")
    first = run(corpus / "wavs", *files)
    assert first.exception is None
    kept = sorted((tmp_path / "memory").glob("*/*.json"))
    assert len(kept) == 3
    measured = json.loads(kept[0].read_text())
    ((judge, judgement),) = measured.items()
    assert judge.startswith("measures, version 1, ")
    assert judgement["values"]["mcd_db"] == pytest.approx(0.0, abs=1e-6)
    judgement["values"]["mcd_db"] = 3.0
    kept[0].write_text(json.dumps(measured))
    assert "1.00" in run(corpus / "wavs", *files).output  # the mean of 3, 0 and 0: nothing was measured again
