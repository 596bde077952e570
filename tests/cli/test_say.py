"""`say`, `voices` and `align` with a run of random weights."""

from __future__ import annotations

import io
import json
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from glowvox.audio.read import read_audio
from glowvox.audio.wave import Audio, write_wav
from glowvox.runtime import places
from glowvox.train.run import Run
from glowvox.train.weights import write_weights
from tests.cli.conftest import Command
from tests.fixtures.runs import make_run


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GLOWVOX_VOICE", raising=False)
    monkeypatch.delenv("GLOWVOX_VOICE_PATH", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(places, "BUNDLED", tmp_path / "bundled")
    return make_run(tmp_path / "runs" / "duo", speakers=("anna", "ben"))


def frames(path: Path) -> int:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22_050)
        return file.getnframes()


def test_a_sentence_is_written_and_repeats_itself(run: Run, glowvox: Command) -> None:
    for name in ("a.wav", "b.wav"):
        outcome = glowvox("say", "Hello there.", "--voice", run.folder, "-o", name, "--seed", 5)
        assert outcome.status == 0
        assert outcome.out == ""
        assert f"{name}: " in outcome.err
    assert frames(Path("a.wav")) > 2_000
    assert Path("a.wav").read_bytes() == Path("b.wav").read_bytes()
    glowvox("say", "Hello there.", "--voice", run.folder, "-o", "c.wav", "--seed", 6)
    assert Path("c.wav").read_bytes() != Path("a.wav").read_bytes()


def test_a_bare_text_is_spoken_with_the_voice_that_is_there(run: Run, glowvox: Command) -> None:
    assert glowvox("Hello there.", "-o", "bare.wav").status == 0
    glowvox("say", "Hello there.", "--voice", "duo", "-o", "named.wav")
    assert Path("bare.wav").read_bytes() == Path("named.wav").read_bytes()


def test_speed_and_pauses_change_the_length(run: Run, glowvox: Command) -> None:
    glowvox("say", "Hello there.", "-o", "plain.wav")
    glowvox("say", "Hello there.", "-o", "fast.wav", "--speed", 2)
    glowvox("say", "Hello there. [pause:0.5s]", "-o", "paused.wav")
    assert frames(Path("fast.wav")) < 0.8 * frames(Path("plain.wav"))
    assert frames(Path("paused.wav")) == frames(Path("plain.wav")) + 11_025


def test_text_comes_from_files_and_standard_input(run: Run, glowvox: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("text.txt").write_text("Hello there.", encoding="utf-8-sig")
    glowvox("say", "Hello there.", "-o", "argument.wav")
    assert glowvox("say", "-f", "text.txt", "-o", "file.wav").status == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO("Hello there."))
    assert glowvox("say", "-o", "piped.wav").status == 0
    assert len({Path(f"{name}.wav").read_bytes() for name in ("argument", "file", "piped")}) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["Hi.", "--speaker", "bem"], 2, "no speaker 'bem' in this voice; did you mean 'ben'?"),
        (["Hi.", "--voice", "nowhere"], 2, "no voice 'nowhere'"),
        (["Hi.", "--speed", "0"], 2, "speed = 0.0: expected 0.1 to 10"),
        (["Hi.", "--speed", "nan"], 2, "speed = nan: expected 0.1 to 10"),
        (["Hi.", "-o", "x.mp4"], 2, "the ending '.mp4' is no sound format; did you mean '.mp3'?"),
        (["Hi.", "--srt", "x.srt"], 2, "is a run in training, which tells no times"),
        (["Hi.", "--sentence-pause", "1"], 2, "a run speaks with its own pauses"),
        (["Hi.", "-o", "no/where.wav"], 2, "the folder no does not exist"),
        (["Hi.", "-f", "text.txt"], 2, "as an argument or with --file, not both"),
        (["-f", "none.txt"], 3, "none.txt: No such file or directory"),
        (["", "-o", "x.wav"], 3, "nothing to speak"),
        (["日本", "--strict", "-o", "x.wav"], 3, "U+65E5"),
        (["Hi.", "--lexicon", "none.dict"], 3, "none.dict"),
    ],
)
def test_what_is_wrong_is_said(run: Run, glowvox: Command, arguments: list[str], status: int, message: str) -> None:
    outcome = glowvox("say", *arguments)
    assert message in outcome.err
    assert outcome.status == status
    assert not list(Path().glob("x.*"))


def test_a_folder_that_is_no_run_is_named(run: Run, glowvox: Command) -> None:
    Path("empty").mkdir()
    outcome = glowvox("say", "Hi.", "--voice", "empty")
    assert outcome.status == 3
    assert (
        "empty: not a voice: there is no voice.json in it, and not a run folder: there is no run.toml in it"
        in outcome.err
    )


def test_weights_in_half_precision_speak_like_the_run(run: Run, glowvox: Command) -> None:
    Path("weights").mkdir()
    size = write_weights(run, Path("weights/duo-half.safetensors"), card={"licence": "CC0-1.0", "data": "none at all"})
    assert size == Path("weights/duo-half.safetensors").stat().st_size
    glowvox("say", "Hello there.", "--voice", run.folder, "--variation", 0, "-o", "run.wav")
    glowvox("say", "Hello there.", "--voice", "duo-half", "--variation", 0, "-o", "half.wav")
    assert abs(frames(Path("run.wav")) - frames(Path("half.wav"))) <= 2 * 256
    listed = [json.loads(line) for line in glowvox("voices", "--json").out.splitlines()]
    assert [voice["name"] for voice in listed] == ["duo-half", "duo"]
    assert listed[0]["speakers"] == ["anna", "ben"]
    assert listed[0]["licence"] == "CC0-1.0"
    assert "settings" not in listed[0]


def test_a_damaged_weights_file_is_refused(run: Run, glowvox: Command) -> None:
    whole = Path("w.safetensors")
    write_weights(run, whole, card={})
    whole.write_bytes(whole.read_bytes()[:-100])
    outcome = glowvox("say", "Hi.", "--voice", whole)
    assert outcome.status == 3
    assert "w.safetensors: not a readable weights file" in outcome.err


def test_other_formats_and_volume(run: Run, glowvox: Command) -> None:
    glowvox("say", "Hello there.", "-o", "full.flac")
    assert glowvox("say", "Hello there.", "--volume", 0.5, "-o", "half.flac").status == 0
    full, half = (read_audio(Path(f"{name}.flac")).audio.samples for name in ("full", "half"))
    np.testing.assert_allclose(half, full / 2, atol=1e-4)


def test_alignments_cover_the_recording(run: Run, glowvox: Command) -> None:
    corpus = Path("corpus")
    (corpus / "wavs").mkdir(parents=True)
    noise = np.random.default_rng(0).standard_normal(44_100).astype(np.float32) * 0.1
    for name in ("one", "two"):
        write_wav(corpus / "wavs" / f"{name}.wav", Audio(noise, 22_050))
    (corpus / "metadata.csv").write_text("one|Hello there.|Hello there.\ntwo|" + "Hello there. " * 40 + "\n")
    outcome = glowvox("align", corpus, "--speaker", "anna", "-o", "found.json")
    assert outcome.status == 0
    (found,) = json.loads(Path("found.json").read_text())  # the second text is longer than its audio
    phones = found["tiers"]["phones"]
    assert found["seconds"] == pytest.approx(2.0)
    assert phones[0]["start"] == 0.0
    assert phones[-1]["end"] == pytest.approx(2.0)
    assert all(a["end"] == b["start"] for a, b in zip(phones, phones[1:], strict=False))
    labels = [phone["label"] for phone in phones if phone["label"] != "pau"]
    assert labels == ["HH", "AH0", "L", "OW1", "DH", "EH1", "R"]
    assert [word["label"] for word in found["tiers"]["words"]] == ["Hello", "there"]
    assert glowvox("align", corpus, "--speaker", "anna", "-o", "grids").status == 0
    assert [path.name for path in Path("grids").iterdir()] == ["one.TextGrid"]
    assert "did you mean 'anna'" in glowvox("align", corpus, "--speaker", "ana", "-o", "x.tsv").err
