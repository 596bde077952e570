from __future__ import annotations

import io
import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from glowvox.audio.read import read_audio
from glowvox.audio.riff import MARK, wav_header
from glowvox.audio.wave import Audio
from glowvox.audio.write import FORMATS, WavFile, check_target, writing
from glowvox.errors import AudioError, GlowvoxError, UsageError


def tone(seconds: float = 2.0, rate: int = 22_050) -> Audio:
    time = np.arange(round(rate * seconds)) / rate
    return Audio((0.5 * np.sin(2 * np.pi * 440 * time)).astype(np.float32), rate, text="a tone")


@pytest.mark.parametrize("ending", [*FORMATS, ".WAV", ".Mp3"])
def test_every_format_holds_the_tone_and_says_that_it_is_synthetic(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"tone{ending}"
    audio = tone()
    audio.save(path)
    with soundfile.SoundFile(path) as file:
        assert file.comment == MARK
        assert file.channels == 1
    held = read_audio(path).audio
    assert held.sample_rate == (24_000 if ending == ".opus" else 22_050)
    assert held.seconds == pytest.approx(2.0, abs=0.06)  # MP3 comes in whole frames
    middle = held.samples[held.sample_rate // 2 : held.sample_rate * 3 // 2]
    spectrum = np.abs(np.fft.rfft(middle))
    assert np.argmax(spectrum) == 440
    assert np.abs(middle).max() == pytest.approx(0.5, abs=0.03)
    assert list(tmp_path.iterdir()) == [path]


def test_lossless_files_hold_the_very_samples(tmp_path: Path) -> None:
    for ending in (".wav", ".flac"):
        tone().save(tmp_path / f"x{ending}")
        held, _ = soundfile.read(tmp_path / f"x{ending}", dtype="int16")
        np.testing.assert_array_equal(held, np.frombuffer(tone().to_pcm16(), "<i2"))


def test_recordings_are_not_called_synthetic(tmp_path: Path) -> None:
    Audio(tone().samples, 22_050).save(tmp_path / "x.wav")
    with soundfile.SoundFile(tmp_path / "x.wav") as file:
        assert file.comment == ""


def test_a_file_written_in_pieces_is_the_file_written_at_once(tmp_path: Path) -> None:
    audio = tone()
    for ending in (".wav", ".flac", ".ogg"):
        audio.save(tmp_path / f"whole{ending}")
        with writing(tmp_path / f"pieces{ending}", audio.sample_rate, synthetic=True) as file:
            for start in range(0, len(audio), 5000):
                file.write(audio.samples[start : start + 5000])
        held = [soundfile.read(tmp_path / f"{name}{ending}", dtype="int16")[0] for name in ("whole", "pieces")]
        np.testing.assert_array_equal(*held)
    assert (tmp_path / "whole.wav").read_bytes() == (tmp_path / "pieces.wav").read_bytes() == audio.to_wav_bytes()


def test_odd_rates_are_resampled_where_the_format_has_none(tmp_path: Path) -> None:
    Audio(np.zeros(17_000, np.float32), 17_000).save(tmp_path / "x.mp3")
    assert read_audio(tmp_path / "x.mp3").source_rate == 22_050


def test_a_wav_on_a_pipe_has_the_largest_size_there_is() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    pipe = Pipe()
    file = WavFile(pipe, 22_050, synthetic=True)
    file.write(tone().samples)
    file.finish()
    assert pipe.getvalue() == wav_header(22_050, None, synthetic=True) + tone().to_pcm16()
    with wave.open(io.BytesIO(pipe.getvalue())) as opened:
        assert opened.readframes(10**7) == tone().to_pcm16()


def test_a_wav_on_a_stream_that_can_seek_gets_its_size() -> None:
    stream = io.BytesIO(b"before")
    stream.seek(0, 2)
    file = WavFile(stream, 22_050, synthetic=True)
    file.write(tone().samples)
    file.finish()
    assert stream.getvalue() == b"before" + tone().to_wav_bytes()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("x.mp4", "the ending '.mp4' is no sound format; did you mean '.mp3'"),
        ("x", "a sound file needs an ending"),
        ("no/x.wav", "no does not exist"),
        ("folder.wav", "it is a folder or a device"),
    ],
)
def test_targets_that_cannot_be_written_are_told_beforehand(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(UsageError, match=message):
        check_target(tmp_path / name)


@pytest.mark.parametrize("ending", FORMATS)
def test_nothing_is_left_of_a_file_that_failed(ending: str, tmp_path: Path) -> None:
    samples = np.append(tone().samples, np.float32("nan"))
    with pytest.raises(AudioError, match="NaN"):
        Audio(samples, 22_050).save(tmp_path / f"x{ending}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", FORMATS)
def test_a_full_disk_is_a_message_and_leaves_nothing(ending: str, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 200_000).astype(np.float32)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(GlowvoxError, match="cannot write"):
            Audio(noise, 22_050).save(tmp_path / f"x{ending}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", FORMATS)
def test_memory_does_not_grow_with_the_file(ending: str, tmp_path: Path) -> None:
    second = np.zeros(22_050, np.float32)
    with writing(tmp_path / f"x{ending}", 22_050, synthetic=True) as file:
        for _ in range(5):
            file.write(second)
        tracemalloc.start()
        for _ in range(60):
            file.write(second)
        grown, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert grown < 500_000
