"""What holds of signals of any length and rate."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from glowvox.audio.mel import MelConfig, log_mel
from glowvox.audio.resample import resample
from glowvox.audio.stft import frame_count, hann, istft, stft

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
