"""The whole model: its size, its likelihood, its alignment, and what it says."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from glowvox.errors import InputError, UsageError
from glowvox.models.glow_tts import GlowTTS, GlowTTSSpeech, log_likelihood
from glowvox.models.glow_tts_config import PRESETS, DecoderConfig, DurationConfig, EncoderConfig, GlowTTSConfig
from glowvox.models.likelihood import Counts, counts, losses

BANDS, VOCABULARY = 6, 11
TINY = GlowTTSConfig(
    encoder=EncoderConfig(width=12, feed_forward=16, layers=2, heads=2, window=2),
    duration=DurationConfig(width=8),
    decoder=DecoderConfig(blocks=2, width=8, layers=2, kernel=3, squeeze=2),
    speaker_width=5,
)


def make(*, speakers: int = 1, mean_only: bool = True, squeeze: int = 2, dtype: torch.dtype = torch.float64) -> GlowTTS:
    """A small model with nothing left at zero that speaks about four frames a token."""
    torch.manual_seed(0)
    config = GlowTTSConfig(
        encoder=TINY.encoder,
        duration=TINY.duration,
        decoder=DecoderConfig(blocks=2, width=8, layers=2, kernel=3, squeeze=squeeze, splits=6),
        mean_only=mean_only,
        speaker_width=5,
    )
    model = GlowTTS(config, vocabulary=VOCABULARY, bands=BANDS, speakers=speakers).to(dtype).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
        assert model.encoder.duration.projection.bias is not None
        model.encoder.duration.projection.bias.fill_(math.log(4))
    return model


class Inputs:
    """A padded batch whose padding holds arbitrary values."""

    def __init__(self, *, speakers: int = 1, dtype: torch.dtype = torch.float64) -> None:
        torch.manual_seed(1)
        self.tokens = torch.randint(VOCABULARY, (3, 8))
        self.lengths = torch.tensor([8, 5, 1])
        self.mel = torch.randn(3, BANDS, 37, dtype=dtype)
        self.frames = torch.tensor([37, 22, 6])
        self.speaker = torch.tensor([1, 0, 2]) if speakers > 1 else None

    def all(self) -> tuple[Tensor | None, ...]:
        return self.tokens, self.lengths, self.mel, self.frames, self.speaker

    def item(self, row: int) -> tuple[Tensor | None, ...]:
        count, length = int(self.lengths[row]), int(self.frames[row])
        return (
            self.tokens[row : row + 1, :count],
            self.lengths[row : row + 1],
            self.mel[row : row + 1, :, :length],
            self.frames[row : row + 1],
            None if self.speaker is None else self.speaker[row : row + 1],
        )


def test_the_papers_model_has_the_papers_size() -> None:
    model = GlowTTS(PRESETS["base"], vocabulary=148, bands=80)
    assert sum(parameter.numel() for parameter in model.parameters()) == 28_623_889
    several = GlowTTS(PRESETS["base"], vocabulary=148, bands=80, speakers=109)
    assert sum(parameter.numel() for parameter in several.parameters()) == 33_603_857


@pytest.mark.parametrize(
    ("speakers", "mean_only", "squeeze"), [(1, True, 2), (4, False, 2), (1, False, 3), (4, True, 1)]
)
def test_a_padded_batch_gives_what_single_items_give(speakers: int, mean_only: bool, squeeze: int) -> None:
    model, inputs = make(speakers=speakers, mean_only=mean_only, squeeze=squeeze), Inputs(speakers=speakers)
    together = model(*inputs.all())
    for row in range(3):
        alone = model(*inputs.item(row))
        n, t = alone.durations.shape[1], alone.latent.shape[2]
        assert torch.equal(together.durations[row, :n], alone.durations[0])
        for name in ("latent", "mean", "log_scale"):
            padded = getattr(together, name)[row]
            torch.testing.assert_close(padded[:, :t], getattr(alone, name)[0], rtol=0, atol=1e-10)
            assert (padded[:, t:] == 0).all()
        torch.testing.assert_close(together.log_det[row], alone.log_det[0], rtol=0, atol=1e-10)
        torch.testing.assert_close(together.log_duration[row, :n], alone.log_duration[0], rtol=0, atol=1e-10)
        assert (together.log_duration[row, n:] == 0).all()


def test_gradients_of_a_padded_batch_are_those_of_its_items() -> None:
    model, inputs = make(speakers=4, mean_only=False), Inputs(speakers=4)
    out = model(*inputs.all())
    total = counts(out)
    losses(out).total.backward()
    together = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    for row in range(3):
        losses(model(*inputs.item(row)), total).total.backward()
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(parameter.grad, together[name], rtol=0, atol=1e-10, msg=name)


def test_the_odd_frame_is_left_out() -> None:
    out = make()(*Inputs().all())
    assert out.frame_mask.sum((1, 2)).tolist() == [36, 22, 6]
    assert out.durations.sum(1).tolist() == [36, 22, 6]


@torch.no_grad()
def test_losses_are_the_density_and_the_squared_error_written_out() -> None:
    model, inputs = make(mean_only=False), Inputs()
    out = model(*inputs.all())
    nats, error = 0.0, 0.0
    encoded = model.encoder(inputs.tokens, out.token_mask)
    for row, (count, length) in enumerate([(8, 36), (5, 22), (1, 6)]):
        durations = out.durations[row, :count]
        mean = encoded.mean[row, :, :count].repeat_interleave(durations, dim=1)
        scale = encoded.log_scale[row, :, :count].exp().repeat_interleave(durations, dim=1)
        density = torch.distributions.Normal(mean, scale).log_prob(out.latent[row, :, :length]).sum()
        nats -= (density + out.log_det[row]).item()
        error += (out.log_duration[row, :count] - durations.log()).square().sum().item()
    loss = losses(out)
    assert float(loss.nll) == pytest.approx(nats / (64 * BANDS), abs=1e-9)
    assert float(loss.duration) == pytest.approx(error / 14, abs=1e-7)
    assert float(loss.total) == pytest.approx(float(loss.nll) + float(loss.duration))
    doubled = losses(out, Counts(values=torch.tensor(2.0 * 64 * BANDS), tokens=torch.tensor(28.0)))
    assert float(doubled.nll) == pytest.approx(float(loss.nll) / 2)
    assert float(doubled.duration) == pytest.approx(float(loss.duration) / 2)


def test_alignment_scores_are_log_densities() -> None:
    torch.manual_seed(0)
    latent, mean, log_scale = (torch.randn(2, 5, n, dtype=torch.float64) for n in (7, 4, 4))
    normal = torch.distributions.Normal(mean[:, :, None], log_scale.exp()[:, :, None])
    expected = normal.log_prob(latent[:, :, :, None]).sum(1)
    torch.testing.assert_close(log_likelihood(latent, mean, log_scale), expected)


def test_the_duration_loss_leaves_the_encoder_alone_and_teaches_the_speakers() -> None:
    model, inputs = make(speakers=4), Inputs(speakers=4)
    losses(model(*inputs.all())).duration.backward()
    touched = {name for name, p in model.named_parameters() if p.grad is not None and (p.grad != 0).any()}
    assert all(name.startswith("encoder.duration.") or name == "speaker_table.weight" for name in touched)
    assert "speaker_table.weight" in touched
    model.zero_grad()
    losses(model(*inputs.all())).total.backward()
    whole = {name: p.grad for name, p in model.named_parameters()}
    model.zero_grad()
    losses(model(*inputs.all())).nll.backward()
    for name, parameter in model.named_parameters():
        if not name.startswith("encoder.duration.") and name != "speaker_table.weight":
            assert torch.equal(parameter.grad, whole[name]), name


def test_more_tokens_than_frames_are_refused() -> None:
    inputs = Inputs()
    inputs.frames[1] = 5  # the odd frame is left out
    with pytest.raises(InputError, match="item 1 of the batch has 5 tokens for 4 frames"):
        make()(*inputs.all())


def test_speakers_are_asked_for_and_matter() -> None:
    several, inputs = make(speakers=4), Inputs(speakers=4)
    with pytest.raises(UsageError, match="this model has 4 speakers: name one for each item"):
        several(*inputs.all()[:4])
    with pytest.raises(UsageError, match="one speaker"):
        make()(*inputs.all())
    condition = several.condition(inputs.speaker, 3)
    assert condition is not None
    torch.testing.assert_close(condition.norm(dim=1), torch.ones(3, 1, dtype=torch.float64))
    first = several(*inputs.all())
    inputs.speaker = torch.tensor([2, 0, 2])
    second = several(*inputs.all())
    assert not torch.equal(first.latent[0], second.latent[0])
    assert torch.equal(first.latent[1:], second.latent[1:])


def speak(model: GlowTTS, inputs: Inputs, **options: object) -> GlowTTSSpeech:
    return model.generate(inputs.tokens, inputs.lengths, speaker=inputs.speaker, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("squeeze", [1, 2, 3])
@pytest.mark.parametrize("speakers", [1, 4])
def test_a_batch_speaks_as_its_items_do(squeeze: int, speakers: int) -> None:
    model, inputs = make(speakers=speakers, squeeze=squeeze, mean_only=False), Inputs(speakers=speakers)
    together = speak(model, inputs)
    assert (together.frames % squeeze == 0).all()
    assert torch.equal(together.durations.sum(1), together.frames)
    for row in range(3):
        tokens, lengths, _, _, speaker = inputs.item(row)
        assert tokens is not None
        assert lengths is not None
        alone = model.generate(tokens, lengths, speaker=speaker)
        size = int(alone.frames[0])
        assert size == together.frames[row]
        torch.testing.assert_close(together.mel[row, :, :size], alone.mel[0], rtol=0, atol=1e-10)
        assert (together.mel[row, :, size:] == 0).all()


def test_what_is_spoken_lies_where_its_prior_says() -> None:
    model, inputs = make(), Inputs()
    speech = speak(model, inputs, variation=0.0)
    row, size = 1, int(speech.frames[1])
    mask = torch.ones(1, 1, size, dtype=torch.float64)
    latent, _ = model.decoder(speech.mel[row : row + 1, :, :size], mask)
    encoded = model.encoder(inputs.tokens[row : row + 1, :5], torch.ones(1, 1, 5, dtype=torch.float64))
    expected = encoded.mean[0].repeat_interleave(speech.durations[row, :5], dim=1)
    torch.testing.assert_close(latent[0], expected, rtol=0, atol=1e-10)


def test_seeds_and_variation() -> None:
    model, inputs = make(), Inputs()
    assert torch.equal(speak(model, inputs, noise=5).mel, speak(model, inputs, noise=5).mel)
    assert not torch.equal(speak(model, inputs, noise=5).mel, speak(model, inputs, noise=6).mel)
    still = speak(model, inputs, variation=0.0, noise=5)
    assert torch.equal(still.mel, speak(model, inputs, variation=0.0, noise=6).mel)
    near, far = (speak(model, inputs, variation=v).mel - still.mel for v in (0.1, 1.0))
    assert near.abs().mean() < far.abs().mean()


def test_noise_can_be_given() -> None:
    model, inputs = make(), Inputs()
    size = int(speak(model, inputs).frames.max())
    noise = [torch.randn(BANDS, size, dtype=torch.float64) for _ in range(3)]
    assert torch.equal(speak(model, inputs, noise=noise).mel, speak(model, inputs, noise=noise).mel)
    silent = [torch.zeros(BANDS, size)] * 3
    assert torch.equal(speak(model, inputs, noise=silent).mel, speak(model, inputs, variation=0.0).mel)


def test_faster_is_shorter() -> None:
    model, inputs = make(), Inputs()
    frames = [speak(model, inputs, speed=speed).frames for speed in (0.5, 0.8, 1.0, 1.5, 3.0)]
    assert all((slow >= quick).all() for slow, quick in zip(frames, frames[1:], strict=False))
    assert frames[0].sum() > 1.7 * frames[2].sum()
    for speed in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(UsageError, match="must be a positive number"):
            speak(model, inputs, speed=speed)


def test_durations_can_be_overridden_one_by_one() -> None:
    model, inputs = make(), Inputs()
    said = speak(model, inputs).durations
    wanted = torch.full((3, 8), torch.nan)
    wanted[0, 2], wanted[1, 0], wanted[1, 1] = 11, 0, 2.4
    speech = speak(model, inputs, durations=wanted)
    assert speech.durations[0, 2] == 11
    assert speech.durations[1, :2].tolist() == [0, 2]
    kept = torch.ones(3, 8, dtype=torch.bool)
    kept[0, 2] = kept[1, 0] = kept[1, 1] = False
    kept[torch.arange(3), inputs.lengths - 1] = False  # the last one may lose the odd frame
    assert torch.equal(speech.durations[kept], said[kept])
    assert torch.equal(speech.durations.sum(1), speech.frames)
    # durations past an item's text are no one's
    wanted[2, 5] = 40
    assert torch.equal(speak(model, inputs, durations=wanted).frames, speech.frames)


@pytest.mark.parametrize("squeeze", [1, 2, 3])
def test_one_token_fills_a_column_and_no_token_has_no_frames(squeeze: int) -> None:
    model = make(squeeze=squeeze)
    assert model.encoder.duration.projection.bias is not None
    with torch.no_grad():
        model.encoder.duration.projection.bias.fill_(-5)  # less than one frame
    speech = model.generate(torch.tensor([[3, 0], [4, 0]]), torch.tensor([1, 0]))
    assert speech.frames.tolist() == [squeeze, 0]
    assert speech.mel.shape == (2, BANDS, squeeze)
    assert speech.durations.tolist() == [[squeeze, 0], [0, 0]]
    assert torch.isfinite(speech.mel).all()


@pytest.mark.parametrize("shape", [(2, 3), (1, 0), (0, 0)])
def test_nothing_to_say_is_no_error(shape: tuple[int, int]) -> None:
    speech = make().generate(torch.zeros(shape, dtype=torch.int64), torch.zeros(shape[0], dtype=torch.int64))
    assert speech.mel.shape == (shape[0], BANDS, 0)
    assert speech.frames.tolist() == [0] * shape[0]
    assert speech.durations.shape == speech.log_duration.shape == shape


def test_settings_that_do_not_fit_are_refused() -> None:
    for make_config, message in (
        (lambda: EncoderConfig(width=10, heads=3), "heads = 3 must divide width = 10"),
        (lambda: EncoderConfig(kernel=0), "kernel = 0 must be at least 1"),
        (lambda: EncoderConfig(reach=-1), "reach = -1 must not be negative"),
        (lambda: DecoderConfig(kernel=2), "kernel = 2 must be odd; 3 is"),
        (lambda: DecoderConfig(splits=3), "splits = 3 must be even; 4 is"),
        (lambda: DecoderConfig(squeeze=0), "squeeze = 0 must be at least 1"),
    ):
        with pytest.raises(ValueError, match=message):
            make_config()
    with pytest.raises(ValueError, match="splits = 4 must divide the 6 channels"):
        GlowTTS(GlowTTSConfig(decoder=DecoderConfig(squeeze=1)), vocabulary=3, bands=6)
