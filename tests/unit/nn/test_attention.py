"""Attention against the sums written out."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from glowvox.nn.attention import RelativeAttention

LENGTHS = (7, 4, 1)


def written_out(layer: RelativeAttention, x: Tensor, length: int, window: int | None, reach: int | None) -> Tensor:
    """x (C, N) → (C, N), one query, key and head at a time."""
    width = len(x) // layer.heads

    def project(convolution: torch.nn.Conv1d, column: Tensor) -> Tensor:
        assert convolution.bias is not None
        return convolution.weight[:, :, 0] @ column + convolution.bias

    queries, keys, values = (
        [project(p, x[:, n]) for n in range(length)] for p in (layer.query, layer.key, layer.value)
    )
    out = torch.zeros(len(x), length, dtype=x.dtype)
    for head in range(layer.heads):
        part = slice(head * width, (head + 1) * width)
        for i in range(length):
            scores, carried = [], []
            for j in range(length):
                near = window is not None and abs(j - i) <= window
                key, value = keys[j][part], values[j][part]
                if near:
                    key = key + layer.relative_key[j - i + window]
                    value = value + layer.relative_value[j - i + window]
                seen = reach is None or abs(j - i) <= reach
                scores.append(queries[i][part] @ key / math.sqrt(width) if seen else torch.tensor(-1e4))
                carried.append(value)
            weights = torch.stack([score.double() for score in scores]).softmax(0)
            out[part, i] = sum(weight * value for weight, value in zip(weights, carried, strict=True))
    assert layer.output.bias is not None
    return layer.output.weight[:, :, 0] @ out + layer.output.bias[:, None]


@pytest.mark.parametrize("heads", [1, 2, 3])
@pytest.mark.parametrize(
    ("window", "reach"), [(None, None), (0, None), (2, None), (9, None), (2, 1), (None, 3), (1, 0)]
)
def test_attention_is_the_sum_written_out(heads: int, window: int | None, reach: int | None) -> None:
    torch.manual_seed(0)
    layer = RelativeAttention(6, heads, window=window, reach=reach, dropout=0.5).double().eval()
    mask = (torch.arange(7) < torch.tensor(LENGTHS)[:, None])[:, None].double()
    x = torch.randn(3, 6, 7, dtype=torch.float64)
    with torch.no_grad():
        out = layer(x, mask)
        for row, length in enumerate(LENGTHS):
            expected = written_out(layer, x[row], length, window, reach)
            torch.testing.assert_close(out[row, :, :length], expected, rtol=0, atol=1e-12)
    assert torch.isfinite(out).all()


def test_relative_embeddings_are_shared_by_heads_and_gradients_reach_them() -> None:
    layer = RelativeAttention(8, 2, window=3, reach=None, dropout=0.0)
    assert layer.relative_key.shape == layer.relative_value.shape == (7, 4)
    layer(torch.randn(2, 8, 5), torch.ones(2, 1, 5)).square().sum().backward()
    for parameter in (layer.relative_key, layer.relative_value):
        assert parameter.grad is not None
        assert (parameter.grad.abs().sum(1) > 0).all()


def test_dropout_thins_the_weights() -> None:
    torch.manual_seed(0)
    layer = RelativeAttention(4, 1, window=None, reach=None, dropout=0.5)
    x, mask = torch.randn(1, 4, 6), torch.ones(1, 1, 6)
    assert not torch.equal(layer(x, mask), layer(x, mask))
    layer.eval()
    assert torch.equal(layer(x, mask), layer(x, mask))
