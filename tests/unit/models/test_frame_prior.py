"""The prior that moves within tokens: it begins as the paper's, and padding does not change it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from glowvox.models.frame_prior import WIDEST, FramePrior, place_in_token
from glowvox.models.glow_tts import GlowTTS
from glowvox.models.glow_tts_config import FramePriorConfig
from glowvox.models.likelihood import losses
from glowvox.nn.masks import length_mask, token_of_frame
from glowvox.runtime.acoustic import places
from tests.fixtures.exported import SMALL, shake

MOVING = FramePriorConfig(layers=2, width=12, feed_forward=24, dropout=0.0)
DURATIONS = torch.tensor([[3, 0, 5, 1], [2, 2, 0, 0]])


def make(**changes: object) -> GlowTTS:
    torch.manual_seed(0)
    config = replace(SMALL, frame_prior=MOVING, **changes)
    return GlowTTS(config, vocabulary=20, bands=8, speakers=2).eval()


def given() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    return {
        "tokens": torch.randint(1, 20, (2, 4), generator=generator),
        "token_lengths": torch.tensor([4, 2]),
        "mel": torch.randn(2, 8, 10, generator=generator),
        "frames": torch.tensor([10, 4]),
        "speaker": torch.tensor([0, 1]),
    }


def test_it_begins_as_the_papers() -> None:
    model, still = make(), make()
    still.frame_prior = None
    with torch.no_grad():
        moving, paper = model(**given()), still(**given())
    torch.testing.assert_close(moving.mean, paper.mean)
    assert not moving.log_scale.any()
    assert float(losses(moving).nll) == pytest.approx(float(losses(paper).nll))


def test_an_item_is_the_same_alone_and_in_a_batch() -> None:
    model = make()
    shake(model)
    batch = given()
    with torch.no_grad():
        both = model(**batch)
        alone = model(*(value[1:, ...] for value in batch.values()))
        short = model(
            batch["tokens"][1:, :2],
            batch["token_lengths"][1:],
            batch["mel"][1:, :, :4],
            batch["frames"][1:],
            batch["speaker"][1:],
        )
    for found in (alone, short):
        torch.testing.assert_close(both.mean[1, :, :4], found.mean[0, :, :4], rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(both.log_scale[1, :, :4], found.log_scale[0, :, :4], rtol=1e-5, atol=1e-5)
    assert not both.mean[1, :, 4:].any()
    assert not both.log_scale[1, :, 4:].any()
    moves = both.mean[0, :, 1:] - both.mean[0, :, :-1]
    assert float(moves.abs().amin(dim=1).max()) > 0  # frames of one token differ


def test_scales_stay_within_bounds() -> None:
    prior = FramePrior(MOVING, channels=6, bands=4, speaker_width=0)
    with torch.no_grad():
        prior.end.weight.normal_(0, 100)
    index = token_of_frame(DURATIONS, 9)
    mask = length_mask(DURATIONS.sum(1), 9)
    _, log_scale = prior(torch.randn(2, 6, 4), DURATIONS, index, mask)
    assert 0.9 * WIDEST < float(log_scale.detach().abs().max()) <= WIDEST


def test_places_are_those_of_the_runtime() -> None:
    index = token_of_frame(DURATIONS, 9)
    found = place_in_token(DURATIONS, index)
    np.testing.assert_allclose(found[0].numpy(), places(DURATIONS[0].numpy()), atol=1e-6)
    np.testing.assert_allclose(found[1, :4].numpy(), places(DURATIONS[1].numpy()), atol=1e-6)
    np.testing.assert_allclose(found[0, 1].numpy(), [0, 1, np.log(3) / 3], atol=1e-6)


def test_the_mean_reading_is_the_latent_of_its_own_mean() -> None:
    model = make()
    shake(model)
    batch = given()
    with torch.no_grad():
        out = model(**batch)
        spoken = model.generate(
            batch["tokens"],
            batch["token_lengths"],
            speaker=batch["speaker"],
            variation=0,
            durations=out.durations.float(),
        )
        torch.testing.assert_close(model.forced(out, batch["speaker"]), spoken.mel, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("fault", [{"layers": -1}, {"kernel": 4}, {"width": 0}, {"dropout": 1.0}])
def test_impossible_sizes_are_refused(fault: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="frame_prior"):
        FramePriorConfig(**fault)  # type: ignore[arg-type]
