"""Additive attention: the scores and their gradients, the prior, and what padding may not do."""

from __future__ import annotations

import pytest
import torch

from glowvox.nn import additive_attention
from glowvox.nn.additive_attention import AdditiveAttention, additive_score, weigh


def parts(dtype: torch.dtype = torch.float64) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(0)
    shapes = ((2, 5, 4), (2, 3, 4), (4,))
    return tuple(torch.randn(shape, dtype=dtype, requires_grad=True) for shape in shapes)


@pytest.mark.parametrize("chunk", [1, 24, 10_000])
def test_scores_and_gradients_are_those_of_the_formula_in_any_chunks(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(additive_attention, "CHUNK", {"cpu": chunk})
    query, key, vector = parts()
    found = additive_score(query, key, vector)
    expected = torch.tanh(query[:, :, None] + key[:, None]) @ vector
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-14)
    weight = torch.randn_like(expected)
    ours = torch.autograd.grad((found * weight).sum(), (query, key, vector))
    theirs = torch.autograd.grad((expected * weight).sum(), (query, key, vector))
    for mine, plain in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, plain, rtol=0, atol=1e-13)
    assert torch.autograd.gradcheck(additive_score, (query, key, vector))


def test_the_sums_are_never_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(additive_attention, "CHUNK", {"cpu": 2 * 3 * 4})
    query, key, _ = (part.detach() for part in parts())
    sizes = [angle.numel() for _, _, angle in additive_attention._angles(query, key)]
    assert max(sizes) == 2 * 3 * 4  # two of five queries at a time
    assert sum(sizes) == 2 * 5 * 3 * 4


def test_a_prior_multiplies_the_weights_and_padding_gets_none() -> None:
    score, prior = torch.randn(2, 4, 5), torch.rand(2, 4, 5)
    mask = torch.tensor([[1.0, 1, 1, 1, 1], [1, 1, 0, 0, 0]])[:, None]
    plain, log_plain = weigh(score, mask, None)
    assert (plain[1, :, 2:] == 0).all()
    torch.testing.assert_close(plain.sum(2), torch.ones(2, 4))
    torch.testing.assert_close(log_plain, torch.log(plain + 1e-8))
    weighed, joint = weigh(score, mask, prior)
    torch.testing.assert_close(weighed, plain * prior / (plain * prior).sum(2, keepdim=True))
    torch.testing.assert_close(joint[0], torch.log(plain[0] * prior[0]))


def test_a_prior_of_zero_everywhere_leaves_no_nan() -> None:
    weight, joint = weigh(torch.randn(1, 2, 3), torch.ones(1, 1, 3), torch.zeros(1, 2, 3))
    torch.testing.assert_close(weight.sum(2), torch.ones(1, 2))
    assert torch.isfinite(joint).all()


def test_a_text_without_tokens_has_no_weights_and_no_nan() -> None:
    attention = AdditiveAttention(6, 5, 4, cumulative=False)
    keys = attention.keys(torch.randn(2, 5, 3), torch.tensor([[1.0, 1, 1], [0, 0, 0]])[:, None])
    found = attention(torch.randn(2, 2, 6), keys)
    assert (found.weight[1] == 0).all()
    assert (found.context[1] == 0).all()
    assert torch.isfinite(found.log_weight).all()


def test_temperature_sharpens_and_forced_weights_are_taken() -> None:
    torch.manual_seed(0)
    attention = AdditiveAttention(6, 5, 4, cumulative=False)
    text, mask, state = torch.randn(1, 5, 3), torch.ones(1, 1, 3), 3 * torch.randn(1, 2, 6)
    usual, sharp = (attention(state, attention.keys(text, mask, temperature=value)).weight for value in (1.0, 0.25))
    torch.testing.assert_close(sharp, usual**4 / (usual**4).sum(2, keepdim=True))
    keys = attention.keys(text, mask)
    given = torch.tensor([[[0.0, 1, 0], [0, 0, 1]]])
    torch.testing.assert_close(attention.forced(given, keys).context, keys.value[:, 1:])


def test_cumulative_attention_of_a_short_text_does_not_see_its_padding() -> None:
    torch.manual_seed(0)
    attention = AdditiveAttention(6, 5, 4, cumulative=True).double()
    text = torch.randn(1, 5, 7, dtype=torch.float64)
    state, seen = torch.randn(1, 1, 6, dtype=torch.float64), torch.rand(1, 2, 7, dtype=torch.float64)
    mask = (torch.arange(7) < 4).double()[None, None]
    padded = attention.look(state, attention.keys(text, mask), seen)
    alone = attention.look(state, attention.keys(text[:, :, :4], mask[:, :, :4]), seen[:, :, :4])
    torch.testing.assert_close(padded.weight[:, :, :4], alone.weight, rtol=0, atol=1e-15)
    elsewhere = attention.look(state, attention.keys(text, mask), seen.flip(2))
    assert (elsewhere.weight - padded.weight).abs().max() > 1e-4  # it knows where it has been
