from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from glowvox.audio.read import read_audio
from glowvox.errors import AudioError

RATE = 22050


def tone(rate: int, channels: int = 1, seconds: float = 0.5) -> np.ndarray:
    mono = 0.5 * np.sin(2 * np.pi * 440 * np.arange(round(rate * seconds)) / rate)
    return np.repeat(mono[:, None], channels, axis=1)


def amplitude_at(samples: np.ndarray, frequency: float) -> float:
    middle = samples[len(samples) // 4 : len(samples) // 4 + RATE // 10 * 2]
    return 2 * abs(np.mean(middle * np.exp(-2j * np.pi * frequency * np.arange(len(middle)) / RATE)))


FORMATS = [
    ("wav", "PCM_U8", 0.02),
    ("wav", "PCM_16", 0.002),
    ("wav", "PCM_24", 0.002),
    ("wav", "PCM_32", 0.002),
    ("wav", "FLOAT", 0.002),
    ("wav", "DOUBLE", 0.002),
    ("wav", "ULAW", 0.02),
    ("wav", "ALAW", 0.02),
    ("flac", "PCM_16", 0.002),
    ("flac", "PCM_24", 0.002),
    ("ogg", "VORBIS", 0.05),
    ("ogg", "OPUS", 0.05),
    ("mp3", "MPEG_LAYER_III", 0.05),
    ("aiff", "PCM_16", 0.002),
]


@pytest.mark.parametrize(("suffix", "subtype", "tolerance"), FORMATS)
def test_every_format_gives_the_same_tone(tmp_path: Path, suffix: str, subtype: str, tolerance: float) -> None:
    path = tmp_path / f"tone.{suffix}"
    rate = 48000 if subtype == "OPUS" else 44100
    soundfile.write(path, tone(rate, channels=2), rate, subtype=subtype)
    recording = read_audio(path, RATE)
    assert (recording.source_rate, recording.channels) == (rate, 2)
    assert recording.encoding.endswith(subtype)
    assert recording.audio.sample_rate == RATE
    assert recording.audio.samples.dtype == np.float32
    assert recording.audio.seconds == pytest.approx(0.5, abs=0.06)
    assert amplitude_at(recording.audio.samples, 440) == pytest.approx(0.5, abs=tolerance)
    assert f"resampled from {rate} to {RATE} Hz" in recording.notes
    assert "downmixed from 2 channels: took their mean" in recording.notes


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 24000, 32000, 96000])
@pytest.mark.parametrize("channels", [1, 6])
def test_any_rate_and_channel_count(tmp_path: Path, rate: int, channels: int) -> None:
    soundfile.write(tmp_path / "tone.wav", tone(rate, channels), rate)
    recording = read_audio(tmp_path / "tone.wav", RATE)
    assert len(recording.audio.samples) == pytest.approx(RATE / 2, abs=1)
    assert amplitude_at(recording.audio.samples, 440) == pytest.approx(0.5, abs=2e-3)


def test_without_a_wanted_rate_the_files_own_is_kept(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "tone.wav", tone(16000), 16000)
    recording = read_audio(tmp_path / "tone.wav")
    assert recording.audio.sample_rate == 16000
    assert recording.notes == ()


def write_stereo(path: Path, left: np.ndarray, right: np.ndarray) -> None:
    soundfile.write(path, np.stack((left, right), axis=1), RATE)


def test_opposite_channels_do_not_cancel(tmp_path: Path) -> None:
    left = tone(RATE)[:, 0]
    write_stereo(tmp_path / "x.wav", -0.9 * left, left)
    recording = read_audio(tmp_path / "x.wav")
    assert recording.notes == ("downmixed from 2 channels in opposite phase: took the right one",)
    assert np.abs(recording.audio.samples).max() == pytest.approx(0.5, abs=1e-3)


def test_a_dead_channel_does_not_halve_the_other(tmp_path: Path) -> None:
    left = tone(RATE)[:, 0]
    write_stereo(tmp_path / "x.wav", left, 0 * left)
    recording = read_audio(tmp_path / "x.wav")
    assert recording.notes == ("downmixed from 2 channels of unequal level: took the left one",)
    assert np.abs(recording.audio.samples).max() == pytest.approx(0.5, abs=1e-3)


def test_unrelated_channels_are_averaged(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (2, RATE))
    write_stereo(tmp_path / "x.wav", *noise)
    recording = read_audio(tmp_path / "x.wav")
    assert recording.notes == ("downmixed from 2 channels: took their mean",)
    np.testing.assert_allclose(recording.audio.samples, noise.mean(0), atol=1e-4)


def test_clipping_offset_and_overshoot_are_noted(tmp_path: Path) -> None:
    wave = tone(RATE)[:, 0]
    soundfile.write(tmp_path / "clipped.wav", np.clip(4 * wave, -0.8, 0.8), RATE)
    (note,) = read_audio(tmp_path / "clipped.wav").notes
    assert note.startswith("clipped: 7")  # |sin| > 0.4 for 74 % of the time
    assert note.endswith("% of samples")
    soundfile.write(tmp_path / "offset.wav", wave + 0.1, RATE)
    assert read_audio(tmp_path / "offset.wav").notes == ("constant offset of +0.100",)
    soundfile.write(tmp_path / "over.wav", 6 * wave, RATE, subtype="FLOAT")
    over = read_audio(tmp_path / "over.wav")
    assert over.notes == ("peaks at 3.00 of full scale: scaled down to 1",)
    assert np.abs(over.audio.samples).max() == pytest.approx(1.0)


BAD = {
    "b01_zero_bytes.wav": r"the file is empty \(0 bytes\)",
    "b02_no_samples.wav": "holds no samples",
    "b03_nan_float.wav": r"\d+ of \d+ samples are NaN or infinite",
    "b07_truncated.flac": "cannot be decoded: .*lost sync|truncated: its header promises",
    "b08_truncated_data.wav": r"truncated: its header promises 0\.37 s, the file holds 0\.22 s",
    "b10_text_inside.wav": "cannot be decoded: Format not recognised",
}
GOOD = {
    "b04_pcm24.wav": ("WAV PCM_24", 16000, 1),
    "b05_float32_over.wav": ("WAV FLOAT", 16000, 1),
    "b06_8k_stereo.wav": ("WAV PCM_16", 8000, 2),
    "b09_header_size_ffffffff.wav": ("WAV PCM_16", 16000, 1),
    "b11_silence.wav": ("WAV PCM_16", 16000, 1),
    "b12_tiny_20ms.wav": ("WAV PCM_16", 16000, 1),
    "b13_clipped_dc.wav": ("WAV PCM_16", 16000, 1),
    "b14_u8.wav": ("WAV PCM_U8", 16000, 1),
    "b15_mulaw.wav": ("WAV ULAW", 16000, 1),
    "b16_44100.wav": ("WAV PCM_16", 44100, 1),
    "name with space.wav": ("WAV PCM_16", 16000, 1),
    "ok_1.wav": ("WAV PCM_16", 16000, 1),
    "ok_2.wav": ("WAV PCM_16", 16000, 1),
    "ünï.wav": ("WAV PCM_16", 16000, 1),
}


def test_the_two_tables_cover_the_broken_corpus(corpora_dir: Path) -> None:
    assert {path.name for path in (corpora_dir / "bad" / "wavs").iterdir()} == BAD.keys() | GOOD.keys()


@pytest.mark.parametrize("name", BAD)
def test_broken_files_are_refused_by_name(corpora_dir: Path, name: str) -> None:
    path = corpora_dir / "bad" / "wavs" / name
    with pytest.raises(AudioError, match=BAD[name]) as caught:
        read_audio(path, RATE)
    assert caught.value.message.startswith(f"{path}: ")
    assert "\n" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("name", GOOD)
def test_odd_but_valid_files_load(corpora_dir: Path, name: str) -> None:
    recording = read_audio(corpora_dir / "bad" / "wavs" / name, RATE)
    assert (recording.encoding, recording.source_rate, recording.channels) == GOOD[name]
    assert np.isfinite(recording.audio.samples).all()
    assert len(recording.audio.samples) > 0


def test_the_same_speech_in_other_clothes_has_the_same_level(corpora_dir: Path) -> None:
    folder = corpora_dir / "bad" / "wavs"
    reference = read_audio(folder / "ok_1.wav", RATE).audio.samples
    for name in ("b04_pcm24.wav", "b09_header_size_ffffffff.wav", "b14_u8.wav", "b15_mulaw.wav"):
        same = read_audio(folder / name, RATE).audio.samples
        assert np.sqrt(np.mean((same - reference) ** 2)) < 0.08 * np.sqrt(np.mean(reference**2)), name
    stereo = read_audio(folder / "b06_8k_stereo.wav").notes
    assert "downmixed from 2 channels in opposite phase: took the left one" in stereo


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"gone\.wav: no such file"):
        read_audio(tmp_path / "gone.wav")
    with pytest.raises(AudioError, match="is a folder"):
        read_audio(tmp_path)


def test_a_truncated_flac_of_intact_frames_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.flac"
    soundfile.write(path, np.random.default_rng(0).normal(0, 0.1, RATE * 2), RATE)
    path.write_bytes(path.read_bytes()[:40000])
    with pytest.raises(AudioError, match=r"x\.flac: (truncated|cannot be decoded)"):
        read_audio(path)


def test_a_few_missing_bytes_are_forgiven(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    soundfile.write(path, tone(RATE), RATE)
    path.write_bytes(path.read_bytes()[:-100])
    assert len(read_audio(path).audio.samples) == RATE // 2 - 50


def test_a_rate_that_no_recording_has_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    soundfile.write(path, tone(RATE), 2_000_000_000)
    with pytest.raises(AudioError, match=r"x\.wav: sample rate 2000000000 Hz: expected 1000 to 768000"):
        read_audio(path, RATE)
