"""A vocoder that is called with a mel and a seed."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from glowvox.audio.mel import MelConfig
from glowvox.models.hifi_gan import HiFiGAN
from glowvox.models.istft_config import IstftConfig
from glowvox.models.istft_vocoder import IstftVocoder
from glowvox.models.upsampling_config import HiFiGANConfig
from glowvox.models.waveglow import WaveGlow
from glowvox.models.waveglow_config import WaveGlowConfig
from glowvox.train.vocoders import Network, Vocoder

MEL = MelConfig()
MODELS = {
    "istft": lambda: IstftVocoder(IstftConfig(width=8, feed_forward=8, layers=1), MEL),
    "waveglow": lambda: WaveGlow(WaveGlowConfig(flows=2, layers=1, width=4, upsample_kernel=256), MEL),
    "hifi-gan": lambda: HiFiGAN(HiFiGANConfig(channels=16), MEL),
}


@pytest.mark.parametrize("kind", MODELS)
def test_noise_is_that_of_the_seed(kind: str) -> None:
    torch.manual_seed(0)
    model: Network = MODELS[kind]().eval()
    vocoder = Vocoder(kind, model, MEL)
    mel = np.full((80, 4), -4, np.float32)
    before = torch.random.get_rng_state()
    first, again, other = vocoder(mel, 1), vocoder(mel, 1), vocoder(mel, 2)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert first.shape == (4 * 256,)
    np.testing.assert_array_equal(first, again)
    assert np.array_equal(first, other) == (kind == "hifi-gan")  # which draws no noise
