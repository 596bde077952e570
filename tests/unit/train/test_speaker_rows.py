"""Speakers by vectors from outside, and one speaker more: the rest stays to the bit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from glowvox.errors import ConfigError, UsageError
from glowvox.export.exporting import Request, make_voice
from glowvox.export.source import Source
from glowvox.export.writing import write_voice
from glowvox.runtime.voice import Voice
from glowvox.train.finetune import SPEAKERS
from glowvox.train.run import Run
from glowvox.train.samples import SampleSheet, SampleWriter
from glowvox.train.speaker import Speaker
from glowvox.train.speaker_rows import add_speaker
from glowvox.train.start import train
from glowvox.train.weights import trained_values, write_weights
from tests.fixtures.prepared import make_prepared
from tests.fixtures.runs import make_run
from tests.train.building import MODEL, settings

GIVEN = replace(MODEL, speakers="given", speaker_width=5)


@pytest.fixture(autouse=True)
def _no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SampleWriter, "write", lambda self, step, speaker: SampleSheet(step=step))


def vectors(path: Path, names: tuple[str, ...], width: int = 5) -> str:
    rng = np.random.default_rng(0)
    table = {
        f"{name}-{clip}": {"name": name, "embedding": rng.standard_normal(width).tolist()}
        for name in names
        for clip in range(3)
    }
    path.write_text(json.dumps(table))
    return str(path)


def mean(path: str, name: str) -> torch.Tensor:
    table = json.loads(Path(path).read_text()).values()
    return torch.tensor(np.mean([e["embedding"] for e in table if e["name"] == name], axis=0), dtype=torch.float32)


@pytest.mark.parametrize("speakers", [1, 2])
def test_a_voice_is_trained_from_vectors_speaks_by_name_and_is_exported(tmp_path: Path, speakers: int) -> None:
    prepared = make_prepared(tmp_path / "clips", speakers=speakers)
    file = vectors(tmp_path / "v.json", ("zoe", "speaker1", "speaker0"))
    config = settings(prepared, model=GIVEN, speaker_vectors=(file,), steps=2, test_sentences=())
    train(tmp_path / "run", config)
    run = Run.load(tmp_path / "run")
    names = tuple(f"speaker{number}" for number in range(speakers))
    assert run.settings.speakers == names
    table = trained_values(run)[0][SPEAKERS]
    for row, name in enumerate(names):  # they do not train
        assert torch.allclose(table[row], mean(file, name))
    assert f"speaker vectors: {speakers} of 5 values from {file}" in (run.folder / "beginning.txt").read_text()
    # going on needs no file
    Path(file).unlink()
    train(tmp_path / "run", replace(config, steps=3))

    three = add_speaker(run.folder, tmp_path / "three", "zoe", vector=np.arange(5, dtype=np.float32))
    assert three.settings.speakers == (*names, "zoe")
    voice = Speaker.load(three.folder)
    mels = {name: voice.speak("The cat.", speaker=name)[0].mel for name in voice.speakers}
    before = Speaker.load(run.folder).speak("The cat.", speaker="speaker0")[0].mel
    np.testing.assert_array_equal(mels["speaker0"], before)
    exported = make_voice(Source.load(three.folder), None, Request(name="v", precision="fp32", licence="x", data="y"))
    write_voice(exported, tmp_path / "voice")
    spoken = Voice.load(tmp_path / "voice")
    assert spoken.speakers == (*names, "zoe")
    for name in spoken.speakers:
        assert spoken.say("The cat.", speaker=name).samples.any()
    with pytest.raises(UsageError, match=r"no speaker 'zo' in this voice; did you mean 'zoe'\?; known: speaker0"):
        voice.number("zo")


def test_vectors_that_cannot_be_used_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    prepared = make_prepared(tmp_path / "clips", speakers=2)
    cases = (
        ((), UsageError, "there is none of speaker0, speaker1"),
        ((vectors(tmp_path / "a.json", ("speaker0", "anna")),), ConfigError, "no vector of speaker 'speaker1'"),
        ((vectors(tmp_path / "b.json", ("speaker0", "speaker1"), 4),), ConfigError, "has 4 values; expected 5, as the"),
    )
    for files, kind, message in cases:
        with pytest.raises(kind) as caught:
            train(tmp_path / "run", settings(prepared, model=GIVEN, speaker_vectors=files))
        assert message in str(caught.value)
        assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("like", [None, "ben"])
def test_a_row_is_added_and_nothing_else_changes(tmp_path: Path, like: str | None) -> None:
    run = make_run(tmp_path / "run", speakers=("anna", "ben"))
    made = add_speaker(run.folder, tmp_path / "more", "cleo", like=like)
    before, after = trained_values(run)[0], trained_values(made)[0]
    assert made.settings == replace(run.settings, speakers=("anna", "ben", "cleo"))
    rows = before[SPEAKERS]
    expected = rows.mean(dim=0) if like is None else rows[1]
    assert torch.equal(after[SPEAKERS], torch.cat([rows, expected[None]]))
    for name, value in before.items():
        assert name == SPEAKERS or torch.equal(after[name], value), name
    assert Run.load(run.folder).settings.speakers == ("anna", "ben")
    write_weights(run, tmp_path / "w.safetensors", card={})
    from_file = add_speaker(tmp_path / "w.safetensors", tmp_path / "third", "cleo", like=like)
    assert from_file.settings.speakers == ("anna", "ben", "cleo")
    if like:
        voice = Speaker.load(made.folder)
        one, other = (voice.speak("The cat.", speaker=name)[0].mel for name in ("ben", "cleo"))
        np.testing.assert_array_equal(one, other)


def test_what_does_not_suit_the_voice_is_refused(tmp_path: Path) -> None:
    learned = make_run(tmp_path / "learned", speakers=("anna", "ben")).folder
    alone = make_run(tmp_path / "alone").folder
    vector = np.ones(8, np.float32)
    cases = (
        ((learned, "anna", None, None), "there is a speaker 'anna' already"),
        ((learned, "an:na", None, None), "expected a name without commas and colons"),
        ((learned, "cleo", vector, None), "learnt its own table of speakers, which vectors from outside do not fit"),
        ((learned, "cleo", None, "bn"), "--like bn: no such speaker; did you mean 'ben'?"),
        ((alone, "cleo", None, None), "has one speaker and nothing that tells speakers apart"),
    )
    for (place, name, given, like), message in cases:
        with pytest.raises(UsageError) as caught:
            add_speaker(place, tmp_path / "out", name, vector=given, like=like)
        assert message in caught.value.message
        assert not (tmp_path / "out").exists()
    with pytest.raises(UsageError, match="there is a run already"):
        add_speaker(learned, alone, "cleo")


def test_a_voice_of_vectors_asks_for_one_of_its_width(tmp_path: Path) -> None:
    prepared = make_prepared(tmp_path / "clips", speakers=2)
    file = vectors(tmp_path / "v.json", ("speaker1", "speaker0"))
    train(tmp_path / "run", settings(prepared, model=GIVEN, speaker_vectors=(file,), steps=1, test_sentences=()))
    with pytest.raises(UsageError, match="told its speakers by vectors from outside"):
        add_speaker(tmp_path / "run", tmp_path / "out", "cleo")
    with pytest.raises(UsageError, match="its speaker vectors have 5 values, this one has 4"):
        add_speaker(tmp_path / "run", tmp_path / "out", "cleo", vector=np.ones(4, np.float32))
    with pytest.raises(UsageError, match="--like speaker0: this voice is told its speakers by vectors"):
        add_speaker(tmp_path / "run", tmp_path / "out", "cleo", vector=np.ones(5, np.float32), like="speaker0")
