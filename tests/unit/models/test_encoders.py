"""The four encoders: blind to padding, at home with one token, able to learn; and both ways to count durations."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from msgspec.structs import replace
from torch import Tensor

from glowvox import config
from glowvox.errors import ConfigError, UsageError
from glowvox.models.glow_tts import GlowTTS
from glowvox.models.glow_tts_config import (
    DecoderConfig,
    DurationConfig,
    EncoderConfig,
    GatedConvConfig,
    GlowTTSConfig,
    ResidualConvConfig,
    SeparableConvConfig,
)
from glowvox.models.likelihood import counts, losses
from glowvox.nn.masks import length_mask
from glowvox.nn.residual_convolution import ResidualConvolution
from glowvox.train.weights import read_weights

KINDS = ("rel_pos_transformer", "gated_conv", "residual_conv_bn", "time_depth_separable")
BANDS, VOCABULARY = 6, 11
LENGTHS = torch.tensor([8, 5, 1, 3])
FRAMES = torch.tensor([37, 22, 6, 12])
REPOSITORY = Path(__file__).resolve().parents[3]


def encoder_config(kind: str, **changes: object) -> EncoderConfig:
    base = EncoderConfig(
        kind=kind,  # type: ignore[arg-type]
        width=12,
        feed_forward=16,
        layers=2,
        window=2,
        gated_conv=GatedConvConfig(layers=2, kernel=3),
        residual_conv_bn=ResidualConvConfig(dilations=(1, 2), kernel=4),
        time_depth_separable=SeparableConvConfig(layers=2, kernel=5),
    )
    return replace(base, **changes)


def make(kind: str, *, offset: int = 0, prenet: bool = True, seed: int = 0, **fields: object) -> GlowTTS:
    """A small model in float64 with nothing left at zero, dropout off, in evaluation mode."""
    torch.manual_seed(seed)
    encoder = encoder_config(kind, prenet=prenet, dropout=0.0)
    settings = GlowTTSConfig(
        encoder=replace(encoder, gated_conv=replace(encoder.gated_conv, dropout=0.0)),
        duration=DurationConfig(width=8, dropout=0.0, offset=offset),  # type: ignore[arg-type]
        decoder=DecoderConfig(blocks=2, width=8, layers=2, kernel=3, squeeze=2, splits=6, dropout=0.0),
        speaker_width=5,
    )
    speakers = fields.pop("speakers_count", 1)
    model = GlowTTS(replace(settings, **fields), vocabulary=VOCABULARY, bands=BANDS, speakers=speakers)  # type: ignore[arg-type]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
        for name, buffer in model.named_buffers():
            buffer.add_(0.2 * torch.rand_like(buffer)) if "variance" in name else buffer.normal_()
        assert model.encoder.duration.projection.bias is not None
        model.encoder.duration.projection.bias.fill_(math.log(4))
    return model.double().eval()


def batch(size: int = 8) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Tokens, their lengths, mels, their frames: the same inside whatever the padded size, the padding arbitrary."""
    draws = torch.Generator().manual_seed(1)
    tokens = torch.randint(VOCABULARY, (4, 8), generator=draws)
    mel = torch.randn(4, BANDS, 37, generator=draws, dtype=torch.float64)
    padding = torch.randint(VOCABULARY, (4, size - 8), generator=draws)
    return torch.cat([tokens, padding], dim=1), LENGTHS, mel, FRAMES


def item(row: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    tokens, lengths, mel, frames = batch()
    count, size = int(lengths[row]), int(frames[row])
    one = slice(row, row + 1)
    return tokens[one, :count], lengths[one], mel[one, :, :size], frames[one]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prenet", [True, False])
def test_a_padded_batch_is_its_items(kind: str, prenet: bool) -> None:
    model = make(kind, prenet=prenet)
    out = model(*batch(11))
    for row in range(4):
        alone = model(*item(row))
        n, t = alone.durations.shape[1], alone.latent.shape[2]
        assert torch.equal(out.durations[row, :n], alone.durations[0])
        torch.testing.assert_close(out.mean[row, :, :t], alone.mean[0], rtol=0, atol=1e-10)
        torch.testing.assert_close(out.log_duration[row, :n], alone.log_duration[0], rtol=0, atol=1e-10)
        assert (out.log_duration[row, n:] == 0).all()
        assert (out.mean[row, :, t:] == 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_of_a_padded_batch_are_those_of_its_items(kind: str) -> None:
    model = make(kind)
    out = model(*batch(11))
    total = counts(out)
    losses(out).total.backward()
    together = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    for row in range(4):
        losses(model(*item(row)), total).total.backward()
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(parameter.grad, together[name], rtol=0, atol=1e-10, msg=name)


@pytest.mark.parametrize("kind", KINDS)
def test_training_statistics_do_not_see_padding(kind: str) -> None:
    # the prenet drops half of its values: another padded size, other draws
    narrow, wide = make(kind, prenet=False).train(), make(kind, prenet=False).train()
    one, other = losses(narrow(*batch())), losses(wide(*batch(19)))
    torch.testing.assert_close(one.total, other.total, rtol=0, atol=1e-10)
    one.total.backward()
    other.total.backward()
    for (name, a), b in zip(narrow.named_parameters(), wide.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad, rtol=0, atol=1e-9, msg=name)
    for (name, a), b in zip(narrow.named_buffers(), wide.buffers(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-10, msg=name)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("training", [True, False])
def test_one_token_is_enough(kind: str, training: bool) -> None:
    model = make(kind).train(training)
    tokens, lengths, mel, frames = item(2)
    assert tokens.shape == (1, 1)
    losses(model(tokens, lengths, mel, frames)).total.backward()
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)
    speech = model.eval().generate(tokens, lengths)
    assert speech.mel.shape[2] == int(speech.frames[0]) >= 2
    assert torch.isfinite(speech.mel).all()


@pytest.mark.parametrize("kind", KINDS)
def test_fifty_steps_lower_the_loss(kind: str) -> None:
    torch.manual_seed(0)
    settings = GlowTTSConfig(
        encoder=encoder_config(kind),
        duration=DurationConfig(width=8),
        decoder=DecoderConfig(blocks=2, width=8, layers=1, kernel=3, splits=6),
    )
    model = GlowTTS(settings, vocabulary=VOCABULARY, bands=BANDS)
    tokens, lengths, mel, frames = batch()
    # each token has a sound of its own
    table = torch.randn(VOCABULARY, BANDS)
    for row in range(4):
        count, size = int(lengths[row]), int(frames[row])
        places = torch.linspace(0, count - 1e-4, size).long()
        mel[row, :, :size] = table[tokens[row][places]].T + 0.1 * mel[row, :, :size]
    mel = mel.float()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    seen = []
    for _ in range(50):
        loss = losses(model.train()(tokens, lengths, mel, frames)).total
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen.append(loss.item())
    assert min(seen[-5:]) < seen[0] - 0.5
    held = losses(model.eval()(tokens, lengths, mel, frames)).total.item()
    assert held < seen[0] - 0.3, "running statistics are of no use in evaluation"


def test_the_residual_convolution_is_the_published_one_item_by_item() -> None:
    torch.manual_seed(0)
    layer = ResidualConvolution(3, kernel=4, dilation=3, rounds=1).double().eval()
    layer.norms[0].variance.uniform_(0.5, 2)  # type: ignore[union-attr, operator]
    x = torch.randn(1, 3, 14, dtype=torch.float64)
    convolution = layer.convolutions[0]
    bare = F.conv1d(x, convolution.weight, convolution.bias, dilation=3)  # type: ignore[arg-type]
    filled = F.pad(bare, (4, 5))  # what the convolution cannot reach is zero: ⌊9/2⌋ to the left
    norm = layer.norms[0]
    expected = x + filled.relu() / (norm.variance + 1e-5).sqrt()[:, None]  # type: ignore[operator, union-attr]
    torch.testing.assert_close(layer(x, torch.ones(1, 1, 14, dtype=torch.float64)), expected)


@pytest.mark.parametrize("kernel", [2, 4])
def test_kernels_without_a_middle_see_one_more_to_the_right(kernel: int) -> None:
    model = make("rel_pos_transformer")
    torch.manual_seed(0)
    even = GlowTTS(
        GlowTTSConfig(encoder=encoder_config("rel_pos_transformer", kernel=kernel), decoder=DecoderConfig(splits=6)),
        vocabulary=VOCABULARY,
        bands=BANDS,
    )
    layer = even.encoder.layers[0].feed_forward.widen  # type: ignore[union-attr]
    x = torch.randn(1, 12, 7)
    left = (kernel - 1) // 2
    expected = F.conv1d(F.pad(x, (left, kernel - 1 - left)), layer.weight, layer.bias)  # type: ignore[arg-type, union-attr]
    torch.testing.assert_close(layer(x), expected)  # type: ignore[operator]
    assert model.encoder.layers[0].feed_forward.widen.kernel_size == (3,)  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", KINDS)
def test_settings_survive_a_file(kind: str) -> None:
    settings = GlowTTSConfig(encoder=encoder_config(kind), duration=DurationConfig(offset=1, kernel=5))
    assert config.loads(config.dumps(settings), GlowTTSConfig, where="test") == settings
    chosen = config.loads("", GlowTTSConfig, [f"encoder.kind={kind}"], where="test")
    GlowTTS(chosen, vocabulary=VOCABULARY, bands=80)  # the defaults of every kind can be built


def test_settings_from_before_there_were_kinds_are_read() -> None:
    old = """
        mean_only = true
        [encoder]
        width = 96
        feed_forward = 384
        layers = 4
        heads = 2
        kernel = 3
        window = 4
        reach = "none"
        prenet = true
        dropout = 0.1
        [duration]
        width = 96
        dropout = 0.1
    """
    settings = config.loads(old, GlowTTSConfig, where="run.toml")
    assert (settings.encoder.kind, settings.duration.offset, settings.speakers) == ("rel_pos_transformer", 0, "learned")


def test_the_weights_of_the_shipped_voice_still_load() -> None:
    settings, values, _ = read_weights(REPOSITORY / "weights" / "duo.safetensors")
    model = GlowTTS(
        settings.train.model,
        vocabulary=len(settings.symbols),
        bands=settings.mel.bands,
        speakers=len(settings.speakers),
    )
    model.load_state_dict(values)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("encoder.kind=conv", "Invalid enum value 'conv'"),
        ("encoder.gated_conv.kernel=4", "encoder.gated_conv: kernel = 4 must be odd; 5 is"),
        ("encoder.gated_conv.layers=0", "layers = 0 must be at least 1"),
        ("encoder.gated_conv.dropout=1.0", r"dropout = 1.0 must lie in \[0, 1\)"),
        ("encoder.residual_conv_bn.dilations=[]", r"dilations = \[\] must name one"),
        ("encoder.residual_conv_bn.rounds=0", "rounds = 0 must be at least 1"),
        ("encoder.time_depth_separable.kernel=2", "kernel = 2 must be odd; 3 is"),
        ("encoder.time_depth_separable.heads=2", "unknown key 'heads'"),
        ("encoder.eps=0.0", "eps = 0.0 must be above 0"),
        ("duration.offset=2", "Invalid enum value 2"),
        ("duration.kernel=0", "kernel = 0 must be at least 1"),
        ("speakers=several", "Invalid enum value 'several'"),
    ],
)
def test_settings_that_cannot_be_built_are_refused(override: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        config.loads("", GlowTTSConfig, [override], where="test")


def test_durations_may_be_counted_from_one() -> None:
    model = make("gated_conv", offset=1)
    out = model(*batch())
    target = torch.log(1.0 + out.durations) * out.token_mask[:, 0]
    torch.testing.assert_close(out.log_target, target.double())
    error = (out.log_duration - target).square().sum() / LENGTHS.sum()
    torch.testing.assert_close(losses(out).duration, error)
    said = torch.tensor([[math.log(1 + 2.5), -3.0, 5.0]], dtype=torch.float64)
    mask = length_mask(torch.tensor([2]), 3, dtype=torch.float64)
    assert model.lasting(said, mask).tolist() == [[3, 1, 0]]  # a frame at least, and none in the padding
    assert model.lasting(said, mask, speed=0.5).tolist() == [[5, 1, 0]]
    assert make("gated_conv").lasting(said, mask).tolist() == [[4, 1, 0]]


@pytest.mark.parametrize("offset", [0, 1])
def test_a_batch_speaks_as_its_items_do(offset: int) -> None:
    model = make("time_depth_separable", offset=offset)
    together = model.generate(*batch(11)[:2])
    assert torch.equal(together.durations.sum(1), together.frames)
    for row in range(4):
        alone = model.generate(*item(row)[:2])
        size = int(alone.frames[0])
        assert size == together.frames[row]
        torch.testing.assert_close(together.mel[row, :, :size], alone.mel[0], rtol=0, atol=1e-10)
        assert (together.mel[row, :, size:] == 0).all()


def test_forced_durations_give_the_decoded_mel_and_not_the_latent() -> None:
    model = make("gated_conv")
    out = model(*batch())
    mel = model.forced(out)
    again, _ = model.decoder(mel, out.frame_mask)
    torch.testing.assert_close(again, out.mean, rtol=0, atol=1e-10)
    assert not torch.allclose(mel, out.mean)
    for row in range(4):
        alone = model(*item(row))
        size = alone.latent.shape[2]
        torch.testing.assert_close(mel[row, :, :size], model.forced(alone)[0], rtol=0, atol=1e-10)


def test_speakers_may_be_given_as_vectors() -> None:
    model = make("gated_conv", speakers="given", speakers_count=2)
    assert not [name for name, _ in model.named_parameters() if name.startswith("speaker_table")]
    vectors = torch.randn(4, 5, dtype=torch.float64)
    model.speaker_table.weight.copy_(vectors[:2])  # type: ignore[union-attr]
    by_vector = model(*batch(), vectors[[1, 0, 0, 1]])
    by_number = model(*batch(), torch.tensor([1, 0, 0, 1]))
    louder = model(*batch(), 3 * vectors[[1, 0, 0, 1]])  # only the direction tells
    for other in (by_number, louder):
        torch.testing.assert_close(other.latent, by_vector.latent)
        torch.testing.assert_close(other.log_duration, by_vector.log_duration)
    learned = make("gated_conv", speakers_count=3)
    rows = learned.speaker_table.weight.detach()[[2, 2, 0, 1]]  # type: ignore[union-attr, index]
    torch.testing.assert_close(learned(*batch(), rows).latent, learned(*batch(), torch.tensor([2, 2, 0, 1])).latent)


def test_speakers_missing_extra_or_of_another_kind_are_refused() -> None:
    several, alone = make("gated_conv", speakers_count=3), make("gated_conv")
    for model, speaker, message in (
        (several, None, "this model has 3 speakers: name one for each item"),
        (several, torch.tensor(1), "name one for each item"),  # one number for all
        (several, torch.tensor([0, 1]), "name one for each item"),
        (several, torch.tensor([0, 1, 2, 3]), r"speaker numbers \[0, 1, 2, 3\]: this model has 0 to 2"),
        (several, torch.zeros(4, 7), r"speaker vectors of shape \(4, 7\): this model's have 5 values"),
        (alone, torch.ones(4, 5), "this model has one speaker"),
        (alone, torch.tensor([0, 1, 0, 0]), "this model has one speaker"),
    ):
        with pytest.raises(UsageError, match=message):
            model(*batch(), speaker)


def test_alignments_under_autocast_are_those_of_full_precision() -> None:
    model = make("rel_pos_transformer").float()
    tokens, lengths, mel, frames = batch()
    with torch.autocast("cpu", torch.bfloat16):
        out = model(tokens, lengths, mel.float(), frames)
    assert out.log_det.dtype == out.latent.dtype == losses(out).nll.dtype == torch.float32
    encoded = torch.randn(4, BANDS, 8)
    with torch.autocast("cpu", torch.bfloat16):
        inside = model.align(1e3 * out.latent, 1e3 * encoded, torch.zeros_like(encoded), lengths, frames // 2 * 2)
    outside = model.align(1e3 * out.latent, 1e3 * encoded, torch.zeros_like(encoded), lengths, frames // 2 * 2)
    assert torch.equal(inside, outside)
