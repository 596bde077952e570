"""Faults of published implementations that no other test here would notice; docs/defects.md lists them all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from glowvox.errors import InputError
from glowvox.flows.actnorm import ActNorm
from glowvox.flows.squeeze import squeeze
from glowvox.models.glow_tts import GlowTTS
from glowvox.models.glow_tts_config import DecoderConfig, DurationConfig, EncoderConfig, GlowTTSConfig
from glowvox.nn.alignment import search, search_reference
from glowvox.nn.masks import length_mask

REPOSITORY = Path(__file__).resolve().parents[3]


def make(*, squeeze_by: int, offset: int = 0) -> GlowTTS:
    torch.manual_seed(0)
    config = GlowTTSConfig(
        encoder=EncoderConfig(width=12, feed_forward=16, layers=1),
        duration=DurationConfig(width=8, offset=offset),  # type: ignore[arg-type]
        decoder=DecoderConfig(blocks=1, width=8, layers=1, squeeze=squeeze_by, splits=6),
    )
    model = GlowTTS(config, vocabulary=9, bands=6).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model


@pytest.mark.parametrize("offset", [0, 1])
@pytest.mark.parametrize("squeeze_by", [1, 2, 4])
def test_durations_sum_to_the_frames_of_the_mel(squeeze_by: int, offset: int) -> None:
    model = make(squeeze_by=squeeze_by, offset=offset)
    for count in range(1, 9):
        speech = model.generate(torch.arange(count)[None], torch.tensor([count]))
        assert speech.durations.sum() == speech.frames[0] == speech.mel.shape[2]
        assert speech.mel.shape[2] % squeeze_by == 0


def test_a_clip_of_one_frame_is_refused_and_a_text_of_one_frame_is_spoken() -> None:
    model = make(squeeze_by=2, offset=1)
    with pytest.raises(InputError, match="item 0 of the batch has 1 tokens for 0 frames"):
        model(torch.tensor([[3]]), torch.tensor([1]), torch.randn(1, 6, 1), torch.tensor([1]))
    assert model.encoder.duration.projection.bias is not None
    with torch.no_grad():
        model.encoder.duration.projection.bias.fill_(-9.0)
    assert model.generate(torch.tensor([[3]]), torch.tensor([1])).frames.tolist() == [2]


def test_the_search_leaves_its_scores_alone() -> None:
    score = torch.randn(2, 9, 4)
    kept = score.clone()
    for find in (search, search_reference):
        find(score, torch.tensor([4, 3]), torch.tensor([9, 5]))
        assert torch.equal(score, kept)


def test_the_log_determinant_counts_whole_columns_alone() -> None:
    """Of 7 frames in columns of 3 two are whole; a mask of each column's first frame would count three."""
    flow = ActNorm(6)
    with torch.no_grad():
        flow.log_scale.fill_(0.5)
    mask = length_mask(torch.tensor([7, 9]), 12)
    x, inside = squeeze(torch.ones(2, 2, 12), mask, 3)
    _, log_det = flow(x, inside)
    assert log_det.tolist() == [2 * 6 * 0.5, 3 * 6 * 0.5]


def test_every_test_that_the_page_names_exists() -> None:
    page = (REPOSITORY / "docs" / "defects.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    written = {
        name
        for path in (REPOSITORY / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert len(named) >= 18
    assert named <= written
