"""Mean and variance of mel bands: the first layer of the decoder takes them out, and carries them with the model."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
import torch

from glowvox.export.decoder_graph import decoder_graph
from glowvox.importers.coqui_mel import fold_statistics
from glowvox.models.glow_tts import GlowTTS
from glowvox.nn.masks import length_mask
from glowvox.train.initialise import initialise_actnorm
from tests.train.building import STEADY

BANDS = 80


def made() -> GlowTTS:
    torch.manual_seed(0)
    return GlowTTS(STEADY, vocabulary=9, bands=BANDS).eval()


def mels() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    return 2 * torch.randn(4, BANDS, 60) - 5, torch.tensor([60, 52, 44, 60])


def test_normalising_bands_beforehand_would_change_nothing() -> None:
    """z is the same for any shift and scale of the bands, and the likelihood differs by their logarithm."""
    mel, frames = mels()
    rng = torch.Generator().manual_seed(2)
    scale = 0.2 + 3 * torch.rand(1, BANDS, 1, generator=rng)
    shift = 4 * torch.randn(1, BANDS, 1, generator=rng)
    mask = length_mask(frames, mel.shape[2], dtype=mel.dtype)
    found = []
    for version in (mel, scale * mel + shift):
        model = made()
        initialise_actnorm(model, [(version, frames, None)])
        with torch.no_grad():
            found.append(model.decoder(version * mask, mask))
    (latent, log_det), (other, others) = found
    assert torch.allclose(latent, other, atol=1e-4)
    assert torch.allclose(log_det - others, frames * scale.log().sum(), rtol=1e-4)


def test_the_first_layer_holds_each_bands_mean_and_deviation() -> None:
    mel, frames = mels()
    mel = mel * torch.linspace(0.5, 2, BANDS)[None, :, None]
    model = made()
    initialise_actnorm(model, [(mel, frames, None)])
    first = dict(model.decoder.named_parameters())
    deviation = torch.exp(-first["chain.flows.0.log_scale"][:, 0])
    mean = -first["chain.flows.0.bias"][:, 0] * deviation
    for place in (0, 1):  # a column holds two frames
        parts = [item[:, place : int(count) : 2] for item, count in zip(mel, frames, strict=True)]
        inside = torch.cat(parts, dim=1)
        half = slice(place * BANDS, (place + 1) * BANDS)
        assert torch.allclose(mean[half], inside.mean(dim=1), atol=1e-4)
        assert torch.allclose(deviation[half], inside.std(dim=1, correction=0), rtol=1e-4)


@pytest.mark.parametrize("squeeze", [2])
def test_statistics_of_an_imported_model_go_through_the_exported_graph(squeeze: int) -> None:
    model = made()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    rng = np.random.default_rng(0)
    mean, deviation = rng.normal(-5, 2, BANDS), rng.uniform(0.5, 3, BANDS)
    values = {name: value.clone() for name, value in model.state_dict().items()}
    fold_statistics(values, (mean, deviation), squeeze=squeeze)
    folded = made()
    folded.load_state_dict(values)
    latent = rng.standard_normal((40, BANDS)).astype(np.float32)
    plain, carried = (
        onnxruntime.InferenceSession(
            decoder_graph(one.decoder, bands=BANDS, speaker_width=0, precision="fp32")
        ).run(None, {"latent": latent})[0]
        for one in (model, folded)
    )  # fmt: skip
    np.testing.assert_allclose(carried, plain * deviation + mean, atol=2e-3)
