from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from glowvox.audio.conventions import CONVENTIONS
from glowvox.audio.griffin_lim import griffin_lim, linear_from_mel
from glowvox.audio.level import rms_db
from glowvox.audio.mel import MelConfig, decompress, log_mel, mel_filters
from glowvox.audio.read import read_audio
from glowvox.errors import AudioError


def chirp(seconds: float = 0.6, rate: int = 22050) -> np.ndarray:
    time = np.arange(round(rate * seconds)) / rate
    noise = np.random.default_rng(0).normal(0, 0.003, len(time))
    track = 120 + 60 * time
    phase = 2 * np.pi * np.cumsum(track) / rate
    return (sum(0.2 / k * np.sin(k * phase) for k in range(1, 20)) + noise).astype(np.float32)


@pytest.mark.parametrize("name", CONVENTIONS)
def test_the_mel_of_the_result_is_near_the_mel_asked_for(name: str) -> None:
    config = CONVENTIONS[name]
    samples = chirp(rate=config.sample_rate)
    mel = log_mel(samples, config)
    made = griffin_lim(mel, config, iterations=60)
    again = log_mel(made, config)[:, : mel.shape[1]]
    wanted, found = decompress(mel, config), decompress(again, config)
    assert np.linalg.norm(found - wanted) < 0.12 * np.linalg.norm(wanted)
    assert made.dtype == np.float32


def test_more_iterations_come_nearer() -> None:
    config = MelConfig()
    mel = log_mel(chirp(), config)
    errors = [np.abs(log_mel(griffin_lim(mel, config, iterations=n), config) - mel).mean() for n in (0, 5, 60)]
    assert errors[0] > errors[1] > errors[2]


def test_the_inversion_is_nonnegative_and_explains_the_mel() -> None:
    config = MelConfig()
    mel = log_mel(chirp(), config)
    linear = linear_from_mel(mel, config)
    assert linear.shape == (513, mel.shape[1])
    assert (linear >= 0).all()
    wanted = decompress(mel, config)
    assert np.linalg.norm(mel_filters(config) @ linear - wanted) < 0.01 * np.linalg.norm(wanted)
    cut = np.maximum(np.linalg.pinv(mel_filters(config)) @ wanted, 0)
    np.testing.assert_allclose(linear_from_mel(mel, config, refinements=0), cut, atol=1e-5 * cut.max())
    plain = np.linalg.norm(mel_filters(config) @ cut - wanted)
    assert np.linalg.norm(mel_filters(config) @ linear - wanted) < plain


def test_same_seed_same_bytes_other_seed_other_phase() -> None:
    config = MelConfig()
    mel = log_mel(chirp(0.2), config)
    one, two, three = (griffin_lim(mel, config, iterations=5, seed=seed) for seed in (0, 0, 1))
    assert one.tobytes() == two.tobytes()
    assert np.abs(one - three).max() > 1e-3


def test_length_and_level_are_kept() -> None:
    config = MelConfig()
    samples = chirp()
    mel = log_mel(samples, config)
    for gain in (1.0, 0.05):
        made = griffin_lim(log_mel(gain * samples, config), config, iterations=30)
        assert len(made) == mel.shape[1] * config.hop
        assert rms_db(made) == pytest.approx(rms_db(gain * samples), abs=1.0)


def test_preemphasis_is_undone() -> None:
    samples = chirp()
    plain = MelConfig()
    raised = replace(plain, preemphasis=0.97)
    made = griffin_lim(log_mel(samples, raised), raised)
    assert rms_db(made) == pytest.approx(rms_db(samples), abs=1.5)
    assert np.abs(log_mel(made, plain) - log_mel(samples, plain)).mean() < 0.5


def test_silence_and_one_frame_stay_finite() -> None:
    config = MelConfig()
    silent = griffin_lim(np.full((80, 10), np.log(1e-5), np.float32), config, iterations=3)
    assert np.isfinite(silent).all()
    assert np.abs(silent).max() < 1e-4
    assert len(griffin_lim(np.zeros((80, 1), np.float32), config, iterations=3)) == 256


def test_wrong_mels_are_refused() -> None:
    with pytest.raises(AudioError, match=r"shape \(40, 7\): expected \(80, frames\)"):
        griffin_lim(np.zeros((40, 7), np.float32), MelConfig())
    with pytest.raises(AudioError, match="at least one frame"):
        griffin_lim(np.zeros((80, 0), np.float32), MelConfig())
    with pytest.raises(AudioError, match="2 values that are NaN or infinite"):
        griffin_lim(np.pad(np.full((1, 2), np.nan), ((0, 79), (0, 5))), MelConfig())


def test_a_real_clip_survives_the_round_trip(corpora_dir: Path) -> None:
    config = MelConfig()
    clip = sorted((corpora_dir / "kathleen-en" / "wavs").iterdir())[0]
    samples = read_audio(clip, config.sample_rate).audio.samples
    mel = log_mel(samples, config)
    made = griffin_lim(mel, config)
    assert np.abs(log_mel(made, config) - mel).mean() < 0.12
    assert rms_db(made) == pytest.approx(rms_db(samples), abs=0.5)
