"""Sounds and pictures of a step."""

from __future__ import annotations

import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import torch

from glowvox.data.prepared import Clip
from glowvox.train.samples import SampleSheet, SampleWriter, SentenceSample, hear, read_sheets, shown, voices
from tests.unit.train.conftest import Sampled


def clip(name: str, *, speaker: int, frames: int) -> Clip:
    return Clip(id=name, speaker=speaker, ids=(1, 2), symbols=("^", "$"), frames=frames, text="", mel_path=Path(name))


def test_a_sheet_names_every_file_it_wrote(sampled: Sampled) -> None:
    assert [(sentence.text, sentence.speaker) for sentence in sampled.sheet.sentences] == [("The cat.", "speaker1")]
    sentence, recording = sampled.sheet.sentences[0], sampled.sheet.clips[0]
    named = {
        sentence.audio,
        sentence.picture,
        recording.real,
        recording.forced,
        recording.free,
        recording.alignment,
        recording.mels,
        "samples.json",
    }
    assert named == {path.name for path in sampled.folder.iterdir()}
    assert read_sheets(sampled.run.samples) == [(sampled.folder, sampled.sheet)]


def test_sounds_are_as_long_as_their_mels(sampled: Sampled) -> None:
    recording = sampled.prepared.clips("val")[0]
    for part in ("real", "forced"):
        with wave.open(str(sampled.folder / f"clip-1-{part}.wav")) as sound:
            assert sound.getnframes() == recording.frames * 256
            assert sound.getframerate() == 22050


def test_what_is_heard_of_a_recording(sampled: Sampled) -> None:
    recording = sampled.prepared.clips("val")[0]
    heard = hear(sampled.speaker, recording)
    assert np.array_equal(heard.real, recording.mel().T)
    apart = np.abs(heard.forced - heard.real).mean()
    assert sampled.sheet.clips[0].difference == pytest.approx(apart, abs=1e-4)
    assert heard.forced.shape == heard.real.shape  # the recording's own durations
    alignment = heard.alignment
    assert alignment.symbols == recording.symbols
    assert alignment.durations.sum() == recording.frames
    assert alignment.durations.min() >= 1
    assert alignment.likelihood.shape == (len(recording.ids), recording.frames)
    assert alignment.predicted.shape == alignment.durations.shape
    # under a prior of unit variance the likelihood falls with the distance from a symbol's mean
    first = -0.5 * 80 * np.log(2 * np.pi)
    assert alignment.likelihood.max() <= first
    assert alignment.prior.shape == heard.real.shape


def test_the_same_step_gives_the_same_bytes(sampled: Sampled, tmp_path: Path) -> None:
    writer = SampleWriter(tmp_path, sentences=["The cat."], voices=["speaker1"], clips=())
    assert writer.write(3, sampled.speaker).sentences == sampled.sheet.sentences
    for name in ("sentence-1-1-speaker1.wav", "sentence-1-1-speaker1.png"):
        assert (tmp_path / "step-0000003" / name).read_bytes() == (sampled.folder / name).read_bytes()


def test_random_numbers_of_the_training_are_not_touched(sampled: Sampled, tmp_path: Path) -> None:
    torch.manual_seed(7)
    before = torch.get_rng_state()
    SampleWriter(tmp_path, sentences=["A cat."], voices=["speaker0"], clips=()).write(1, sampled.speaker)
    assert torch.equal(before, torch.get_rng_state())


def test_without_matplotlib_the_sounds_are_still_there(
    sampled: Sampled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    writer = SampleWriter(tmp_path, sentences=["The cat.", "A mat."], voices=["speaker1"], clips=())
    sheet = writer.write(3, sampled.speaker)
    assert [(s.picture, s.problem) for s in sheet.sentences] == [(None, None), (None, None)]
    assert (tmp_path / "step-0000003" / "sentence-2-1-speaker1.wav").is_file()
    assert caplog.text.count("matplotlib") == 1  # told once, not for every picture


def test_a_sentence_that_cannot_be_spoken_is_named_and_the_others_are_made(sampled: Sampled, tmp_path: Path) -> None:
    writer = SampleWriter(tmp_path, sentences=["", "The {ZZ} cat.", "The cat."], voices=["speaker1"], clips=())
    sheet = writer.write(3, sampled.speaker)
    assert [sample.audio is None for sample in sheet.sentences] == [True, True, False]
    assert "sentence 'The {ZZ} cat.'" in (sheet.sentences[1].problem or "")


def test_a_recording_that_has_gone_is_named(sampled: Sampled, tmp_path: Path) -> None:
    gone = clip("gone.npy", speaker=0, frames=20)
    sheet = SampleWriter(tmp_path, sentences=(), voices=(), clips=[gone]).write(3, sampled.speaker)
    assert "gone.npy" in (sheet.clips[0].problem or "")


def test_half_written_samples_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "step-0000009").mkdir()
    (tmp_path / "step-0000010").mkdir()
    (tmp_path / "step-0000010" / "samples.json").write_text('{"step": 10')
    assert read_sheets(tmp_path) == []
    assert read_sheets(tmp_path / "none") == []


def test_the_speakers_with_most_clips_are_sampled() -> None:
    clips = [clip(str(n), speaker=s, frames=10) for n, s in enumerate([3, 1, 1, 0, 3, 3, 2, 2, 2, 2])]
    assert voices(clips, ["a", "b", "c", "d"]) == ["c", "d", "b"]


def test_the_recording_shown_is_held_out_of_middle_length_and_of_the_main_speaker() -> None:
    train = [clip("t", speaker=1, frames=50)]
    held = [clip("x", speaker=0, frames=5), *(clip(f"v{n}", speaker=1, frames=n) for n in (30, 10, 20))]
    assert [c.id for c in shown(train, held, diagnostic=False)] == ["v20"]
    assert [c.id for c in shown(train, held[:1], diagnostic=False)] == ["x"]
    assert [c.id for c in shown(train, [], diagnostic=False)] == ["t"]
    assert [c.id for c in shown(held, held, diagnostic=True)] == ["x", "v30", "v10"]


def test_names_of_speakers_become_names_of_files(sampled: Sampled, tmp_path: Path) -> None:
    sheet = SampleSheet(step=1, sentences=(SentenceSample(text="a", speaker="b"),))
    assert sheet.sentences[0].audio is None
    from glowvox.train.samples import _file_name

    assert _file_name("../É 1") == "---É-1"
    assert _file_name("") == "speaker"
