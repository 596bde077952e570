"""Adversarial losses on numbers small enough to add up by hand."""

from __future__ import annotations

import pytest
import torch

from glowvox.models.adversarial import (
    feature_matching,
    hinge_critic,
    hinge_generator,
    least_squares_critic,
    least_squares_generator,
)
from glowvox.models.discriminators.judgement import Judgement


def scored(*scores: list[float]) -> list[Judgement]:
    tensors = [torch.tensor([score]) for score in scores]
    return [Judgement(score, (score,)) for score in tensors]


REAL = scored([1.0, 0.5], [2.0])
MADE = scored([0.0, 1.0], [-2.0])


def test_least_squares() -> None:
    # first network: (0 + 0.25)/2 and (0 + 1)/2; second: 1 and 4
    assert float(least_squares_critic(REAL, MADE)) == pytest.approx(0.125 + 0.5 + 1 + 4)
    assert float(least_squares_generator(MADE)) == pytest.approx(0.5 + 9)


def test_hinge_asks_no_more_than_one() -> None:
    # first network: (0 + 0.5)/2 and (1 + 2)/2; second: 0 and 0
    assert float(hinge_critic(REAL, MADE)) == pytest.approx(0.25 + 1.5)
    assert float(hinge_generator(MADE)) == pytest.approx(0.5 + 3)
    assert float(hinge_generator(scored([1.5], [7.0]))) == 0


def test_feature_matching_adds_mean_distances_and_leaves_recordings_alone() -> None:
    real = [Judgement(torch.zeros(1), (torch.tensor([[1.0, 3.0]]).requires_grad_(), torch.zeros(1, 4)))]
    made = [Judgement(torch.zeros(1), (torch.tensor([[0.0, 0.0]]).requires_grad_(), torch.ones(1, 4)))]
    loss = feature_matching(real, made)
    assert loss.item() == pytest.approx(2 + 1)
    loss.backward()
    assert made[0].maps[0].grad is not None
    torch.testing.assert_close(made[0].maps[0].grad, torch.tensor([[-0.5, -0.5]]))
    assert real[0].maps[0].grad is None


def test_a_network_more_or_less_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        least_squares_critic(REAL, MADE[:1])


def test_half_precision_scores_are_summed_in_full() -> None:
    half = [Judgement(j.score.bfloat16(), ()) for j in MADE]
    assert least_squares_generator(half).dtype == torch.float32
    assert hinge_generator(half).dtype == torch.float32
