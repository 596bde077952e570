from __future__ import annotations

import base64
import io
import resource
import wave
from pathlib import Path

import numpy as np
import pytest

from glowvox.audio.timing import Timed
from glowvox.audio.wave import Audio, join, pcm16, wav_bytes, write_wav
from glowvox.errors import AudioError, GlowvoxError


def tone(seconds: float = 0.1) -> Audio:
    time = np.arange(round(22050 * seconds)) / 22050
    return Audio((0.5 * np.sin(2 * np.pi * 440 * time)).astype(np.float32), 22050)


def test_seconds_follow_from_the_rate() -> None:
    assert Audio(np.zeros(11025, np.float32), 22050).seconds == 0.5


@pytest.mark.parametrize(("shape", "rate"), [((2, 10), 22050), ((10,), 0)])
def test_what_is_not_one_channel_at_a_rate_is_refused(shape: tuple[int, ...], rate: int) -> None:
    with pytest.raises(AudioError, match="expected"):
        Audio(np.zeros(shape, np.float32), rate)


def test_full_scale_is_32767_and_the_rest_is_clipped() -> None:
    assert pcm16(np.array([0, 1, -1, 2, -2, 0.5], np.float32)).tolist() == [0, 32767, -32767, 32767, -32767, 16384]


def test_a_written_file_holds_the_samples(tmp_path: Path) -> None:
    audio = tone()
    write_wav(tmp_path / "tone.wav", audio)
    with wave.open(str(tmp_path / "tone.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22050)
        held = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    np.testing.assert_array_equal(held, pcm16(audio.samples))
    assert (tmp_path / "tone.wav").read_bytes() == wav_bytes(audio)


def test_nan_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="NaN or infinite"):
        write_wav(tmp_path / "nan.wav", Audio(np.array([0, np.nan], np.float32), 8000))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(GlowvoxError, match=r"nowhere/x\.wav: cannot write") as caught:
        write_wav(tmp_path / "nowhere" / "x.wav", tone())
    assert caught.value.hint == "make the folder first"


def test_a_folder_or_device_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(GlowvoxError, match="a folder or a device"):
        write_wav(tmp_path, tone())
    with pytest.raises(GlowvoxError, match="a folder or a device"):
        write_wav(Path("/dev/null"), tone())


def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path) -> None:
    target = tmp_path / "old.wav"
    write_wav(target, tone(0.01))
    before = target.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(GlowvoxError, match=r"old\.wav: cannot write: File too large"):
            write_wav(target, tone(1.0))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert target.read_bytes() == before
    assert list(tmp_path.iterdir()) == [target]


def test_bytes_are_a_wav_file() -> None:
    with wave.open(io.BytesIO(wav_bytes(tone()))) as file:
        assert file.getnframes() == 2205


def test_joined_pieces_keep_their_times() -> None:
    first = Audio(np.zeros(100, np.float32), 100, "a b", 3, (Timed("a", 0.1, 0.4, (0, 1)),), ())
    second = Audio(
        np.ones(50, np.float32), 100, "", 0, (Timed("b", 0.0, 0.3, (2, 3)),), (Timed("B", 0.1, 0.2, (2, 3)),)
    )
    both = join([first, second])
    assert (len(both), both.sample_rate, both.text, both.seed) == (150, 100, "a b", 3)
    assert both.words == (Timed("a", 0.1, 0.4, (0, 1)), Timed("b", 1.0, 1.3, (2, 3)))
    assert both.phonemes == (Timed("B", 1.1, 1.2, (2, 3)),)


def test_pieces_that_do_not_fit_are_refused() -> None:
    with pytest.raises(AudioError, match="no piece of audio"):
        join([])
    with pytest.raises(AudioError, match="100 Hz and of 200 Hz"):
        join([Audio(np.zeros(1, np.float32), 100), Audio(np.zeros(1, np.float32), 200)])


def test_audio_is_an_array_and_a_player() -> None:
    audio = tone()
    assert len(audio) == 2205
    assert np.asarray(audio).dtype == np.float32
    assert np.asarray(audio, dtype=np.float64).dtype == np.float64
    assert np.abs(audio).max() == pytest.approx(0.5, abs=1e-3)
    page = audio._repr_html_()
    assert page.startswith('<audio controls src="data:audio/wav;base64,')
    assert "<script" not in page
    content = base64.b64decode(page.partition("base64,")[2].partition('"')[0])
    with wave.open(io.BytesIO(content)) as file:
        assert file.readframes(5000) == audio.to_pcm16()
