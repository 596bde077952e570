"""Additive attention over a text: scores without a B×T×N×A tensor, and a prior on the alignment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from glowvox.nn.convolution import time_major
from glowvox.nn.location import LocationGate
from glowvox.nn.precision import full_precision, upcast

# sums of a query and a key that are held at a time: what a core's cache holds, what keeps an accelerator busy
CHUNK: Mapping[str, int] = MappingProxyType({"cpu": 1 << 17, "other": 1 << 24})
# values of gated text that are held at a time, where they are those of many frames
GATED: Mapping[str, int] = MappingProxyType({"cpu": 1 << 20, "other": 1 << 24})


class Keys(NamedTuple):
    """What a text is to a decoder: made once, looked at in every frame.

    With cumulative attention the keys change from frame to frame: `text` is then kept to make them from.
    """

    key: Tensor  # (B, N, A)
    value: Tensor  # (B, N, A)
    mask: Tensor  # (B, 1, N)
    text: Tensor | None  # (B, E, N)
    temperature: float


class Attended(NamedTuple):
    """What a decoder saw of a text."""

    context: Tensor  # (B, T, A)
    weight: Tensor  # (B, T, N)  rows sum to one over the tokens
    log_weight: Tensor  # (B, T, N)  score for the alignment loss: unnormalised where there is a prior


class AdditiveScore(torch.autograd.Function):
    """v · tanh(q + k) for every query and key, computed and differentiated a few queries at a time.

    The sums q + k of a batch of 16 clips of 800 frames on 150 tokens at width 640 would fill 4.9 GB, and their tanh as
    much again. Here one buffer of at most `CHUNK` values is filled over and over, and again in the backward pass.
    """

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, vector: Tensor) -> Tensor:
        """query (B, T, A), key (B, N, A), vector (A,) → (B, T, N)."""
        ctx.save_for_backward(query, key, vector)
        score = query.new_empty(len(query), query.shape[1], key.shape[1])
        for item, rows, angle in _angles(query, key):
            torch.matmul(angle, vector, out=score[item, rows])
        return score

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """gradients (B, T, N) → those of query (B, T, A), key (B, N, A) and vector (A,)."""
        query, key, vector = ctx.saved_tensors
        # set apart beforehand: small results made between large buffers would keep the heap from being used again
        of_query, of_key, of_vector = (gradients[0].new_zeros(like.shape) for like in (query, key, vector))
        for item, rows, angle in _angles(query, key):
            gradient = gradients[0][item, rows]  # (t, N)
            of_vector += gradient.reshape(-1) @ angle.reshape(-1, angle.shape[2])
            slope = angle.square_().neg_().add_(1)
            of_query[item, rows] += (gradient[:, None] @ slope)[:, 0]
            of_key[item] += (gradient[:, :, None] * slope).sum(dim=0)
        return of_query * vector, of_key * vector, of_vector


def _angles(query: Tensor, key: Tensor) -> Iterator[tuple[int, slice, Tensor]]:
    """tanh(q + k) as (t, N, A), item by item and a few queries at a time, each time in the same buffer."""
    size = max(1, _held(CHUNK, query) // max(1, key[0].numel()))
    size = min(size, query.shape[1])
    buffer = query.new_empty(size, *key.shape[1:])
    for item in range(len(query)):
        for first in range(0, query.shape[1], size):
            part = query[item, first : first + size]
            angle = torch.add(part[:, None], key[item], out=buffer[: len(part)])
            yield item, slice(first, first + len(part)), angle.tanh_()


def _held(sizes: Mapping[str, int], x: Tensor) -> int:
    """Of these sizes that for the device of a tensor."""
    return sizes["cpu" if x.device.type == "cpu" else "other"]


def additive_score(query: Tensor, key: Tensor, vector: Tensor) -> Tensor:
    """v · tanh(q + k), as in Bahdanau et al. 2015.

    query    (B, T, A)
    key      (B, N, A)
    vector   (A,)
    returns  (B, T, N)
    """
    score: Tensor = AdditiveScore.apply(query, key, vector)  # type: ignore[no-untyped-call]
    return score


def weigh(score: Tensor, mask: Tensor, prior: Tensor | None) -> tuple[Tensor, Tensor]:
    """Scores as weights over the tokens of an item.

    score    (B, T, N)
    mask     (B, 1, N)
    prior    (B, T, N) or None  multiplies the weights, which are then normalised again (Badlani et al. 2021)
    returns  (B, T, N), (B, T, N)  weights, zero in the padding of the text, and what the alignment loss scores
    """
    outside, score = mask == 0, upcast(score)
    floor = torch.finfo(score.dtype).min  # finite, so that a text without tokens has weights of zero and no NaN
    weight = score.masked_fill(outside, floor).softmax(dim=2) * mask
    if prior is None:
        return weight, torch.log(weight + 1e-8)
    # never so small as to be zero: a prior of exactly 0 must not close a column for good
    joint = torch.log(weight + 1e-20) + torch.log(prior.to(weight.dtype) + 1e-20)
    return joint.masked_fill(outside, floor).softmax(dim=2) * mask, joint


class AdditiveAttention(nn.Module):
    """Attention of decoder states to the tokens of a text (Bahdanau et al. 2015).

    width       of the space in which queries and keys meet; values have it too
    cumulative  keys are gated by where attention has been (`LocationGate`), frame by frame
    """

    def __init__(self, query_width: int, text_width: int, width: int, *, cumulative: bool) -> None:
        super().__init__()
        self.query = nn.Linear(query_width, width, bias=False)
        self.key = nn.Linear(text_width, width, bias=False)
        self.value = nn.Linear(text_width, width, bias=False)
        self.vector = nn.Parameter(torch.empty(width))
        self.location = LocationGate(text_width) if cumulative else None
        for projection in (self.query, self.key, self.value):
            nn.init.xavier_uniform_(projection.weight, gain=nn.init.calculate_gain("tanh"))
        nn.init.xavier_uniform_(self.vector.data[None], gain=nn.init.calculate_gain("tanh"))

    def keys(self, text: Tensor, mask: Tensor, *, temperature: float = 1.0) -> Keys:
        """What the text is to every query: made once an utterance.

        text     (B, E, N)
        mask     (B, 1, N)
        """
        rows = text.transpose(1, 2)
        return Keys(self.key(rows), self.value(rows), mask, None if self.location is None else text, temperature)

    def forward(self, state: Tensor, keys: Keys, prior: Tensor | None = None) -> Attended:
        """Look at the text from many decoder states at once; not with cumulative attention, which goes step by step.

        state  (B, T, H)
        prior  (B, T, N) or None
        """
        return self._attend(self.query(state), keys.key, keys, prior)

    def look(self, state: Tensor, keys: Keys, seen: Tensor, prior: Tensor | None = None) -> Attended:
        """Look at the text from one state, knowing what has been seen before.

        state  (B, 1, H)
        seen   (B, 2, N)          weights summed over all frames before, and those of the last
        prior  (B, 1, N) or None
        """
        if self.location is None or keys.text is None:
            return self.forward(state, keys, prior)
        gated = (keys.text * self.location(seen, keys.mask)).transpose(1, 2)
        return self._attend(self.query(state), self.key(gated), keys, prior)

    def follow(self, state: Tensor, keys: Keys, seen: Tensor, prior: Tensor | None = None) -> Attended:
        """`look` from many states at once, where it is known what has been seen before each of them.

        state  (B, T, H)
        seen   (B, T, 2, N)
        prior  (B, T, N) or None
        """
        query, seen = self.query(state), seen.detach()
        size = max(1, _held(GATED, state) // max(1, keys.text.numel() if keys.text is not None else 1))
        parts = [(query[:, i : i + size], seen[:, i : i + size], keys) for i in range(0, query.shape[1], size)]
        if len(parts) > 1 and torch.is_grad_enabled():  # gates of all frames at once would fill the memory
            scores = [checkpoint(self._gated_score, *part, use_reentrant=False) for part in parts]
        else:
            scores = [self._gated_score(*part) for part in parts]
        return self._weighed(torch.cat(scores, dim=1), keys, prior)

    def forced(self, weight: Tensor, keys: Keys) -> Attended:
        """The context of weights that are given.

        weight  (B, T, N)
        """
        context = weight.to(keys.value.dtype) @ keys.value
        return Attended(context, weight, torch.log(weight + 1e-8))

    def _gated_score(self, query: Tensor, seen: Tensor, keys: Keys) -> Tensor:
        """query (B, t, A), seen (B, t, 2, N) → (B, t, N)."""
        assert self.location is not None
        assert keys.text is not None
        count = query.shape[1]
        mask = keys.mask[:, None].expand(-1, count, -1, -1).flatten(0, 1)
        gate = self.location(time_major(seen.flatten(0, 1)), mask).unflatten(0, (-1, count))  # (B, t, E, N)
        key = self.key((keys.text[:, None] * gate).transpose(2, 3))
        return torch.tanh(query[:, :, None] + key) @ self.vector.to(query.dtype)

    def _attend(self, query: Tensor, key: Tensor, keys: Keys, prior: Tensor | None) -> Attended:
        return self._weighed(additive_score(query, key, self.vector.to(query.dtype)), keys, prior)

    def _weighed(self, score: Tensor, keys: Keys, prior: Tensor | None) -> Attended:
        with full_precision(score):
            weight, log_weight = weigh(upcast(score) / keys.temperature, keys.mask, prior)
        return Attended(weight.to(keys.value.dtype) @ keys.value, weight, log_weight)
