"""The exact likelihood by frame and token."""

from __future__ import annotations

import math

import pytest
import torch

from glowvox.models.likelihood import counts, losses
from glowvox.models.scoring import by_token, score, volume_by_frame
from glowvox.nn.masks import length_mask
from tests.unit.models.test_glow_tts import BANDS, Inputs, make


@pytest.mark.parametrize(
    ("speakers", "mean_only", "squeeze"), [(1, True, 2), (4, False, 2), (1, False, 3), (4, True, 1)]
)
@torch.no_grad()
def test_frames_and_tokens_sum_to_the_loss(speakers: int, mean_only: bool, squeeze: int) -> None:
    model, inputs = make(speakers=speakers, mean_only=mean_only, squeeze=squeeze), Inputs(speakers=speakers)
    out = model(*inputs.all())
    found = score(model, out, inputs.mel, inputs.speaker)
    nats = losses(out).nll * counts(out).values
    torch.testing.assert_close(found.frame.sum(), -nats, rtol=0, atol=1e-9)
    torch.testing.assert_close(found.token.sum(dim=1), found.frame.sum(dim=1), rtol=0, atol=1e-9)
    assert (found.frame * (1 - out.frame_mask[:, 0]) == 0).all()
    assert (found.token * (1 - out.token_mask[:, 0]) == 0).all()


@torch.no_grad()
def test_the_volume_of_a_column_is_that_of_the_flow() -> None:
    model, inputs = make(speakers=4), Inputs(speakers=4)
    mel, frames = model.whole(inputs.mel, inputs.frames)
    mask = length_mask(frames, mel.shape[2], dtype=mel.dtype)
    cond = model.condition(inputs.speaker, 3)
    volume = volume_by_frame(model.decoder, mel * mask, mask, cond)
    torch.testing.assert_close(volume.sum(dim=1), model.decoder(mel * mask, mask, cond)[1], rtol=0, atol=1e-10)
    assert torch.equal(volume[:, ::2], volume[:, 1::2])  # the two frames of a column share it
    assert volume[0].unique().numel() > 10


@torch.no_grad()
def test_the_volume_of_one_column_is_its_jacobian() -> None:
    model = make()
    mel = torch.randn(1, BANDS, 2, dtype=torch.float64)
    mask = torch.ones(1, 1, 2, dtype=torch.float64)

    def flat(values: torch.Tensor) -> torch.Tensor:
        return model.decoder(values.view(1, BANDS, 2), mask)[0].flatten()

    with torch.enable_grad():
        jacobian = torch.autograd.functional.jacobian(flat, mel.flatten())
    expected = torch.linalg.slogdet(jacobian).logabsdet
    torch.testing.assert_close(volume_by_frame(model.decoder, mel, mask).sum(), expected, rtol=0, atol=1e-9)


@torch.no_grad()
def test_a_token_is_its_frames_under_its_own_density() -> None:
    model, inputs = make(mean_only=False), Inputs()
    out = model(*inputs.item(1))
    found = score(model, out, inputs.mel[1:2, :, :22])
    encoded = model.encoder(inputs.tokens[1:2, :5], out.token_mask)
    start = 0
    for token, lasts in enumerate(out.durations[0].tolist()):
        density = torch.distributions.Normal(
            encoded.mean[0, :, token, None], encoded.log_scale[0, :, token, None].exp()
        )
        expected = density.log_prob(out.latent[0, :, start : start + lasts]).sum()
        torch.testing.assert_close(found.prior[0, start : start + lasts].sum(), expected, rtol=0, atol=1e-9)
        start += lasts
    assert start == 22


def test_frames_of_tokens_without_any() -> None:
    frames = torch.tensor([[1.0, 2.0, 4.0, 8.0, 0.0]])
    assert by_token(frames, torch.tensor([[2, 0, 2]])).tolist() == [[3.0, 0.0, 12.0]]


@torch.no_grad()
def test_a_batch_scores_as_its_items_do() -> None:
    model, inputs = make(speakers=4), Inputs(speakers=4)
    together = score(model, model(*inputs.all()), inputs.mel, inputs.speaker)
    for row in range(3):
        tokens, lengths, mel, frames, speaker = inputs.item(row)
        assert mel is not None
        alone = score(model, model(tokens, lengths, mel, frames, speaker), mel, speaker)
        n, t = alone.token.shape[1], alone.frame.shape[1]
        torch.testing.assert_close(together.frame[row, :t], alone.frame[0], rtol=0, atol=1e-9)
        torch.testing.assert_close(together.token[row, :n], alone.token[0], rtol=0, atol=1e-9)
        assert math.isfinite(float(alone.frame.sum()))
