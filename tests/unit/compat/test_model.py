"""Coqui's interface gives what our model gives, in the documented layout."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from glowvox.compat.coqui import GlowTTS, GlowTTSConfig, SpeakerManager
from glowvox.errors import ConfigError, InputError, UsageError
from glowvox.models.glow_tts import GlowTTSOutput
from tests.fixtures.coqui import ENCODERS
from tests.unit.compat.building import BANDS, SPEAKERS, SYMBOLS, random_model, recordings, small, speaker_of

CASES = [*((encoder, "one") for encoder in ENCODERS), ("gated_conv", "learned"), ("rel_pos_transformer", "d-vectors")]
cases = pytest.mark.parametrize(("encoder", "speakers"), CASES)


def ours(model: GlowTTS, aux: dict[str, Tensor]) -> GlowTTSOutput:
    x, x_lengths, y, y_lengths = recordings()
    found: GlowTTSOutput = model.model(x, x_lengths, y.transpose(1, 2), y_lengths, *aux.values())
    return found


@cases
@torch.no_grad()
def test_forward_is_our_forward(encoder: str, speakers: str) -> None:
    aux = speaker_of(speakers)
    model = random_model(small(encoder, mean_only=encoder != "gated_conv", **SPEAKERS[speakers]))
    out, expected = model(*recordings(), aux), ours(model, aux)
    assert {name: tuple(value.shape) for name, value in out.items()} == {
        "z": (3, 20, BANDS),
        "logdet": (3,),
        "y_mean": (3, 20, BANDS),
        "y_log_scale": (3, 20, BANDS),
        "alignments": (3, 7, 20),
        "durations_log": (3, 7, 1),
        "total_durations_log": (3, 7, 1),
    }
    assert torch.equal(out["z"], expected.latent.transpose(1, 2))
    assert torch.equal(out["logdet"], expected.log_det)
    assert torch.equal(out["y_mean"], expected.mean.transpose(1, 2))
    assert torch.equal(out["y_log_scale"], expected.log_scale.transpose(1, 2))
    assert torch.equal(out["durations_log"][:, :, 0], expected.log_duration)
    assert torch.equal(out["total_durations_log"][:, :, 0], expected.log_target)
    assert torch.equal(out["alignments"].sum(2), expected.durations.double())
    assert torch.equal(out["alignments"].sum(1), expected.frame_mask[:, 0])
    assert (out["alignments"].diff(dim=2).clamp(min=0).sum(2) <= 1).all()  # one stretch a token


@cases
@torch.no_grad()
def test_inference_is_our_inference(encoder: str, speakers: str) -> None:
    aux = speaker_of(speakers)
    fields = {"inference_noise_scale": 0.5, "length_scale": 1.3, **SPEAKERS[speakers]}
    model = random_model(small(encoder, **fields))
    x, x_lengths, *_ = recordings()
    torch.manual_seed(3)
    noise = int(torch.randint(2**31, ()))
    expected = model.model.generate(
        x, x_lengths, speaker=next(iter(aux.values()), None), variation=0.5, speed=1 / 1.3, noise=noise
    )
    torch.manual_seed(3)
    out = model.inference(x, {"x_lengths": x_lengths, **aux})
    again = model.inference(x, {"x_lengths": x_lengths, **aux})
    frames = expected.mel.shape[2]
    assert out["logdet"] is None
    tensors = {name: value for name, value in out.items() if value is not None}
    assert {name: tuple(value.shape) for name, value in tensors.items()} == {
        "model_outputs": (3, frames, BANDS),
        "y_mean": (3, frames, BANDS),
        "y_log_scale": (3, frames, BANDS),
        "alignments": (3, 7, frames),
        "durations_log": (3, 7, 1),
        "total_durations_log": (3, 7, 1),
    }
    assert torch.equal(tensors["model_outputs"], expected.mel.transpose(1, 2))
    assert torch.equal(tensors["alignments"].sum(2), expected.durations.double())
    assert torch.equal(tensors["durations_log"][:, :, 0], expected.log_duration)
    assert torch.equal(tensors["total_durations_log"][:, :, 0], torch.log1p(expected.durations.double()))
    assert again["model_outputs"] is not None
    assert not torch.equal(tensors["model_outputs"], again["model_outputs"])  # another draw


@cases
@torch.no_grad()
def test_the_decoded_reading_is_returned_and_not_its_latent_mean(encoder: str, speakers: str) -> None:
    aux = speaker_of(speakers)
    model = random_model(small(encoder, **SPEAKERS[speakers]))
    out, expected = model.inference_with_MAS(*recordings(), aux), ours(model, aux)
    mel = model.model.forced(expected, next(iter(aux.values()), None))
    assert torch.equal(out["model_outputs"], mel.transpose(1, 2))
    assert not torch.allclose(out["model_outputs"], out["y_mean"])
    assert sorted(out) == sorted([*(set(model(*recordings(), aux)) - {"z"}), "model_outputs"])
    _, there = model.model.decoder(mel, expected.frame_mask, model.model.condition(*aux.values() or (None,), 3))
    torch.testing.assert_close(out["logdet"], -there)


@cases
def test_the_decoder_leads_there_and_back(encoder: str, speakers: str) -> None:
    aux = speaker_of(speakers)
    model = random_model(small(encoder, **SPEAKERS[speakers]))
    _, _, y, y_lengths = recordings()
    out = model.decoder_inference(y, y_lengths, aux)
    for item, frames in enumerate((20, 16, 8)):
        torch.testing.assert_close(out["model_outputs"][item, :frames], y[item, :frames])
        assert not out["model_outputs"][item, frames:].any()
    torch.testing.assert_close(out["logdet"], -model(*recordings(), aux)["logdet"])


@torch.no_grad()
def test_lengths_may_be_left_out() -> None:
    model = random_model(small())
    x, _, y, _ = recordings()
    whole = (x, torch.full((3,), 7), y, torch.full((3,), 21))
    assert torch.equal(model(x, whole[1], y)["z"], model(*whole)["z"])
    assert torch.equal(model.decoder_inference(y)["logdet"], model.decoder_inference(y, whole[3])["logdet"])
    spoken, expected = model.inference(x)["model_outputs"], model.inference(x, {"x_lengths": whole[1]})["model_outputs"]
    assert spoken is not None
    assert expected is not None
    assert torch.equal(spoken, expected)


@torch.no_grad()
def test_outputs_follow_any_alignment() -> None:
    mean = torch.arange(6.0).reshape(1, 2, 3)
    path = torch.tensor([[1.0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0]])[None, None]
    y_mean, y_log_scale, found = GlowTTS.compute_outputs(path, mean, -mean, torch.tensor([[[1.0, 1, 1]]]))
    assert y_mean.tolist() == [[[0, 0, 1, 2, 0], [3, 3, 4, 5, 0]]]
    assert torch.equal(y_log_scale, -y_mean)
    torch.testing.assert_close(found, torch.tensor([[[3.0, 2, 2]]]).log())


@torch.no_grad()
def test_one_number_tells_the_speaker_of_a_whole_batch() -> None:
    model = random_model(small(**SPEAKERS["learned"]))
    one, each = ({"speaker_ids": ids} for ids in (torch.tensor(2), torch.tensor([2, 2, 2])))
    assert torch.equal(model(*recordings(), one)["z"], model(*recordings(), each)["z"])


@pytest.mark.parametrize(
    ("speakers", "aux", "message"),
    [
        ("one", {"speaker_ids": torch.tensor([0, 0, 0])}, "speaker_ids are given to a model of one speaker"),
        ("one", {"d_vectors": torch.ones(3, 5)}, "use_d_vector_file is false"),
        ("learned", {}, "name one for each item"),
        ("learned", {"speaker_ids": torch.tensor([0, 1, 3])}, "0 to 2"),
        ("learned", {"d_vectors": torch.ones(3, 16)}, "use_d_vector_file is false"),
        ("d-vectors", {}, "d_vectors are missing"),
        ("d-vectors", {"d_vectors": torch.ones(3, 6)}, "have 5 values"),
        ("d-vectors", {"d_vectors": torch.ones(3, 5), "speaker_ids": torch.tensor([0, 0, 0])}, "both given"),
    ],
)
def test_a_speaker_that_the_model_does_not_have_is_refused(speakers: str, aux: dict[str, Tensor], message: str) -> None:
    model = random_model(small(**SPEAKERS[speakers]))
    for call in (lambda: model(*recordings(), aux), lambda: model.inference(recordings()[0], aux)):
        with pytest.raises(UsageError, match=message):
            call()


def test_what_cannot_be_done_is_refused() -> None:
    model = random_model(small())
    x, x_lengths, y, _ = recordings()
    with pytest.raises(UsageError, match="y is missing"):
        model.inference_with_MAS(x, x_lengths)
    with pytest.raises(InputError, match="7 tokens for 4 frames"):
        model(x, x_lengths, y, torch.tensor([4, 16, 9]))
    model.length_scale = 0.0
    with pytest.raises(UsageError, match=r"length_scale = 0\.0"):
        model.inference(x)


def test_inverses_are_never_stale() -> None:
    model = random_model(small())
    _, _, y, y_lengths = recordings()
    names = list(model.state_dict())
    model.train()
    model.store_inverse()
    model.store_inverse()
    assert not model.training
    with torch.no_grad():
        for parameter in model.model.decoder.parameters():
            parameter.mul_(1.1)
    torch.testing.assert_close(model.decoder_inference(y, y_lengths)["model_outputs"][0, :20], y[0, :20])
    assert list(model.state_dict()) == names


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"num_chars": None}, "num_chars = None"),
        ({"use_speaker_embedding": True}, "there are no speakers"),
        ({"use_d_vector_file": True}, "d_vector_dim = 0"),
        ({"encoder_type": "gated_conv"}, "gated_conv takes no 'num_heads'"),
        ({"r": 2}, "r = 2"),
    ],
)
def test_fields_that_contradict_each_other_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        GlowTTS(small(**fields))


@torch.no_grad()
def test_speakers_can_be_added_to_a_model_of_one() -> None:
    model = random_model(small())
    before = {name: value.clone() for name, value in model.model.state_dict().items()}
    config = small(use_speaker_embedding=True, num_speakers=5, d_vector_dim=None)
    model.init_multispeaker(config)
    assert (model.num_speakers, model.c_in_channels) == (5, config.hidden_channels_enc)
    after = model.model.state_dict()
    changed = {name for name in before if after[name].shape != before[name].shape}
    assert changed == {f"encoder.duration.convolutions.0.{leaf}" for leaf in ("weight",)}
    assert all(torch.equal(after[name], before[name].float()) for name in before.keys() - changed)
    assert model.double()(*recordings(), {"speaker_ids": torch.tensor([4, 0, 0])})["z"].shape == (3, 20, BANDS)


def test_vectors_set_the_width_of_what_speakers_condition() -> None:
    model = GlowTTS(small(use_d_vector_file=True, d_vector_dim=301, use_speaker_embedding=True))
    assert model.c_in_channels == 301
    assert GlowTTS(small()).c_in_channels == 0


def test_one_learned_speaker_is_a_vector_that_is_always_the_same() -> None:
    model = random_model(small(use_speaker_embedding=True, num_speakers=1))
    assert model.c_in_channels == 16
    ids = {"speaker_ids": torch.tensor([0, 0, 0])}
    assert torch.equal(model(*recordings(), ids)["z"], model(*recordings())["z"])


@torch.no_grad()
def test_known_vectors_speak_by_number() -> None:
    vectors = torch.randn(2, 5)
    known = SpeakerManager(("ann", "bob"), vectors)
    model = random_model(small(use_d_vector_file=True, d_vector_dim=5), speaker_manager=known)
    assert model.num_speakers == 2
    by_number = model(*recordings(), {"speaker_ids": torch.tensor([1, 1, 0])})["z"]
    assert torch.equal(by_number, model(*recordings(), {"d_vectors": vectors[[1, 1, 0]].double()})["z"])


def test_the_sizes_of_the_settings_are_those_of_the_model() -> None:
    config = GlowTTSConfig(num_chars=SYMBOLS)
    model = GlowTTS(config)
    assert model.model.encoder.embedding.weight.shape == (SYMBOLS, 192)
    # the published totals for 67 symbols, of which these are fewer
    assert sum(p.numel() for p in model.parameters()) == 28_597_969 - (67 - SYMBOLS) * 192
