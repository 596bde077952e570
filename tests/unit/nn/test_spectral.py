from __future__ import annotations

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from glowvox.audio.conventions import CONVENTIONS
from glowvox.audio.mel import MelConfig, Normalisation, log_mel
from glowvox.errors import AudioError
from glowvox.nn.spectral import LogMel

CONFIGS = dict(CONVENTIONS) | {
    "short window": MelConfig(window=800, hop=200),
    "preemphasis": MelConfig(preemphasis=0.97),
    "asymmetric": replace(
        CONVENTIONS["coqui-22k"],
        preemphasis=0.97,
        normalisation=Normalisation(reference=0, lowest=-80, highest=1, symmetric=False, clip=False),
    ),
}


def signals() -> np.ndarray:
    """Two items of wide dynamic range: a loud tone over noise near the floor, and noise that fades."""
    random = np.random.default_rng(0)
    time = np.arange(9001) / 22050
    tone = 0.8 * np.sin(2 * np.pi * 300 * time) + 1e-6 * random.standard_normal(9001)
    return np.stack((tone, np.geomspace(0.3, 1e-5, 9001) * random.standard_normal(9001))).astype(np.float32)


@pytest.mark.parametrize("name", CONFIGS)
def test_torch_equals_numpy(name: str) -> None:
    config, batch = CONFIGS[name], signals()
    made = LogMel(config)(torch.from_numpy(batch))
    wanted = np.stack([log_mel(item, config) for item in batch])
    assert made.dtype == torch.float32
    np.testing.assert_allclose(made.numpy(), wanted, atol=1e-5)


def test_autocast_has_no_say() -> None:
    module, batch = LogMel(MelConfig()), torch.from_numpy(signals())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(module(batch), module(batch.double()).float())


@pytest.mark.parametrize("count", [1, 2, 100, 384, 385, 700])
def test_shorter_than_the_padding(count: int) -> None:
    config, batch = MelConfig(), signals()[:, :count]
    made = LogMel(config)(torch.from_numpy(batch)).numpy()
    wanted = np.stack([log_mel(item, config) for item in batch])
    assert made.shape == wanted.shape == (2, 80, count // 256)
    np.testing.assert_allclose(made, wanted, atol=1e-5)


@pytest.mark.parametrize("name", ["hifi-gan-22k", "preemphasis", "coqui-22k"])
def test_gradient_is_right(name: str) -> None:
    config = replace(CONFIGS[name], fft_size=64, window=64, hop=16, bands=8)
    samples = torch.from_numpy(signals()[1:, :200].astype(np.float64)).requires_grad_()
    assert torch.autograd.gradcheck(LogMel(config), (samples,))


@pytest.mark.parametrize("name", CONFIGS)
def test_gradient_of_silence_is_finite(name: str) -> None:
    samples = torch.zeros(1, 3000, requires_grad=True)
    LogMel(CONFIGS[name])(samples).sum().backward()
    assert samples.grad is not None
    assert torch.isfinite(samples.grad).all()


def test_nothing_enters_a_checkpoint_and_nothing_in_is_refused() -> None:
    assert LogMel(MelConfig()).state_dict() == {}
    with pytest.raises(AudioError, match="no samples"):
        LogMel(MelConfig())(torch.zeros(1, 0))
