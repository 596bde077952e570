"""Aligning by one mean a token: who learns from it, who uses it, and who leaves it out."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from msgspec.structs import replace

from glowvox.models.glow_tts import GlowTTS
from glowvox.models.glow_tts_config import FramePriorConfig
from glowvox.models.likelihood import losses
from glowvox.models.token_means import TokenMeans
from glowvox.nn.alignment import search
from glowvox.nn.masks import expand, token_of_frame
from glowvox.train.checkpoint import write_checkpoint
from glowvox.train.config import TrainConfig
from glowvox.train.run import Run
from glowvox.train.speaker import Speaker
from glowvox.train.weights import read_weights, write_weights
from tests.fixtures.runs import MODEL, make_run

TOKENS, FRAMES = torch.tensor([[3, 5, 4, 7], [6, 2, 0, 0]]), torch.tensor([20, 14])
LENGTHS = torch.tensor([4, 2])


def make(*, token_means: bool) -> GlowTTS:
    torch.manual_seed(0)
    model = GlowTTS(replace(MODEL, token_means=token_means), vocabulary=9, bands=8).double()
    with torch.no_grad():
        for value in model.parameters():
            value.add_(0.3 * torch.randn_like(value))
    return model.eval()


def test_the_search_goes_by_the_tokens_own_means() -> None:
    model, mel = make(token_means=True), torch.randn(2, 8, 20, dtype=torch.float64)
    out = model(TOKENS, LENGTHS, mel, FRAMES)
    assert model.token_means is not None
    means, _ = model.token_means(TOKENS)
    score = -0.5 * (out.latent.transpose(1, 2)[:, :, None] - means.transpose(1, 2)[:, None]).square().sum(3)
    assert torch.equal(out.durations, search(score, LENGTHS, FRAMES))
    assert torch.equal(model.token_means(TOKENS[:, :1])[0][:, :, 0], means[:, :, 0])  # no context


def test_the_means_follow_the_latent_and_nothing_follows_them() -> None:
    model, mel = make(token_means=True), torch.randn(2, 8, 20, dtype=torch.float64)
    out = model(TOKENS, LENGTHS, mel, FRAMES)
    assert out.token_prior is not None
    assert not out.token_prior[1].any()
    loss = losses(out)
    inside = out.frame_mask.sum() * 8
    torch.testing.assert_close(
        loss.token, 0.5 * ((out.latent - out.token_prior[0]) * out.frame_mask).square().sum() / inside
    )
    torch.testing.assert_close(loss.total, loss.nll + loss.duration + loss.token)
    loss.token.backward()
    touched = {name for name, value in model.named_parameters() if value.grad is not None and value.grad.any()}
    assert touched == {name for name, _ in model.named_parameters() if name.startswith("token_means.")}


def test_beside_a_prior_with_scales_they_have_one_for_each_band() -> None:
    torch.manual_seed(0)
    config = replace(MODEL, token_means=True, frame_prior=FramePriorConfig(layers=1, width=8, feed_forward=8))
    model = GlowTTS(config, vocabulary=9, bands=8).double().eval()
    assert model.token_means is not None
    assert model.token_means.log_scale is not None
    with torch.no_grad():
        model.token_means.log_scale.copy_(torch.linspace(-1, 1, 8))
    out = model(TOKENS, LENGTHS, torch.randn(2, 8, 20, dtype=torch.float64), FRAMES)
    means, log_scales = model.token_means(TOKENS)
    missed = (out.latent.transpose(1, 2)[:, :, None] - means.transpose(1, 2)[:, None]) / torch.linspace(-1, 1, 8).exp()
    assert torch.equal(out.durations, search(-0.5 * missed.square().sum(3), LENGTHS, FRAMES))
    index = token_of_frame(out.durations, 20)
    found = torch.distributions.Normal(expand(means, index), expand(log_scales, index).exp()).log_prob(out.latent)
    inside = out.frame_mask.sum() * 8
    expected = -(found * out.frame_mask).sum() / inside - 0.5 * math.log(2 * math.pi)
    torch.testing.assert_close(losses(out).token, expected)


def test_without_them_the_loss_is_the_papers() -> None:
    out = make(token_means=False)(TOKENS, LENGTHS, torch.randn(2, 8, 20, dtype=torch.float64), FRAMES)
    assert out.token_prior is None
    assert losses(out).token.item() == 0.0


def test_a_file_for_speaking_only_leaves_them_out_and_says_the_same(tmp_path: Path) -> None:
    made = make_run(tmp_path / "plain")
    settings = replace(made.settings, train=TrainConfig(model=replace(MODEL, token_means=True)))
    run = Run.create(tmp_path / "run", settings)
    torch.manual_seed(0)
    model = GlowTTS(settings.train.model, vocabulary=len(settings.symbols), bands=80)
    weights = {name: value.half().float() for name, value in model.state_dict().items()}
    write_checkpoint(run.checkpoints, 1, {"model": weights, "ema": weights}, {"initialised": True, "best": 1.0})
    whole = write_weights(run, tmp_path / "whole.safetensors", card={})
    lean = write_weights(run, tmp_path / "lean.safetensors", card={}, speaking_only=True)
    assert lean < whole
    found, values, _ = read_weights(tmp_path / "lean.safetensors")
    assert not found.train.model.token_means
    assert not [name for name in values if name.startswith("token_means.")]
    texts = [Speaker.load(tmp_path / f"{name}.safetensors").speak("Hello there.") for name in ("whole", "lean")]
    assert (texts[0][0].mel == texts[1][0].mel).all()


def test_all_tokens_are_alike_at_first() -> None:
    means, log_scales = TokenMeans(9, 16, 8, scaled=True)(TOKENS)
    assert not means.any()
    assert not log_scales.any()


def test_at_first_the_latent_learns_from_the_tokens_and_the_prior_follows() -> None:
    model, mel = make(token_means=True), torch.randn(2, 8, 20, dtype=torch.float64)
    out = model(TOKENS, LENGTHS, mel, FRAMES)
    usual, early = losses(out), losses(out, by_token=True)
    constant = 0.5 * math.log(2 * math.pi)
    volume = out.log_det.sum() / (out.frame_mask.sum() * 8)
    torch.testing.assert_close(early.nll, usual.token + constant - volume)
    torch.testing.assert_close(usual.nll, early.token + constant - volume)
    early.token.backward()
    touched = {
        name.split(".")[0] for name, value in model.named_parameters() if value.grad is not None and value.grad.any()
    }
    assert touched == {"encoder"}


def test_a_guide_leads_the_search() -> None:
    model, mel = make(token_means=True), torch.randn(2, 8, 20, dtype=torch.float64)
    assert model(TOKENS, LENGTHS, mel, FRAMES, guide=1e6).durations.tolist() == [[5, 5, 5, 5], [7, 7, 0, 0]]
