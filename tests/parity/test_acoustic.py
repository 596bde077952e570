"""Every option of the acoustic model: the graphs do what the model does, in full, in halves and in eight bits."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from glowvox.errors import GlowvoxError
from glowvox.export.decoder_graph import decoder_graph
from glowvox.export.encoder_graph import encoder_graph
from glowvox.export.graph import LARGEST_BYTE
from glowvox.export.parity import LIMIT, Difference, acoustic_parity, require_parity
from glowvox.models.glow_tts_config import (
    PRESETS,
    DecoderConfig,
    DurationConfig,
    EncoderConfig,
    FramePriorConfig,
    GatedConvConfig,
    GlowTTSConfig,
    ResidualConvConfig,
    SeparableConvConfig,
)
from glowvox.runtime.acoustic import fit
from glowvox.runtime.session import Session
from tests.fixtures.exported import SMALL, make_source

ENCODER = {"width": 16, "feed_forward": 24, "layers": 2}
DECODER = {"blocks": 2, "width": 16, "layers": 2}


def model(encoder: dict = {}, duration: dict = {}, decoder: dict = {}, **others: object) -> GlowTTSConfig:  # noqa: B006
    return GlowTTSConfig(
        encoder=EncoderConfig(**{**ENCODER, **encoder}),
        duration=DurationConfig(width=12, **duration),
        decoder=DecoderConfig(**{**DECODER, **decoder}),
        speaker_width=8,
        **others,
    )


MODELS = {
    "small": (SMALL, 1),
    "preset tiny": (PRESETS["tiny"], 1),
    "preset small": (PRESETS["small"], 3),
    "two speakers": (model(), 2),
    "prior with a scale": (model(mean_only=False), 1),
    "prior over frames": (model(frame_prior=FramePriorConfig(layers=2, width=12, feed_forward=20, kernel=5)), 2),
    "prior over frames, own scale": (
        model(mean_only=False, frame_prior=FramePriorConfig(layers=1, width=12, feed_forward=20)),
        1,
    ),
    "token means": (model(token_means=True), 1),
    "no prenet": (model({"prenet": False}), 1),
    "no window": (model({"window": None}), 1),
    "window 0": (model({"window": 0}), 1),
    "window wider than the text": (model({"window": 70}), 1),
    "reach": (model({"reach": 3}), 1),
    "reach without window": (model({"reach": 0, "window": None}), 1),
    "one head": (model({"heads": 1}), 1),
    "four heads, eps": (model({"heads": 4, "eps": 1e-5}), 2),
    "pointwise feed-forward": (model({"kernel": 1}), 1),
    "duration kernel 5": (model({}, {"kernel": 5}), 1),
    "duration offset": (model({}, {"offset": 1}), 2),
    "splits 2": (model(decoder={"splits": 2}), 1),
    "splits 8": (model(decoder={"splits": 8}), 1),
    "dilation": (model(decoder={"dilation_rate": 3, "layers": 3}), 1),
    "sigmoid scale": (model(decoder={"sigmoid_scale": True}), 2),
    "no squeeze": (model(decoder={"squeeze": 1}), 1),
    "squeeze 3": (model(decoder={"squeeze": 3}), 2),
    "one layer, kernel 1": (model(decoder={"layers": 1, "kernel": 1}), 2),
    "gated convolutions": (model({"kind": "gated_conv", "gated_conv": GatedConvConfig(layers=2)}), 2),
    "residual convolutions": (
        model(
            {
                "kind": "residual_conv_bn",
                "residual_conv_bn": ResidualConvConfig(kernel=4, dilations=(1, 3, 2), rounds=2),
            }
        ),
        1,
    ),
    "separable convolutions": (
        model({"kind": "time_depth_separable", "time_depth_separable": SeparableConvConfig(layers=2)}),
        1,
    ),
    "separable convolutions without biases": (
        model({"kind": "time_depth_separable", "time_depth_separable": SeparableConvConfig(layers=2, bias=False)}),
        1,
    ),
    "given speakers": (model(speakers="given"), 2),
}


@pytest.mark.parametrize("name", MODELS)
def test_graphs_do_what_the_model_does(name: str) -> None:
    config, speakers = MODELS[name]
    source = make_source(config, speakers=tuple(f"speaker{number}" for number in range(speakers)))
    if config.speakers == "given":
        source.model.speaker_table.weight.copy_(torch.randn(2, 8))
    differences = acoustic_parity(source, *graphs(source, "fp32"))
    assert {"encoder.mean", "encoder.log_duration", "decoder.mel", "speech.mel"} <= {d.stage for d in differences}
    assert ("encoder.log_scale" in {d.stage for d in differences}) == (not config.mean_only)
    for difference in differences:
        assert difference.worst <= LIMIT, f"{difference.stage}: {difference.worst:.1e}"


def graphs(source, precision):
    width = source.speaker_width
    return (
        encoder_graph(
            source.model.encoder, speaker_width=width, precision=precision, frame_prior=source.model.frame_prior
        ),
        decoder_graph(
            source.model.decoder,
            bands=80,
            speaker_width=width,
            precision=precision,
            frame_prior=source.model.frame_prior,
        ),
    )


def test_a_graph_of_other_weights_is_refused() -> None:
    source = make_source()
    encoder, decoder = graphs(source, "fp32")
    with torch.no_grad():
        source.model.decoder.chain.flows[0].bias[3] += 0.01
    differences = {found.stage: found for found in acoustic_parity(source, encoder, decoder)}
    assert differences["encoder.mean"].within
    assert not differences["decoder.mel"].within
    with pytest.raises(GlowvoxError, match=r"decoder\.mel by"):
        require_parity(list(differences.values()))


def test_what_is_not_finite_is_no_parity() -> None:
    assert not Difference("x", float("inf")).within
    assert not Difference("x", float("nan")).within


@pytest.fixture(scope="module")
def source():
    return make_source(PRESETS["small"], speakers=("a", "b"))


@pytest.fixture(scope="module")
def inputs(source):
    generator = np.random.default_rng(0)
    return (
        {"ids": generator.integers(0, 80, (1, 50)), "speaker": source.vectors()[:1].numpy()},
        {"latent": generator.standard_normal((200, 80)).astype(np.float32), "speaker": source.vectors()[:1].numpy()},
    )


@pytest.mark.parametrize(("precision", "least_db", "most_size"), [("fp16", 60, 0.56), ("int8", 25, 0.36)])
def test_smaller_graphs_are_smaller_and_near(source, inputs, precision, least_db, most_size) -> None:
    for full, small, given in zip(graphs(source, "fp32"), graphs(source, precision), inputs, strict=True):
        assert len(small) < most_size * len(full)
        exact, near = Session(full, name="full").run(given), Session(small, name="small").run(given)
        for name in exact:
            noise = ((exact[name] - near[name]) ** 2).mean()
            assert 10 * np.log10((exact[name] ** 2).mean() / noise) > least_db, name


def test_bytes_cannot_saturate_without_vnni(source) -> None:
    """Two products of an unsigned and a signed byte must fit 16 bits."""
    for blob in graphs(source, "int8"):
        weights = [numpy_helper.to_array(w) for w in onnx.load_from_string(blob).graph.initializer]
        small = [weight for weight in weights if weight.dtype == np.int8]
        assert small
        assert max(int(np.abs(weight.astype(int)).max()) for weight in small) == LARGEST_BYTE
    assert 2 * 255 * LARGEST_BYTE < 2**15


def test_graphs_stay_small(source) -> None:
    """Sessions load in a time that grows with the nodes: a layer more must not come unnoticed."""
    encoder, decoder = (len(onnx.load_from_string(blob).graph.node) for blob in graphs(source, "fp32"))
    assert encoder <= 180
    assert decoder <= 240


@pytest.mark.parametrize("squeeze", [1, 2, 3])
@pytest.mark.parametrize("durations", [[0], [1], [0, 0, 0], [3, 4, 0], [1, 0, 0], [5, 5, 1, 0]])
def test_lengths_are_fitted_as_the_model_fits_them(squeeze: int, durations: list[int]) -> None:
    model = make_source(GlowTTSConfig(decoder=DecoderConfig(blocks=1, width=4, layers=1, squeeze=squeeze))).model
    expected, frames = model._fit(torch.tensor([durations]), torch.tensor([len(durations)]))
    found = fit(np.array(durations), squeeze)
    assert found.tolist() == expected[0].tolist()
    assert found.sum() == int(frames[0])
