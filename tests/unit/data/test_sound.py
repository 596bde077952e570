"""What is done to a recording before it is analysed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.sound import at_level, clean, noise_level_db, speech_level_db
from glowvox.errors import AudioError, ConfigError
from tests.fixtures.corpora import RATE, clip, voiced

CONFIG = PrepareConfig()
MEL_RATE = CONFIG.mel.sample_rate


def write(folder: Path, samples: np.ndarray, rate: int = RATE) -> Path:
    soundfile.write(folder / "x.wav", samples, rate, subtype="FLOAT")
    return folder / "x.wav"


@pytest.mark.parametrize("silence", [0.1, 0.3, 0.7])
def test_silence_is_trimmed_to_what_is_kept(tmp_path: Path, silence: float) -> None:
    path = write(tmp_path, clip(1.0, silence=silence))
    frame = 0.0232  # resolution of the trimming
    for keep in (0.0, 0.05, 0.1):
        sound = clean(path, PrepareConfig(keep_s=keep))
        assert len(sound.samples) / MEL_RATE == pytest.approx(1.0 + 2 * min(keep, silence), abs=2 * frame)
        assert sound.start / MEL_RATE == pytest.approx(silence - min(keep, silence), abs=frame)
    assert len(clean(path, PrepareConfig(trim=False)).samples) == sound.whole == round((1 + 2 * silence) * MEL_RATE)


@pytest.mark.parametrize("level", [0.003, 0.05, 0.3])
def test_speech_comes_to_one_level_however_it_was_recorded(tmp_path: Path, level: float) -> None:
    sound = clean(write(tmp_path, clip(1.0, level=level)), CONFIG)
    assert speech_level_db(sound.samples, MEL_RATE) == pytest.approx(-23.0, abs=0.01)


def test_pauses_do_not_count_for_the_level() -> None:
    speech = voiced(1.0)
    with_pause = np.concatenate([speech, np.zeros(RATE, np.float32), speech])
    assert speech_level_db(with_pause, RATE) == pytest.approx(speech_level_db(speech, RATE), abs=0.1)
    assert noise_level_db(with_pause, RATE) == -120.0


def test_a_peak_limits_the_level() -> None:
    spiky = voiced(1.0, level=0.05)
    spiky[5000] = 0.9
    levelled = at_level(spiky, RATE, -23.0, -1.0)
    assert np.abs(levelled).max() == pytest.approx(10 ** (-1 / 20), rel=1e-5)
    assert speech_level_db(levelled, RATE) < -24.0


def test_level_and_trimming_can_be_left_alone(tmp_path: Path) -> None:
    samples = clip(0.6, silence=0.1)
    raw = clean(write(tmp_path, samples, MEL_RATE), PrepareConfig(trim=False, level=False))
    np.testing.assert_array_equal(raw.samples, samples)


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros(RATE, np.float32), "nothing but silence"),
        (voiced(0.03), r"0\.03 s of sound, expected at least 0\.05 s"),
        (voiced(2.5), r"2\.5 s of sound, expected at most 2 s"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, samples: np.ndarray, message: str) -> None:
    with pytest.raises(AudioError, match=message):
        clean(write(tmp_path, samples), PrepareConfig(max_seconds=2.0))


@pytest.mark.parametrize(
    "settings",
    [
        {"trim_db": -40.0},
        {"keep_s": -0.1},
        {"min_seconds": 3.0, "max_seconds": 2.0},
        {"frame_multiple": 0},
        {"speech_db": 0.0},
        {"peak_db": 3.0},
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(settings))):
        PrepareConfig(**settings)  # type: ignore[arg-type]
