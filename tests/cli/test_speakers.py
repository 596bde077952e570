"""`glowvox data embed`, `glowvox speakers`, and the options of `glowvox train` that say what a voice begins with."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from glowvox.audio.wave import Audio
from glowvox.config import dumps
from glowvox.train.run import Run
from tests.cli.conftest import Command
from tests.fixtures.corpora import make_ljspeech
from tests.fixtures.prepared import make_prepared
from tests.fixtures.runs import MODEL, make_run


class Ear:
    """A speaker encoder of four numbers."""

    identity = "Ear"

    def embedding(self, audio: Audio) -> npt.NDArray[np.float32]:
        """Whatever tells clips apart."""
        samples = audio.samples
        return np.array([1, samples.std(), np.abs(samples).max(), len(samples) / audio.sample_rate], np.float32)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a corpus of jane and an encoder that is installed."""
    from glowvox.evaluate.judges import resemblyzer

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(resemblyzer, "Resemblyzer", Ear)
    make_ljspeech(tmp_path / "jane-en")
    return tmp_path


def test_vectors_of_a_corpus_and_of_its_prepared_folder(here: Path, glowvox: Command) -> None:
    done = glowvox("data", "embed", "jane-en", "-o", "v.json")
    assert done.status == 0, done.err
    assert done.out == "v.json: 12 vectors of 4 values; clips by speaker: jane (12)\n"
    table = json.loads((here / "v.json").read_text())
    assert {entry["name"] for entry in table.values()} == {"jane"}
    assert all(len(entry["embedding"]) == 4 for entry in table.values())

    few = glowvox("data", "embed", "jane-en", "-o", "few.json", "--most", "3", "--speaker", "joan", "--json")
    assert json.loads(few.out) == {"file": "few.json", "width": 4, "clips": {"joan": 3}, "left_out": {}}

    glowvox("data", "prepare", "jane-en", "-o", "mels", "--workers", "1")
    refused = glowvox("data", "embed", "mels", "-o", "other.json")
    assert refused.status == 3
    assert "mels: the recordings were not kept" in refused.err
    assert "prepare it again with --sound" in refused.err
    assert not (here / "other.json").exists()
    glowvox("data", "prepare", "jane-en", "-o", "sound", "--workers", "1", "--sound")
    assert glowvox("data", "embed", "sound", "-o", "other.json").out.startswith("other.json: 12 vectors of 4 values")
    assert set(json.loads((here / "other.json").read_text())) == set(table)


def test_a_recording_that_cannot_be_heard_is_named_and_left_out(here: Path, glowvox: Command) -> None:
    wave = next((here / "jane-en" / "wavs").iterdir())
    wave.write_bytes(b"RIFF and nothing else")
    done = glowvox("data", "embed", "jane-en", "-o", "v.json")
    assert done.status == 0, done.err
    assert f"left out '{wave.stem}': " in done.err
    assert len(json.loads((here / "v.json").read_text())) == 11


def test_a_missing_encoder_is_said_with_its_line(
    tmp_path: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "resemblyzer", None)
    make_ljspeech(tmp_path / "jane-en")
    refused = glowvox("data", "embed", "jane-en", "-o", "v.json")
    assert refused.status != 0
    assert "pip install --no-deps resemblyzer webrtcvad-wheels" in refused.err
    assert not (tmp_path / "v.json").exists()


def test_speakers_are_listed_and_added(here: Path, glowvox: Command) -> None:
    make_run(here / "two", speakers=("anna", "ben"))
    assert glowvox("speakers", "list", "two").out == "anna\nben\n"
    done = glowvox("speakers", "add", "two", "cleo", "--like", "ben", "-o", "three")
    assert done.out == "three: 3 speakers, the last of them cleo\n"
    assert glowvox("speakers", "list", "three").out == "anna\nben\ncleo\n"
    assert glowvox("speakers", "list", "two").out == "anna\nben\n"
    refused = glowvox("speakers", "add", "two", "cleo", "--like", "bne", "-o", "four")
    assert (refused.status, refused.err) == (2, "error: --like bne: no such speaker; did you mean 'ben'?\n")
    refused = glowvox("speakers", "add", "two", "cleo", "--d-vectors", "x", "--recordings", "y", "-o", "four")
    assert "both tell how the new speaker sounds: give one of them" in refused.err
    assert not (here / "four").exists()


def quick(here: Path) -> tuple[str, ...]:
    (here / "quick.toml").write_text(
        'steps = 2\nprecision = "fp32"\ninit_batches = 1\nema = 0\ntest_sentences = []\n'
        "[batch]\nframes = 300\nshapes = 2\n[optimizer]\nwarmup = 1\n[every]\nlog = 1\n"
    )
    return ("--config", "quick.toml")


def test_a_voice_is_trained_from_vectors_and_gets_a_speaker_by_recordings(
    here: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    from glowvox.train.samples import SampleSheet, SampleWriter

    monkeypatch.setattr(SampleWriter, "write", lambda self, step, speaker: SampleSheet(step=step))
    make_prepared(here / "clips", speakers=2)
    table = {f"c{n}": {"name": f"speaker{n % 2}", "embedding": [1, n, 2, 3]} for n in range(6)}
    (here / "v.json").write_text(json.dumps(table))
    small = {"decoder.blocks": 1, "decoder.width": 16, "encoder.layers": 1, "encoder.width": 16}
    options = [word for key, value in small.items() for word in ("--set", f"model.{key}={value}")]
    done = glowvox("train", "clips", *quick(here), "--preset", "tiny", *options, "--d-vectors", "v.json", "-o", "run")
    assert done.status == 0, done.err
    model = tomllib.loads((here / "run" / "run.toml").read_text())["train"]["model"]
    assert (model["speakers"], model["speaker_width"]) == ("given", 4)
    added = glowvox("speakers", "add", "run", "jane", "--recordings", "jane-en", "-o", "with-jane")
    assert added.out == "with-jane: 3 speakers, the last of them jane\n"
    refused = glowvox("speakers", "add", "run", "jane", "-o", "other")
    assert "give the new one's with --d-vectors FILE" in refused.err

    again = glowvox("train", "clips", "--finetune-from", "run", *quick(here), "--freeze", "decoder.*", "-o", "tuned")
    assert again.status == 0, again.err
    said = (here / "tuned" / "beginning.txt").read_text()
    assert said.startswith("begins with run\n")
    assert "frozen: decoder.chain (" in said
    assert Run.load(here / "tuned").settings.train.model == Run.load(here / "run").settings.train.model


def test_the_options_become_settings(here: Path, glowvox: Command) -> None:
    make_run(here / "two", speakers=("anna", "ben"))
    words = (
        *("--finetune-from", "two", "--load", "encoder.*", "--load", "decoder.*", "--skip", "*.duration.*"),
        *("--train-only", "speaker_table.*", "--freeze", "x*", "--only-speaker", "anna", "--like", "ben"),
    )
    printed = tomllib.loads(glowvox("train", "clips", *words, "--print-config").out)
    assert printed["finetune"] == {
        "weights": "two", "load": ["encoder.*", "decoder.*"], "leave_out": ["*.duration.*"],
        "train": ["speaker_table.*"], "freeze": ["x*"], "speakers": ["anna"], "like": "ben",
    }  # fmt: skip
    assert printed["model"] == tomllib.loads(dumps(MODEL))  # of the voice to begin with, not of a preset
    chosen = tomllib.loads(glowvox("train", "clips", *words, "--preset", "tiny", "--print-config").out)
    assert chosen["model"]["encoder"]["width"] == 48


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--finetune-from", "nowhere"), "nowhere: no such file"),
        (("--like", "ben"), "finetune: load, leave_out and like speak of a model to begin with; weights names none"),
        (("--d-vectors", "none.json"), "none.json: no such file"),
        (("--preset", "flowtron-tiny", "--freeze", "x"), "--freeze is for voices of Glow-TTS; this run is a flowtron"),
        (("--preset", "istft-small", "--only-speaker", "x"), "--only-speaker is for voices of Glow-TTS"),
        (("--only-speaker", "nobody"), "finetune: speakers: no speaker 'nobody'; known: speaker0, speaker1"),
    ],
)
def test_what_cannot_be_is_refused_before_a_run_is_there(
    here: Path, glowvox: Command, words: tuple[str, ...], message: str
) -> None:
    make_prepared(here / "clips", speakers=2)
    refused = glowvox("train", "clips", *words, "-o", "run")
    assert refused.status in (2, 3, 4)
    assert message in refused.err
    assert not (here / "run").exists()


def test_held_out_is_an_option_of_preparing(here: Path, glowvox: Command) -> None:
    for name in ("train.txt", "val.txt", "test.txt"):
        (here / "jane-en" / name).unlink(missing_ok=True)
    done = glowvox("data", "prepare", "jane-en", "-o", "out", "--workers", "1", "--held-out", "3", "--json")
    assert json.loads(done.out)["summary"]["clips"] == {"train": 6, "val": 3, "test": 3}
    refused = glowvox("data", "prepare", "jane-en", "-o", "other", "--held-out", "6")
    assert "held out: 6 sentences for val and as many for test, but the corpus has 12 in all" in refused.err
    assert not (here / "other").exists()
