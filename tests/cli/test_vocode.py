from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result

from glowvox.audio.level import rms_db
from glowvox.audio.mel import MelConfig, log_mel
from glowvox.audio.read import read_audio
from glowvox.audio.wave import Audio, write_wav
from glowvox.cli.vocode import command
from glowvox.errors import AudioError, ConfigError, GlowvoxError, UsageError
from glowvox.models.hifi_gan import HiFiGAN
from glowvox.models.upsampling_config import HiFiGANConfig
from glowvox.models.vocoder_file import write_vocoder
from glowvox.models.waveglow import WaveGlow
from glowvox.models.waveglow_config import WaveGlowConfig


def tone(path: Path, rate: int = 22050) -> Path:
    phase = 2 * np.pi * np.cumsum(np.geomspace(150, 300, rate // 2)) / rate
    samples = sum(0.2 / k * np.sin(k * phase) for k in range(1, 9))
    write_wav(path, Audio(samples.astype(np.float32), rate))
    return path


def vocode(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in arguments], catch_exceptions=True)


def error_of(result: Result) -> GlowvoxError:
    assert isinstance(result.exception, GlowvoxError), result.output
    return result.exception


def test_a_recording_comes_back_as_a_copy_beside_it(tmp_path: Path) -> None:
    source = tone(tmp_path / "clip.wav", 16000)
    result = vocode(source, "--iterations", 20)
    assert result.exit_code == 0, result.output
    output = tmp_path / "clip.vocoded.wav"
    assert result.stdout == (
        f"{output}  0.50 s  80 mel bands, Griffin-Lim, 20 iterations, seed 0 (resampled from 16000 to 22050 Hz)\n"
    )
    made, real = read_audio(output).audio, read_audio(source, 22050).audio
    assert made.sample_rate == 22050
    assert rms_db(made.samples) == pytest.approx(rms_db(real.samples), abs=0.6)
    frames = made.samples.size // 256
    apart = np.abs(log_mel(made.samples, MelConfig()) - log_mel(real.samples, MelConfig())[:, :frames])
    assert apart.mean() < 0.6


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    source = tone(tmp_path / "clip.wav")
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        assert vocode(source, "-o", tmp_path / f"{name}.wav", "--iterations", 3, "--seed", seed).exit_code == 0
    a, b, c = ((tmp_path / f"{name}.wav").read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_a_stored_mel_either_way_round(tmp_path: Path) -> None:
    mel = log_mel(read_audio(tone(tmp_path / "clip.wav")).audio.samples, MelConfig())
    np.save(tmp_path / "bands_first.npy", mel)
    np.save(tmp_path / "frames_first.npy", mel.T)
    assert vocode(tmp_path / "bands_first.npy", tmp_path / "frames_first.npy", "--iterations", 3).exit_code == 0
    one, two = (tmp_path / f"{name}_first.vocoded.wav" for name in ("bands", "frames"))
    assert one.read_bytes() == two.read_bytes()


def test_a_batch_goes_on_past_a_broken_file(tmp_path: Path) -> None:
    good, bad = tone(tmp_path / "good.wav"), tmp_path / "bad.wav"
    bad.write_text("not audio")
    result = vocode(bad, good, "--output-dir", tmp_path / "out" / "deep", "--iterations", 2, "--json")
    assert error_of(result).message == "1 of 2 inputs could not be vocoded; the others are written"
    assert f"error: {bad}: cannot be decoded" in result.stderr
    record = json.loads(result.stdout)
    assert record["output"] == str(tmp_path / "out" / "deep" / "good.wav")
    assert record["mel"] == MelConfig().fingerprint()
    assert record["seconds"] == pytest.approx(0.5, abs=0.02)
    assert [path.name for path in (tmp_path / "out" / "deep").iterdir()] == ["good.wav"]


def test_another_convention_changes_the_rate(tmp_path: Path) -> None:
    source = tone(tmp_path / "clip.wav")
    assert vocode(source, "--mel-config", "vocos-24k", "--iterations", 2).exit_code == 0
    assert read_audio(tmp_path / "clip.vocoded.wav").source_rate == 24000
    (tmp_path / "mel.toml").write_text("bands = 40\n")
    assert "40 mel bands" in vocode(source, "--mel-config", tmp_path / "mel.toml", "--iterations", 2).stdout


def test_wrong_arguments_are_one_clear_error(tmp_path: Path) -> None:
    a, b = tone(tmp_path / "a.wav"), tone(tmp_path / "b.wav")
    (tmp_path / "other").mkdir()
    twin = tone(tmp_path / "other" / "a.wav")
    (tmp_path / "mel.toml").write_text("bandz = 40\n")
    cases: list[tuple[tuple[object, ...], type[GlowvoxError], str]] = [
        ((a, b, "-o", tmp_path / "x.wav"), UsageError, "-o names one file, but there are 2 inputs"),
        ((a, "-o", tmp_path / "x.wav", "--output-dir", tmp_path), UsageError, "exclude each other"),
        ((a, "-o", tmp_path / "x.mp3"), UsageError, "only WAV is written"),
        ((a, "-o", a), UsageError, "would overwrite the input"),
        ((a, twin, "--output-dir", tmp_path / "out"), UsageError, "a second input would be written to"),
        ((a, "--output-dir", b), UsageError, "cannot be made"),
        ((a, "--mel-config", "vocos"), UsageError, "neither a mel convention nor a TOML file"),
        ((a, "--mel-config", tmp_path / "mel.toml"), ConfigError, "unknown key 'bandz'; did you mean 'bands'"),
        ((tmp_path / "gone.wav",), AudioError, "gone.wav: no such file"),
        ((tmp_path / "gone.npy",), AudioError, "gone.npy: no such file"),
    ]
    for arguments, kind, message in cases:
        error = error_of(vocode(*arguments))
        assert type(error) is kind, message
        assert message in error.message


def test_broken_mels_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    for content, message in (
        (np.zeros((81, 5), np.float32), "expected floats of shape (80, frames)"),
        (np.zeros((80, 5), np.int32), "holds int32 (80, 5)"),
        (np.full((80, 5), np.nan, np.float32), "NaN or infinite"),
        (np.zeros((80, 0), np.float32), "shorter than one frame"),
    ):
        np.save(path, content)
        assert message in error_of(vocode(path)).message
    np.save(path, np.array([{}], dtype=object), allow_pickle=True)
    assert "not a NumPy array file" in error_of(vocode(path)).message
    path.write_bytes(b"")
    assert "not a NumPy array file" in error_of(vocode(path)).message


def test_denoising_needs_a_vocoder(tmp_path: Path) -> None:
    error = error_of(vocode(tone(tmp_path / "clip.wav"), "--denoise", 0.1))
    assert isinstance(error, UsageError)
    assert "Griffin-Lim has no hum" in str(error)


def test_sigma_is_that_of_a_waveglows_noise(tmp_path: Path) -> None:
    clip = tone(tmp_path / "clip.wav")
    torch.manual_seed(0)
    size = WaveGlowConfig(flows=2, layers=1, width=4, upsample_kernel=256)
    write_vocoder(tmp_path / "flow.safetensors", WaveGlow(size, MelConfig()))
    write_vocoder(tmp_path / "other.safetensors", HiFiGAN(HiFiGANConfig(channels=16), MelConfig()))
    loud = []
    for sigma in (0.0, 0.5, 1.0):
        done = vocode(clip, "--vocoder", tmp_path / "flow.safetensors", "--sigma", sigma, "-o", tmp_path / "copy.wav")
        assert done.exit_code == 0, done.output
        assert f"sigma {sigma:g}" in done.output
        loud.append(np.abs(read_audio(tmp_path / "copy.wav").audio.samples).mean())
    assert loud[0] < 1e-4 < loud[1] < loud[2]
    for arguments, message in (
        ((), "--sigma is of a WaveGlow's noise: Griffin-Lim has none"),
        (("--vocoder", tmp_path / "other.safetensors"), "sigma is of a WaveGlow's noise; other is none"),
    ):
        error = error_of(vocode(clip, "--sigma", 0.5, *arguments))
        assert isinstance(error, UsageError)
        assert message in str(error)
