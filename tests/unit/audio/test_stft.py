from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from glowvox.audio.stft import Padding, edge, frame_count, hann, istft, overlap_add, reflected, stft
from glowvox.errors import AudioError

SIZES = [(1024, 256, 1024), (1024, 256, 800), (800, 200, 800), (64, 15, 63)]


@pytest.mark.parametrize(("fft_size", "hop", "length"), SIZES)
@pytest.mark.parametrize("padding", ["same", "centred"])
def test_inverse_gives_the_signal_back(fft_size: int, hop: int, length: int, padding: Padding) -> None:
    samples = np.random.default_rng(0).standard_normal(3000)
    window = hann(length, fft_size)
    spectrum = stft(samples, fft_size, hop, window, padding)
    assert spectrum.shape == (fft_size // 2 + 1, frame_count(3000, fft_size, hop, padding))
    made = istft(spectrum, hop, window, padding)
    inside = min(len(made), len(samples)) - fft_size
    np.testing.assert_allclose(made[:inside], samples[:inside], atol=1e-10)


def test_a_frame_is_the_transform_of_its_samples() -> None:
    samples = np.random.default_rng(1).standard_normal(4000)
    window = hann(1024, 1024)
    spectrum = stft(samples, 1024, 256, window, "centred")
    at = 5 * 256 - 512  # frame 5 is centred on sample 5·256
    direct = np.array(
        [
            np.sum(window * samples[at : at + 1024] * np.exp(-2j * np.pi * k * np.arange(1024) / 1024))
            for k in (0, 7, 512)
        ]
    )
    np.testing.assert_allclose(spectrum[[0, 7, 512], 5], direct, atol=1e-9)


def test_window_is_the_periodic_hann_in_the_middle() -> None:
    np.testing.assert_allclose(hann(1024, 1024), signal.windows.hann(1024, sym=False), atol=1e-15)
    padded = hann(800, 1024)
    np.testing.assert_allclose(padded[112:912], signal.windows.hann(800, sym=False), atol=1e-15)
    assert not padded[:112].any()
    assert not padded[912:].any()


def test_frames_per_padding() -> None:
    assert frame_count(7001, 1024, 256, "same") == 7001 // 256
    assert frame_count(7001, 1024, 256, "centred") == 7001 // 256 + 1
    assert frame_count(100, 1024, 256, "same") == 0
    assert (edge(1024, 256, "same"), edge(1024, 256, "centred")) == (384, 512)


def test_reflection_matches_numpy_even_beyond_one_length() -> None:
    for length in (2, 5, 400, 5000):
        samples = np.arange(length)
        np.testing.assert_array_equal(samples[reflected(length, 384)], np.pad(samples, 384, mode="reflect"))
    np.testing.assert_array_equal(reflected(1, 3), np.zeros(7))


def test_overlap_add_places_every_frame() -> None:
    pieces = np.random.default_rng(2).standard_normal((6, 10))
    wanted = np.zeros(5 * 3 + 10)
    for t, piece in enumerate(pieces):
        wanted[3 * t : 3 * t + 10] += piece
    np.testing.assert_allclose(overlap_add(pieces, 3), wanted)


def test_single_precision_stays_single_and_no_samples_are_refused() -> None:
    window = hann(64, 64).astype(np.float32)
    spectrum = stft(np.ones(200, np.float32), 64, 16, window, "centred")
    assert spectrum.dtype == np.complex64
    assert istft(spectrum, 16, window, "centred").dtype == np.float32
    assert len(istft(spectrum, 16, window, "centred", length=500)) == 500
    with pytest.raises(AudioError, match="no samples"):
        stft(np.zeros(0), 64, 16, window, "same")
