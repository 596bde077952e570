"""The inverse transform in torch against NumPy's and torch's."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from glowvox.audio.stft import Padding, hann, istft, stft
from glowvox.nn.inverse_stft import inverse_stft


@pytest.mark.parametrize("padding", ["same", "centred"])
@pytest.mark.parametrize(("size", "hop"), [(64, 16), (60, 20), (64, 24)])
def test_it_is_the_one_of_numpy(size: int, hop: int, padding: Padding) -> None:
    draws = np.random.default_rng(0)
    spectrum = draws.standard_normal((size // 2 + 1, 9)) + 1j * draws.standard_normal((size // 2 + 1, 9))
    window = hann(size, size)
    expected = istft(spectrum, hop, window, padding)
    ours = inverse_stft(torch.from_numpy(spectrum.T.copy())[None], torch.from_numpy(window), hop, padding)
    assert ours.shape == (1, 9 * hop if padding == "same" else 8 * hop)
    np.testing.assert_allclose(ours[0].numpy(), expected, atol=1e-10)


def test_a_signal_comes_back_and_a_batch_is_its_items() -> None:
    signal = np.random.default_rng(0).standard_normal((3, 640))
    window = hann(64, 64)
    spectra = torch.from_numpy(np.stack([stft(item, 64, 16, window, "same").T for item in signal]))
    back = inverse_stft(spectra, torch.from_numpy(window), 16, "same")
    np.testing.assert_allclose(back.numpy(), signal, atol=1e-10)
    torch.testing.assert_close(inverse_stft(spectra[1:2], torch.from_numpy(window), 16, "same"), back[1:2])


def test_the_centred_one_is_torchs() -> None:
    torch.manual_seed(0)
    spectrum = torch.randn(2, 7, 33, dtype=torch.complex64)
    window = torch.hann_window(64)
    theirs = torch.istft(spectrum.transpose(1, 2), 64, 16, window=window)
    torch.testing.assert_close(inverse_stft(spectrum, window, 16, "centred"), theirs, atol=1e-5, rtol=1e-4)
