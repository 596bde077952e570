"""`glowvox convert` and `glowvox interpolate`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from glowvox.audio.mel import log_mel
from glowvox.audio.read import read_audio
from glowvox.audio.wave import Audio, write_wav
from glowvox.data.sound import at_level
from glowvox.train.conversion import convert_recording
from glowvox.train.speaker import Speaker
from tests.cli.conftest import Command
from tests.fixtures.corpora import clip
from tests.fixtures.exported import shake
from tests.fixtures.runs import make_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return make_run(tmp_path / "run", speakers=("anna", "ben")).folder


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    write_wav(tmp_path / "clip.wav", Audio(clip(0.8, silence=0.05), 16_000))
    return tmp_path / "clip.wav"


def test_one_recording(glowvox: Command, tmp_path: Path, run: Path, recording: Path) -> None:
    target = tmp_path / "out.wav"
    left = glowvox("convert", recording, "--run", run, "--to", "ben", "-o", target)
    assert left.status == 0, left.err
    assert left.out == f"{target}  0.88 s  anna → ben\n"
    sound = read_audio(target).audio
    assert sound.sample_rate == 22050
    assert sound.seconds == pytest.approx(0.9, abs=2 * 256 / 22050)


def test_to_the_speaker_itself_it_is_the_recording(run: Path, recording: Path) -> None:
    voice, sounded = Speaker.load(run), []
    shake(voice.model)  # an untrained flow treats all speakers alike

    class Listening:
        def __call__(self, mel: npt.NDArray[np.float32], seed: int) -> npt.NDArray[np.float32]:
            sounded.append(mel)
            return np.zeros(mel.shape[1] * 256, np.float32)

    voice.vocoder = Listening()  # type: ignore[assignment]
    for target in ("ben", "anna"):
        convert_recording(voice, recording, source="ben", target=target)
    samples = at_level(read_audio(recording, 22050).audio.samples, 22050, -23.0, -1.0)
    mel = log_mel(samples, voice.mel)[:, : sounded[0].shape[1]]
    np.testing.assert_allclose(sounded[0], mel, rtol=0, atol=1e-3)
    assert np.abs(sounded[1] - mel).mean() > 0.01


def test_several_go_into_a_folder_and_a_bad_one_stops_nothing(
    glowvox: Command, tmp_path: Path, run: Path, recording: Path
) -> None:
    soundfile.write(tmp_path / "silent.wav", np.zeros(8_000), 16_000)
    left = glowvox(
        "convert",
        recording,
        tmp_path / "silent.wav",
        "--run",
        run,
        "--from",
        "ben",
        "--to",
        "anna",
        "-o",
        tmp_path / "o",
    )
    assert left.status != 0
    assert left.out == f"{tmp_path / 'o' / 'clip.wav'}  0.88 s  ben → anna\n"
    assert f"{tmp_path / 'silent.wav'}: nothing but silence" in left.err
    assert "1 of 2 inputs could not be converted; the others are written" in left.err
    assert [path.name for path in (tmp_path / "o").iterdir()] == ["clip.wav"]


def test_what_convert_refuses(glowvox: Command, tmp_path: Path, run: Path, recording: Path) -> None:
    unknown = glowvox("convert", recording, "--run", run, "--to", "bem", "-o", tmp_path / "o.wav")
    assert "no speaker 'bem' in this voice" in unknown.err
    assert "ben" in unknown.err
    onto = glowvox("convert", recording, "--run", run, "--to", "ben", "-o", recording)
    assert f"{recording}: the output would overwrite the input" in onto.err
    kind = glowvox("convert", recording, "--run", run, "--to", "ben", "-o", tmp_path / "o.mp3")
    assert "expected a name that ends in .wav for one input, or a folder" in kind.err
    twice = glowvox("convert", recording, recording, "--run", run, "--to", "ben", "-o", tmp_path / "o")
    assert "two inputs of the same name would be written to one file" in twice.err
    assert {unknown.status, onto.status, kind.status, twice.status}.isdisjoint({0})
    assert not (tmp_path / "o.wav").exists()


def test_an_exported_voice_has_no_latents(glowvox: Command, tmp_path: Path, exported: Path, recording: Path) -> None:
    left = glowvox("convert", recording, "--run", exported, "--to", "ben", "-o", tmp_path / "o.wav")
    assert left.status != 0
    assert "an exported voice; converting voices needs the run or weights it was made of" in left.err


def test_the_ends_of_the_way_are_the_speakers(glowvox: Command, tmp_path: Path, run: Path) -> None:
    left = glowvox(
        "interpolate", "The cat. The rain.", "--run", run, "--to", "ben", "--steps", 3, "-o", tmp_path / "way"
    )
    assert left.status == 0, left.err
    names = [f"{tmp_path / 'way'}/{number}.wav" for number in (1, 2, 3)]
    assert [line.split("  ")[0] for line in left.out.splitlines()] == names
    voice = Speaker.load(run)
    first, _, last = (read_audio(Path(name)).audio.samples for name in names)
    for samples, speaker in ((first, "anna"), (last, "ben")):
        said = voice.say("The cat. The rain.", speaker=speaker, seed=0).samples
        assert len(samples) == len(said)
        np.testing.assert_allclose(samples, said, atol=3e-3)


def test_between_two_readings(glowvox: Command, tmp_path: Path, run: Path) -> None:
    arguments = ("interpolate", "The cat.", "--run", run, "--from", "ben", "--seed", 1, "--to-seed", 2, "--steps", 2)
    assert glowvox(*arguments, "-o", tmp_path / "way").status == 0
    one, two = ((tmp_path / "way" / f"{number}.wav").read_bytes() for number in (1, 2))
    assert one != two
    assert glowvox(*arguments, "-o", tmp_path / "again").status == 0
    assert (tmp_path / "again" / "2.wav").read_bytes() == two


def test_what_interpolate_refuses(glowvox: Command, tmp_path: Path, run: Path) -> None:
    same = glowvox("interpolate", "Hello.", "--run", run, "-o", tmp_path / "way")
    assert "both ends are the same" in same.err
    empty = glowvox("interpolate", "  ", "--run", run, "--to", "ben", "-o", tmp_path / "way")
    assert "the text holds nothing to speak" in empty.err
    unknown = glowvox("interpolate", "Hello.", "--run", run, "--to", "carl", "-o", tmp_path / "way")
    assert "no speaker 'carl' in this voice" in unknown.err
    assert {same.status, empty.status, unknown.status}.isdisjoint({0})
    assert not (tmp_path / "way").exists()
