"""Every kind of encoder as a graph gives what the model gives, from one token up."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from glowvox.export.encoder_graph import encoder_graph
from glowvox.importers.coqui_settings import model_config
from glowvox.models.glow_tts import GlowTTS
from glowvox.runtime.session import Session
from tests.fixtures.coqui import ENCODERS, settings

VARIANTS = {
    "rel_pos_transformer": {"rel_attn_window_size": 3, "input_length": 4, "layer_norm_type": "2", "kernel_size": 4},
    "gated_conv": {},
    "residual_conv_bn": {"kernel_size": 4, "dilations": [1, 3]},
    "time_depth_separable": {"bias": False},
}


def make(kind: str) -> GlowTTS:
    torch.manual_seed(0)
    parameters = {**ENCODERS[kind], **VARIANTS[kind]}
    table = settings(kind, mean_only=False, use_d_vector_file=True, d_vector_dim=5, encoder_params=parameters)
    model = GlowTTS(model_config(table, where="test"), vocabulary=11, bands=6).eval()
    with torch.no_grad():
        for parameter in model.encoder.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
        for name, buffer in model.encoder.named_buffers():
            buffer.uniform_(0.5, 2) if name.endswith("variance") else buffer.normal_()
    return model


@pytest.mark.parametrize("kind", ENCODERS)
@pytest.mark.parametrize("size", [1, 2, 5, 23])
def test_a_graph_is_its_encoder(kind: str, size: int) -> None:
    model = make(kind)
    session = Session(encoder_graph(model.encoder, speaker_width=5, precision="fp32"), name="encoder")
    ids = torch.randint(11, (1, size))
    vector = torch.nn.functional.normalize(torch.randn(1, 5))
    with torch.no_grad():
        expected = model.encoder(ids, torch.ones(1, 1, size), model.condition(vector, 1))
    found = session.run({"ids": ids.numpy(), "speaker": vector.numpy()})
    np.testing.assert_allclose(found["mean"], expected.mean[0].T, atol=2e-5)
    np.testing.assert_allclose(found["log_scale"], expected.log_scale[0].T, atol=2e-5)
    np.testing.assert_allclose(found["log_duration"], expected.log_duration[0], atol=2e-5)


@pytest.mark.parametrize("kind", ENCODERS)
def test_eight_bits_stay_near(kind: str) -> None:
    model = make(kind)
    ids = np.arange(9)[None] % 11
    vector = np.full((1, 5), 5**-0.5, np.float32)
    full, small = (
        Session(encoder_graph(model.encoder, speaker_width=5, precision=precision), name="encoder").run(
            {"ids": ids, "speaker": vector}
        )
        for precision in ("fp32", "int8")
    )
    error = np.abs(full["mean"] - small["mean"]).mean() / np.abs(full["mean"]).mean()
    assert error < 0.1


def test_a_layer_of_another_kind_is_refused() -> None:
    model = make("gated_conv")
    model.encoder.layers.append(torch.nn.Identity())
    with pytest.raises(TypeError, match="no way to export a Identity"):
        encoder_graph(model.encoder, speaker_width=5, precision="fp32")
