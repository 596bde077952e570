from __future__ import annotations

import numpy as np
import pytest

from glowvox.audio.pitch import GENEROUS, STRICT, pitch
from glowvox.errors import AudioError

RATE, HOP = 22050, 256


def voice(f0: np.ndarray, rate: int = RATE) -> np.ndarray:
    """Harmonics of a moving fundamental with a spectral tilt, as of a vowel."""
    phase = 2 * np.pi * np.cumsum(f0) / rate
    return sum(0.3 / k * np.cos(k * phase + k) * (k * f0 < 5000) for k in range(1, 30)).astype(np.float32)


def at_frames(values: np.ndarray, frames: int, first: int) -> np.ndarray:
    return values[first + HOP * np.arange(frames)]


@pytest.mark.parametrize("f0", [65.0, 80.0, 110.0, 155.0, 220.0, 330.0, 480.0])
@pytest.mark.parametrize("rate", [16000, 22050, 48000])
def test_steady_tones(f0: float, rate: int) -> None:
    found = pitch(voice(np.full(rate // 2, f0), rate), rate, hop=rate // 86)
    inner = slice(4, -4)
    assert found.voiced[inner].all()
    np.testing.assert_allclose(found.f0[inner], f0, rtol=0.001)


@pytest.mark.parametrize(("start", "end"), [(100, 200), (300, 90), (80, 400)])
def test_glides_are_followed_where_the_frames_are(start: float, end: float) -> None:
    track = np.geomspace(start, end, RATE)
    for padding, first in (("same", HOP // 2), ("centred", 0)):
        found = pitch(voice(track), RATE, hop=HOP, padding=padding)
        wanted = at_frames(np.append(track, track[-1]), len(found.f0), first)
        assert len(found.f0) == RATE // HOP + (padding == "centred")
        np.testing.assert_allclose(found.f0[6:-6], wanted[6:-6], rtol=0.003)


def test_noise_between_voices_is_unvoiced() -> None:
    random = np.random.default_rng(0)
    tone = voice(np.full(RATE // 2, 140.0))
    signal = np.concatenate((tone, 0.1 * random.standard_normal(RATE // 2), np.zeros(RATE // 4), tone)).astype(
        np.float32
    )
    found = pitch(signal, RATE, hop=HOP)
    middle = (np.arange(len(found.f0)) + 0.5) * HOP / RATE
    assert found.voiced[middle < 0.47].mean() > 0.95
    assert not found.voiced[(middle > 0.53) & (middle < 1.22)].any()
    assert found.voiced[middle > 1.28].mean() > 0.95
    assert np.all(found.f0[~found.voiced] == 0)


def test_no_octave_errors_in_noise_at_20_db() -> None:
    track = 130 + 30 * np.sin(2 * np.pi * 2 * np.arange(2 * RATE) / RATE)
    clean = voice(track)
    noise = np.random.default_rng(1).standard_normal(len(clean)) * np.sqrt(np.mean(clean**2)) * 0.1
    found = pitch((clean + noise).astype(np.float32), RATE, hop=HOP)
    wanted = at_frames(track, len(found.f0), HOP // 2)
    assert found.voiced[4:-4].mean() > 0.98
    assert np.abs(np.log2(found.f0[found.voiced] / wanted[found.voiced])).max() < 0.1


def test_level_has_no_say() -> None:
    signal = voice(np.geomspace(90, 180, RATE))
    np.testing.assert_allclose(pitch(signal, RATE, hop=HOP).f0, pitch(0.01 * signal, RATE, hop=HOP).f0, rtol=1e-4)


def test_agrees_with_librosas_pyin_on_speech(corpora_dir) -> None:
    import librosa

    from glowvox.audio.read import read_audio

    clip = next(iter(sorted((corpora_dir / "heart-en" / "wavs").iterdir())))
    samples = read_audio(clip, RATE).audio.samples[: 4 * RATE]
    ours = pitch(samples, RATE, hop=HOP, padding="centred")
    theirs, voiced, _ = librosa.pyin(samples, fmin=60, fmax=500, sr=RATE, frame_length=1024, hop_length=HOP)
    both = voiced & ours.voiced
    assert (voiced == ours.voiced).mean() > 0.8
    # a tenth of an octave: what it hears lies up to half a frame before the frame, where the pitch moves
    assert (np.abs(np.log2(ours.f0[both] / theirs[both])) < 0.1).mean() > 0.93


def test_short_empty_and_silent_signals() -> None:
    assert pitch(np.zeros(0, np.float32), RATE, hop=HOP).f0.shape == (0,)
    assert pitch(np.zeros(300, np.float32), RATE, hop=HOP).voiced.tolist() == [False]
    assert not pitch(np.zeros(5000, np.float32), RATE, hop=HOP).voiced.any()


def test_an_impossible_range_is_refused() -> None:
    with pytest.raises(AudioError, match="between 60 and 40 Hz"):
        pitch(np.zeros(1000, np.float32), RATE, hop=HOP, high=40)


def test_generous_tracking_calls_creak_and_breath_a_voice_and_keeps_their_pitch() -> None:
    random = np.random.default_rng(2)
    pulses = np.zeros(22_000, np.float32)
    pulses[np.cumsum(RATE / 64.0 * random.uniform(0.8, 1.2, 60)).astype(int)] = 1.0
    creak = np.convolve(pulses, np.exp(-np.arange(200) / 25) * np.cos(np.arange(200) * 0.2))[:20_000]
    tone = voice(np.full(RATE, 180.0))
    breath = tone + 1.5 * random.standard_normal(RATE) * np.sqrt(np.mean(tone**2))
    for sound, right, most in ((creak, 64.0, 0.8), (breath, 180.0, 0.1)):
        strict, generous = (pitch(sound.astype(np.float32), RATE, hop=HOP, tracking=t) for t in (STRICT, GENEROUS))
        assert strict.voiced.mean() < most
        assert generous.voiced.mean() > 0.95
        assert (np.abs(np.log2(generous.f0[generous.voiced] / right)) < 0.3).mean() > 0.95
