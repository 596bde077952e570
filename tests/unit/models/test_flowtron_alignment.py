"""What is known of an alignment beforehand, and how a learned one is scored."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from scipy import stats

from glowvox.models.alignment_ctc import alignment_ctc
from glowvox.models.attention_prior import AttentionPrior, beta_binomial


@pytest.mark.parametrize(
    ("tokens", "frames", "scale"), [(1, 1, 1.0), (1, 4, 1.0), (7, 20, 1.0), (9, 5, 0.5), (13, 40, 3.0)]
)
def test_the_prior_is_the_beta_binomial(tokens: int, frames: int, scale: float) -> None:
    found = beta_binomial(tokens, frames, scale=scale)
    for t in range(frames):
        expected = stats.betabinom(tokens - 1, scale * (t + 1), scale * (frames - t)).pmf(range(tokens))
        torch.testing.assert_close(found[t], torch.from_numpy(expected), rtol=0, atol=1e-12)


def test_long_clips_keep_their_precision() -> None:
    found = beta_binomial(400, 3_000)
    torch.testing.assert_close(found.sum(1), torch.ones(3_000, dtype=torch.float64), rtol=0, atol=1e-9)


def test_a_batch_of_priors_is_padded_with_zeros_and_cut_at_the_threshold() -> None:
    prior = AttentionPrior(threshold=0.05)
    found = prior.batch(torch.tensor([3, 5, 0]), torch.tensor([6, 4, 2]))
    assert found.shape == (3, 6, 5)
    whole = beta_binomial(3, 6).float()
    assert torch.equal(found[0, :, :3], torch.where(whole < 0.05, 0, whole))
    assert (found[0, :, 3:] == 0).all()
    assert (found[1, 4:] == 0).all()
    assert (found[2] == 0).all()
    assert prior._one(3, 6) is prior._one(3, 6)  # made once


def test_a_scale_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="scale of the attention prior is 0; it must be above 0"):
        AttentionPrior(scale=0)


def by_every_path(scores: torch.Tensor, blank: float) -> float:
    """−log of the sum over all label sequences that read the tokens in order, a token."""
    frames, tokens = scores.shape
    column = torch.full((frames, 1), blank, dtype=scores.dtype)
    probability = torch.cat([column, scores], dim=1).softmax(dim=1)
    total = 0.0
    for path in itertools.product(range(tokens + 1), repeat=frames):
        read = [label for label, _ in itertools.groupby(path) if label]
        if read == list(range(1, tokens + 1)):
            total += math.prod(float(probability[t, label]) for t, label in enumerate(path))
    return -math.log(total) / tokens


def test_the_loss_sums_over_every_path_of_every_item() -> None:
    torch.manual_seed(0)
    scores = 2 * torch.randn(3, 6, 3, dtype=torch.float64)
    tokens, frames = torch.tensor([3, 2, 1]), torch.tensor([6, 4, 3])
    found = alignment_ctc(scores, tokens, frames, blank=-1.5)
    for item in range(3):
        expected = by_every_path(scores[item, : frames[item], : tokens[item]], -1.5)
        assert float(found[item]) == pytest.approx(expected, abs=1e-12)


def test_what_cannot_be_aligned_costs_nothing_and_teaches_nothing() -> None:
    scores = torch.randn(2, 5, 4, dtype=torch.float64, requires_grad=True)
    found = alignment_ctc(scores, torch.tensor([4, 4]), torch.tensor([3, 5]))
    found.sum().backward()
    assert found[0] == 0
    assert found[1] > 0
    assert scores.grad is not None
    assert (scores.grad[0] == 0).all()
    assert torch.isfinite(scores.grad).all()


def test_padding_has_no_say_in_the_loss() -> None:
    scores = torch.randn(1, 6, 4, dtype=torch.float64, requires_grad=True)
    found = alignment_ctc(scores, torch.tensor([2]), torch.tensor([4]))
    torch.testing.assert_close(found, alignment_ctc(scores[:, :4, :2], torch.tensor([2]), torch.tensor([4])))
    found.sum().backward()
    assert scores.grad is not None
    assert (scores.grad[:, :, 2:] == 0).all()
    assert (scores.grad[:, 4:] == 0).all()
