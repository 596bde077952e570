"""A Flowtron's file speaks, and its gate is read in real time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from glowvox.audio.mel import MelConfig
from glowvox.audio.wave import Audio, write_wav
from glowvox.errors import UsageError
from glowvox.models.flowtron_file import FlowtronSettings, build, write_flowtron
from glowvox.text.symbols import ARPABET
from glowvox.train.conversion import convert_reading
from glowvox.train.flowtron_speaker import Attending, FlowtronSpeaker, gate_curve, is_flowtron
from glowvox.train.styling import recording
from tests.fixtures.corpora import clip
from tests.fixtures.exported import shake
from tests.fixtures.flowtrons import MODEL
from tests.fixtures.runs import make_run

SETTINGS = FlowtronSettings(
    model=MODEL, mel=MelConfig(), front_end="english", symbols=tuple(ARPABET.names), speakers=("anna", "ben")
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    write_flowtron(tmp_path / "voice.safetensors", SETTINGS, dict(build(SETTINGS).state_dict()))
    return tmp_path / "voice.safetensors"


def test_a_file_speaks_by_seed_and_variation(file: Path) -> None:
    speaker = FlowtronSpeaker.load(file)
    first, same, other, flat = (
        speaker.speak("A cat. A mat.", seed=seed, variation=variation, speaker="ben")
        for seed, variation in ((1, 0.5), (1, 0.5), (2, 0.5), (2, 0.0))
    )
    assert len(first) == 2
    assert np.array_equal(first[0].mel, same[0].mel)
    assert not np.array_equal(first[0].mel[:, :1], other[0].mel[:, :1])
    assert np.array_equal(flat[0].mel, speaker.speak("A cat.", seed=9, variation=0.0, speaker="ben")[0].mel)
    frames = first[0].mel.shape[1]
    assert [look.shape for look in first[0].attention] == [(frames, len(first[0].symbols))] * 2
    sound = speaker.sound(first)
    assert len(sound.samples) == sum(item.mel.shape[1] for item in first) * 256 + round(0.25 * 22050)


def test_every_sentence_is_spoken_at_the_speed_that_is_wanted(file: Path) -> None:
    speaker = FlowtronSpeaker.load(file)
    own, fast = (speaker.speak("A cat. It saw rain.", seed=2, speed=speed) for speed in (1.0, 1.5))
    assert [item.mel.shape[1] for item in fast] == [round(item.mel.shape[1] / 1.5) for item in own]
    assert [item.attention[0].shape[0] for item in fast] == [item.mel.shape[1] for item in fast]


def test_what_a_flowtron_cannot_do_is_said(file: Path) -> None:
    speaker = FlowtronSpeaker.load(file)
    with pytest.raises(UsageError, match="no speaker 'bem' in this voice; did you mean 'ben'"):
        speaker.say("A cat.", speaker="bem")


def test_reading_its_own_speech_again_finds_the_attention_it_was_made_with(file: Path) -> None:
    speaker = FlowtronSpeaker.load(file)
    spoken = speaker.speak("A cat.", seed=3)[0]
    tokens = torch.tensor([speaker.symbols.encode(spoken.symbols)])
    gate, looks = gate_curve(speaker.model, tokens, torch.from_numpy(spoken.mel)[None], torch.tensor([0]))
    for found, made in zip(looks, spoken.attention, strict=True):
        assert found == pytest.approx(made, abs=1e-4)
    # the last step generates from the end to the start: where the gate ended it, it is open in the first frame only
    assert (gate[1:] <= 0.5).all()
    assert (gate[0] > 0.5) == spoken.ended


def test_files_and_runs_are_told_apart(file: Path, tmp_path: Path) -> None:
    make_run(tmp_path / "run")
    (tmp_path / "noise.safetensors").write_bytes(b"noise")
    assert is_flowtron(file)
    assert not is_flowtron(tmp_path / "run")
    assert not is_flowtron(tmp_path / "noise.safetensors")
    assert not is_flowtron(tmp_path / "nowhere.safetensors")


def test_sentences_side_by_side_are_those_spoken_alone(file: Path) -> None:
    speaker = FlowtronSpeaker.load(file)
    attending = Attending(gate=None, temperature=1.3, longest=20)
    together = speaker.speak("A cat. [pause:0.2s] A cat saw a mat.", seed=3, attending=attending)
    alone = speaker.speak("A cat saw a mat.", seed=3, attending=attending)[0]
    assert [item.mel.shape for item in together] == [(80, 20), (80, 20)]
    np.testing.assert_allclose(together[1].mel, alone.mel, atol=1e-5)
    for found, made in zip(together[1].attention, alone.attention, strict=True):
        np.testing.assert_allclose(found, made, atol=1e-5)


def test_a_recording_converted_to_its_own_speaker_is_the_recording(file: Path, tmp_path: Path) -> None:
    speaker = FlowtronSpeaker.load(file)
    shake(speaker.model)
    write_wav(tmp_path / "clip.wav", Audio(clip(0.8, silence=0.05), 16_000))
    mels: list[np.ndarray] = []

    class Listening:
        def __call__(self, mel: np.ndarray, seed: int) -> np.ndarray:
            mels.append(mel)
            return np.zeros(mel.shape[1] * 256, np.float32)

    speaker.vocoder = Listening()  # type: ignore[assignment]
    for target in ("ben", "anna"):
        convert_reading(speaker, tmp_path / "clip.wav", "A cat.", source="ben", target=target)
    heard = recording(speaker, tmp_path / "clip.wav", "A cat.").mel.numpy()
    np.testing.assert_allclose(mels[0], heard, atol=2e-3)
    assert np.abs(mels[1] - heard).mean() > 0.01
