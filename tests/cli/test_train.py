"""`glowvox train`: a run of a dozen steps on made-up clips, gone on with, shown, and refused."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from glowvox.train.checkpoint import checkpoints
from tests.cli.conftest import Command
from tests.fixtures.corpora import make_ljspeech
from tests.fixtures.prepared import make_prepared

SMALLEST = """\
steps = 12
precision = "fp32"
init_batches = 1
ema = 0.9
test_sentences = ["The cat."]

[model]
speaker_width = 8
[model.encoder]
width = 16
feed_forward = 16
layers = 1
[model.duration]
width = 16
[model.decoder]
blocks = 1
width = 16
layers = 1

[batch]
frames = 300
shapes = 2
[optimizer]
warmup = 4
[every]
log = 2
validate = 5
save = 5
sample = 100
first_sample = 3
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with prepared clips and a configuration."""
    folder = tmp_path_factory.mktemp("training")
    make_prepared(folder / "clips", speakers=2)
    (folder / "smallest.toml").write_text(SMALLEST, encoding="utf-8")
    return folder


@pytest.fixture
def here(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run in, beside them."""
    monkeypatch.chdir(tmp_path)
    for name in ("clips", "smallest.toml"):
        (tmp_path / name).symlink_to(place / name)
    return tmp_path


def metrics(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_run_from_start_to_end(here: Path, glowvox: Command) -> None:
    outcome = glowvox("train", "clips", "--config", "smallest.toml")
    assert outcome.status == 0, outcome.err
    assert outcome.out == "runs/clips-smallest\n"
    run = here / "runs" / "clips-smallest"
    assert "step 12 of 12" in outcome.err
    assert "step 5: held-out loss" in outcome.err
    assert "all 12 steps are done; saved at step 12. Look at runs/clips-smallest/report.html" in outcome.err
    lines = metrics(run)
    assert [line["step"] for line in lines if "nll" in line] == [2, 4, 6, 8, 10, 12]
    assert [line["step"] for line in lines if "val_nll" in line] == [5, 10, 12]
    assert all(line["frames"] > 0 for line in lines if "nll" in line)
    assert [path.name for path in sorted((run / "samples").iterdir())] == ["step-0000003", "step-0000012"]
    assert (run / "samples" / "step-0000003" / "sentence-1-2-speaker1.wav").is_file()
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "all 12 steps are done" in page
    assert "samples/step-0000012/clip-1-alignment.png" in page
    assert "8 clips, 0 minutes, 2 speakers" in page
    (run / "report.html").unlink()

    # showing what it does changes nothing of what it does
    quiet = ("--set", "every.first_sample=1000", "--set", "every.sample=1000", "--set", "test_sentences=[]")
    assert glowvox("train", "clips", "--config", "smallest.toml", "-o", "quiet", *quiet).status == 0
    for part in ("model", "ema", "optimizer"):
        file = f"checkpoints/step-0000012/{part}.safetensors"
        assert (here / "quiet" / file).read_bytes() == (run / file).read_bytes()

    # the page again from the files alone, without the prepared folder
    (here / "clips").unlink()
    again = glowvox("train", "-o", run, "--report-only")
    assert again.out == f"{run}/report.html\n"
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "samples/step-0000012/clip-1-alignment.png" in page
    assert "8 clips, 0 minutes, 2 speakers" in page


def test_the_folder_alone_goes_on_with_a_run(here: Path, glowvox: Command) -> None:
    quiet = ("--set", "every.first_sample=1000", "--set", "test_sentences=[]")
    first = glowvox("train", "clips", "--config", "smallest.toml", "-o", "run", "--max-minutes", "1e-6", *quiet)
    assert "the time given by --max-minutes is up; saved at step 0" in first.err
    second = glowvox("train", "-o", "run", "--steps", "4", "--json")
    assert second.status == 0, second.err
    assert json.loads(second.out) == {
        "run": "run",
        "step": 4,
        "ending": "all 4 steps are done",
        "report": "run/report.html",
    }
    assert "resumed from run/checkpoints/step-0000000" in second.err
    assert [line["step"] for line in metrics(here / "run") if "nll" in line] == [2, 4]
    stored = tomllib.loads((here / "run" / "run.toml").read_text(encoding="utf-8"))
    assert stored["train"]["ema"] == 0.9

    refused = glowvox("train", "clips", "--preset", "tiny", "-o", "run")
    assert refused.status == 2
    assert "run: this run was begun with other settings: model differs (" in refused.err
    assert "encoder.width: 16 there, 48 here" in refused.err


def test_an_overfit_is_shown_as_the_diagnostic_it_is(here: Path, glowvox: Command) -> None:
    outcome = glowvox("train", "clips", "--config", "smallest.toml", "--overfit", "2", "--steps", "3")
    assert outcome.status == 0, outcome.err
    run = here / "runs" / "clips-smallest-overfit2"
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "This is a diagnostic, not a voice." in page
    names = {path.name for path in (run / "samples" / "step-0000003").iterdir()}
    assert {f"clip-{n}-{part}.wav" for n in (1, 2) for part in ("real", "forced", "free")} <= names
    assert {"clip-1-mels.png", "clip-1-alignment.png"} <= names
    assert not [name for name in names if name.startswith("sentence")]


def test_settings_come_from_preset_file_and_options_in_that_order(here: Path, glowvox: Command) -> None:
    def printed(*words: str) -> dict[str, object]:
        outcome = glowvox("train", *words, "--print-config")
        assert outcome.status == 0, outcome.err
        return tomllib.loads(outcome.out)

    assert printed()["model"]["decoder"]["blocks"] == 6  # type: ignore[index]
    assert printed("--preset", "base")["model"]["decoder"]["blocks"] == 12  # type: ignore[index]
    both = printed("clips", "--config", "smallest.toml", "--steps", "7", "--set", "optimizer.lr=0.5")
    assert (both["prepared"], both["steps"], both["ema"]) == ("clips", 7, 0.9)
    assert both["optimizer"]["lr"] == 0.5  # type: ignore[index]
    assert printed("--config", "smallest.toml", "--preset", "tiny")["model"]["encoder"]["width"] == 48  # type: ignore[index]
    assert not (here / "runs").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nowhere",), "nowhere/prepared.toml: no such file"),
        ((), "nothing to train on: no prepared folder is named"),
        (("clips", "--set", "optimizer.learning_rate=1"), "[optimizer]: unknown key 'learning_rate'"),
        (("clips", "--set", "optimiser.lr=1"), "unknown key 'optimiser'; did you mean 'optimizer'?"),
        (("clips", "--set", "steps"), "--set steps: expected key=value"),
        (("clips", "--set", "steps=many"), "steps: Expected `int`, got `str`"),
        (("clips", "--config", "wrong.toml"), "wrong.toml: unknown key 'stepz'; did you mean 'steps'?"),
        (("clips", "--config", "missing.toml"), "missing.toml: no such file"),
        (("clips", "--overfit", "9"), "--overfit 9: the train list of clips has 8 clips"),
        (("clips", "--overfit", "-1"), "-1 is not in the range x>=1"),
        (("clips", "--steps", "0"), "0 is not in the range x>=1"),
        (("clips", "--max-minutes", "0"), "0 is not in the range x>0"),
        (("clips", "--devices", "some"), "--devices some: expected a number from 1 up, or auto"),
        (("--report-only",), "--report-only needs the run"),
        (("--report-only", "-o", "nothing"), "nothing: not a run folder"),
    ],
)
def test_what_is_wrong_is_said_in_one_message(
    here: Path, glowvox: Command, words: tuple[str, ...], message: str
) -> None:
    (here / "wrong.toml").write_text("stepz = 3\n", encoding="utf-8")
    outcome = glowvox("train", *words)
    assert outcome.status in (2, 3)
    assert message in outcome.err
    assert "Traceback" not in outcome.err
    assert not (here / "runs").exists()


def test_a_full_disk_while_saving_leaves_the_checkpoint_before(
    here: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    import glowvox.train.checkpoint as module

    write = module._write
    calls = 0

    def fill_up(path: Path, blob: bytes) -> None:
        nonlocal calls
        calls += 1
        if calls > 6:  # in the middle of the second checkpoint
            raise OSError(28, "No space left on device")
        write(path, blob)

    monkeypatch.setattr(module, "_write", fill_up)
    quiet = ("--set", "every.first_sample=1000", "--set", "every.sample=1000")
    outcome = glowvox("train", "clips", "--config", "smallest.toml", "-o", "run", *quiet)
    assert outcome.status == 1
    assert "step-0000010: the checkpoint could not be written: No space left on device" in outcome.err
    assert "start the same command again to resume" in outcome.err
    assert [path.name for path in checkpoints(here / "run" / "checkpoints")] == ["step-0000005"]


def test_help_is_worth_reading(glowvox: Command) -> None:
    outcome = glowvox("train", "--help")
    assert outcome.status == 0
    for words in ("glowvox train prepared/mine", "report.html", "Ctrl-C saves", "--overfit N", "Default: 30000;"):
        assert words in outcome.out


def test_a_clip_that_has_gone_is_named(here: Path, glowvox: Command) -> None:
    shutil.copytree(here / "clips", here / "broken")
    for path in (here / "broken" / "mels").iterdir():
        path.write_bytes(path.read_bytes()[:200])
    outcome = glowvox("train", "broken", "--config", "smallest.toml")
    assert outcome.status == 3
    assert ".npy: mel of clip 'clip" in outcome.err


def test_a_vocoder_is_trained_with_the_same_command_and_vocodes(glowvox: Command, tmp_path: Path) -> None:
    corpus = make_ljspeech(tmp_path / "corpus")
    assert glowvox("data", "prepare", corpus, "-o", tmp_path / "prepared", "--sound", "--workers", "1").status == 0
    run = tmp_path / "voc"
    small = ["--set", "model.width=16", "--set", "model.feed_forward=16", "--set", "model.layers=1"]
    small += ["--set", "batch.segments=2", "--set", "batch.frames=16", "--set", "every.log=1"]
    outcome = glowvox("train", tmp_path / "prepared", "--preset", "istft-small", "-o", run, "--steps", "3", *small)
    assert outcome.status == 0, outcome.err
    assert "spectral distance" in outcome.err
    assert (run / "report.html").is_file()
    again = glowvox("train", "-o", run, "--steps", "4", "--json")
    assert json.loads(again.out)["step"] == 4
    wav = corpus / "wavs" / "clip_00.wav"
    copied = glowvox("vocode", wav, "--vocoder", run, "-o", tmp_path / "copy.wav")
    assert copied.status == 0, copied.err
    assert "voc, seed 0" in copied.out
    assert (
        "--mel-config and --vocoder exclude"
        in glowvox("vocode", wav, "--vocoder", run, "--mel-config", "vocos-24k").err
    )
    assert "the run of a vocoder, where one of a voice" in glowvox("say", "--voice", run, "Hello.").err
    assert (
        "diagnostic of voices"
        in glowvox("train", tmp_path / "prepared", "--preset", "istft-fast", "--overfit", "2").err
    )
    voice = glowvox(
        "train",
        tmp_path / "prepared",
        "-o",
        tmp_path / "voice",
        "--preset",
        "tiny",
        "--overfit",
        "2",
        "--steps",
        "2",
        "--vocoder",
        run,
    )  # noqa: E501
    assert voice.status == 0, voice.err
    page = (tmp_path / "voice" / "report.html").read_text()
    assert "voc: the recording" in page
    assert len(list((tmp_path / "voice" / "samples").glob("step-*/clip-1-real-vocoder-1.wav"))) == 1
