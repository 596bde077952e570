"""What holds of signals of any length and rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glowvox.audio.mel import MelConfig, log_mel
from glowvox.audio.read import read_audio
from glowvox.audio.resample import resample
from glowvox.audio.stft import frame_count, hann, istft, stft
from glowvox.errors import AudioError

seeds = st.integers(0, 2**32 - 1)
quick = settings(max_examples=40, deadline=None)


@quick
@given(seed=seeds, hop=st.integers(4, 32), count=st.integers(200, 1500), padding=st.sampled_from(["same", "centred"]))
def test_istft_undoes_stft(seed: int, hop: int, count: int, padding: str) -> None:
    samples, window = np.random.default_rng(seed).standard_normal(count), hann(64, 64)
    spectrum = stft(samples, 64, hop, window, padding)
    assert spectrum.shape[1] == frame_count(count, 64, hop, padding)
    made = istft(spectrum, hop, window, padding)
    sound = slice(0, min(len(made), count) - 40)
    np.testing.assert_allclose(made[sound], samples[sound], atol=1e-8)


@quick
@given(seed=seeds, source=st.integers(4000, 50000), target=st.integers(4000, 50000), count=st.integers(1, 300))
def test_any_pair_of_rates(seed: int, source: int, target: int, count: int) -> None:
    samples = np.random.default_rng(seed).uniform(-1, 1, count).astype(np.float32)
    made = resample(samples, source, target)
    assert len(made) == -(-count * target // source)
    assert np.isfinite(made).all()
    assert np.abs(made).max(initial=0) < 3.0


@quick
@given(seed=seeds, count=st.integers(1, 3000), gain=st.floats(0, 1e3))
def test_mels_are_finite_and_floored(seed: int, count: int, gain: float) -> None:
    config = MelConfig()
    made = log_mel((gain * np.random.default_rng(seed).standard_normal(count)).astype(np.float32), config)
    assert made.shape == (80, count // 256)
    assert np.isfinite(made).all()
    assert (made >= np.float32(np.log(1e-5))).all()


@pytest.fixture(scope="module")
def valid_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One short file of each container."""
    folder = tmp_path_factory.mktemp("valid")
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (1500, 2))
    for suffix in ("wav", "flac", "ogg", "mp3"):
        soundfile.write(folder / f"x.{suffix}", noise, 16000)
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_load_or_are_refused(valid_files: dict[str, bytes], tmp_path: Path, data: st.DataObject) -> None:
    suffix = data.draw(st.sampled_from(sorted(valid_files)))
    content = bytearray(valid_files[suffix])
    for _ in range(data.draw(st.integers(1, 6))):
        reach = data.draw(st.sampled_from([64, len(content)]))
        content[data.draw(st.integers(0, reach - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / f"x{suffix}"
    path.write_bytes(bytes(content[: data.draw(st.integers(1, len(content)))]))
    try:
        recording = read_audio(path)
    except AudioError as error:
        assert error.message.startswith(str(path))  # noqa: PT017 - either outcome is right
    else:
        assert np.isfinite(recording.audio.samples).all()
        assert np.abs(recording.audio.samples).max() <= 1.0
