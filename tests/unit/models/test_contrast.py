"""More contrast between bands, in training's graph of modules and in speaking."""

from __future__ import annotations

import pytest
import torch
from msgspec import structs
from scipy.ndimage import gaussian_filter1d

from glowvox.models.contrast import BLUR, contrast
from glowvox.models.glow_tts import GlowTTS
from glowvox.models.glow_tts_config import PRESETS, GlowTTSConfig


def test_it_is_the_mel_and_a_share_of_what_a_gaussian_blur_takes_away() -> None:
    mel = torch.randn(80, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    blurred = torch.from_numpy(gaussian_filter1d(mel.numpy(), BLUR, axis=0, mode="nearest"))
    torch.testing.assert_close(contrast(80, 0.3) @ mel, mel + 0.3 * (mel - blurred), rtol=0, atol=1e-12)
    torch.testing.assert_close(contrast(80, 0.0), torch.eye(80, dtype=torch.float64))


def test_what_is_flat_stays_at_its_level() -> None:
    floor = torch.full((80, 3), -11.5, dtype=torch.float64)
    torch.testing.assert_close(contrast(80, 0.5) @ floor, floor, rtol=0, atol=1e-12)


def test_a_model_speaks_with_it_and_learns_without() -> None:
    torch.manual_seed(0)
    config = PRESETS["tiny"]
    plain = GlowTTS(config, vocabulary=20, bands=16).eval()
    sharp = GlowTTS(structs.replace(config, contrast=0.4), vocabulary=20, bands=16).eval()
    sharp.load_state_dict(plain.state_dict())  # the same names: weights do not know of it
    tokens, count = torch.tensor([[3, 5, 7, 2]]), torch.tensor([4])
    lasting = torch.full((1, 4), 6.0)
    said = [model.generate(tokens, count, durations=lasting, noise=1).mel for model in (plain, sharp)]
    torch.testing.assert_close(said[1][0], contrast(16, 0.4).float() @ said[0][0], rtol=1e-4, atol=1e-5)
    assert float((said[1] - said[0]).abs().max()) > 1e-3
    mel, frames = torch.randn(1, 16, 24), torch.tensor([24])
    found = [model(tokens, count, mel, frames).latent for model in (plain, sharp)]
    assert torch.equal(found[0], found[1])


def test_a_negative_share_is_refused() -> None:
    with pytest.raises(ValueError, match=r"contrast = -0.1 must be at least 0"):
        GlowTTSConfig(contrast=-0.1)
