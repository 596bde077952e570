"""A Flowtron as graphs: the text once, then one frame of one step of flow at a time, its state going in and out."""

from __future__ import annotations

import numpy as np
import torch

from glowvox.export.folds import Doubles, dense, doubles, pointwise
from glowvox.export.graph import Graph, Precision
from glowvox.export.recurrent_layers import cells, recurrent_encoder, tower, update
from glowvox.flows.autoregressive import AutoregressiveStep, TimeReversed
from glowvox.models.flowtron import Flowtron
from glowvox.nn.additive_attention import AdditiveAttention


def steps_of(model: Flowtron) -> list[AutoregressiveStep]:
    """The steps of flow, each in the direction of its own time."""
    found = []
    for step in model.steps:
        inner = step.step if isinstance(step, TimeReversed) else step
        assert isinstance(inner, AutoregressiveStep)
        found.append(inner)
    return found


def speaker_width(model: Flowtron) -> int:
    """Width of the vectors that tell speakers apart; 0 where there is nothing to tell."""
    alone = model.shared_speaker or model.speaker_table.num_embeddings == 1
    return 0 if alone else model.speaker_table.embedding_dim


def text_graph(model: Flowtron, *, precision: Precision) -> bytes:
    """The encoder of one text at a time; N tokens, S the width of a speaker vector, A that of the attention.

    inputs   ids (1, N) int64; speaker (1, S), where there are several
    outputs  key… (N, A), value… (N, A) for each step; with cumulative attention text (N, E) in place of keys
    """
    graph = Graph("encoder", precision=precision)
    ids = graph.input("ids", [1, "N"], kind="int64")
    width = speaker_width(model)
    speaker = graph.input("speaker", [1, width]) if width else None
    flat = graph.node("Reshape", [ids, graph.integers(-1)])
    x = graph.node("Gather", [graph.weight(doubles(model.embedding.weight)), flat], {"axis": 0})
    graph.follow(x)
    x = recurrent_encoder(graph, model.encoder, x)
    parts: dict[str, Doubles] = {}
    for number, step in enumerate(steps_of(model)):
        if step.attention.location is None:
            parts[f"key{number}"] = doubles(step.attention.key.weight).T
        parts[f"value{number}"] = doubles(step.attention.value.weight).T
    _outputs(graph, model, x, speaker, parts)
    if any(step.attention.location is not None for step in steps_of(model)):
        size = graph.node("Shape", [x], {"start": 0, "end": 1})
        rows = graph.node("Concat", [size, graph.integers(1)], {"axis": 0})
        vector = speaker or graph.single(doubles(model.speaker_table.weight[:1]))
        text = graph.node("Concat", [x, graph.node("Expand", [vector, rows])], {"axis": 1})
        graph.output(text, "text", ["N", model.encoder.lstm.onward.hidden_size * 2 + len(_first(model))])
    return graph.finish()


def _outputs(graph: Graph, model: Flowtron, x: str, speaker: str | None, parts: dict[str, Doubles]) -> None:
    """All keys and values by one product of the text and one of the speaker."""
    whole = np.concatenate(list(parts.values()), axis=1)
    text = whole[: len(whole) - len(_first(model))]
    voice = whole[len(text) :]
    if speaker is None:
        both = graph.linear(x, text, _first(model) @ voice)
    else:
        row = graph.exact_linear(speaker, voice, np.zeros(whole.shape[1]))
        both = graph.node("Add", [graph.linear(x, text, np.zeros(whole.shape[1])), row])
    values = graph.nodes("Split", [both], len(parts), {"axis": 1, "num_outputs": len(parts)})
    for name, value in zip(parts, values, strict=True):
        graph.output(value, name, ["N", parts[name].shape[1]])


def _first(model: Flowtron) -> Doubles:
    """The first speaker's vector (S,)."""
    return doubles(model.speaker_table.weight[0])


def step_graph(step: AutoregressiveStep, *, precision: Precision) -> bytes:
    """One frame of the inverse of one step of flow; L LSTM layers of width H, that of the attention first.

    inputs   previous (1, M) the frame before, zeros in front of the first; residual (1, M) what is to be undone;
             hidden, cell (L, H); temperature (1,); key, value (N, A); with cumulative attention text (N, E) and
             seen (2, N) in place of key; told (1, N) attention to read along, zeros where it finds its own
    outputs  x (1, M); attention (1, N); gate (1, 1) a probability, where there is one; next_hidden, next_cell (L, H)
    """
    graph = Graph("step", precision=precision)
    bands, hidden = step.attention_lstm.input_size, step.attention_lstm.hidden_size
    layers = 1 + step.decoder.num_layers
    previous, residual = graph.input("previous", [1, bands]), graph.input("residual", [1, bands])
    hiddens = _rows(graph, graph.input("hidden", [layers, hidden]), layers)
    kept = _rows(graph, graph.input("cell", [layers, hidden]), layers)
    value = graph.input("value", ["N", step.attention.vector.shape[0]])
    first = cells(step.attention_lstm)[0]
    # a product for each input that has a range of its own: eight bits of a mel would be coarse for a state
    gates = _sum(graph, graph.exact_linear(previous, first.given, first.bias), _times(graph, hiddens[0], first.kept))
    states = [update(graph, gates, kept[0], hidden)]
    state = states[0][0]
    context, weight = _look(graph, step.attention, state, value)
    x = state
    for number, cell in enumerate(cells(step.decoder), start=1):
        inside = graph.node("Concat", [x, hiddens[number]], {"axis": 1})  # both between −1 and 1
        gates = graph.linear(inside, np.concatenate([cell.given[:hidden], cell.kept]), cell.bias)
        if number == 1:
            gates = _sum(graph, gates, _times(graph, context, cell.given[hidden:]))
        states.append(update(graph, gates, kept[number], hidden))
        x = states[-1][0]
    _frame(graph, step, x, residual)
    graph.output(weight, "attention", [1, "N"])
    if step.gate is not None:
        gate = pointwise(step.gate)
        seen = graph.node("Concat", [state, context], {"axis": 1})
        graph.output(graph.node("Sigmoid", [graph.exact_linear(seen, gate.weight, gate.bias)]), "gate", [1, 1])
    for place, name in enumerate(("next_hidden", "next_cell")):
        graph.output(graph.node("Concat", [pair[place] for pair in states], {"axis": 0}), name, [layers, hidden])
    return graph.finish()


def _rows(graph: Graph, x: str, count: int) -> list[str]:
    return graph.nodes("Split", [x], count, {"axis": 0, "num_outputs": count})


def _times(graph: Graph, x: str, weight: Doubles) -> str:
    return graph.linear(x, weight, np.zeros(weight.shape[1]))


def _sum(graph: Graph, first: str, second: str) -> str:
    return graph.node("Add", [first, second])


def _frame(graph: Graph, step: AutoregressiveStep, x: str, residual: str) -> None:
    """The frame: what is left of the residual without its shift and scale."""
    for layer in tower(step.dense):
        x = graph.node("Tanh", [graph.linear(x, layer.weight, layer.bias)])
    last = pointwise(step.affine)
    bands = len(last.bias) // 2
    flip = np.concatenate([-np.ones(bands), np.ones(bands)])  # of the logarithm, so that the scale multiplies
    # this product carries the signal itself: eight bits here would be heard
    both = graph.exact_linear(x, last.weight * flip, last.bias * flip)
    log_scale, shift = graph.nodes("Split", [both], 2, {"axis": 1, "num_outputs": 2})
    moved = graph.node("Sub", [residual, shift])
    graph.output(graph.node("Mul", [moved, graph.node("Exp", [log_scale])]), "x", [1, bands])


def _look(graph: Graph, attention: AdditiveAttention, state: str, value: str) -> tuple[str, str]:
    """What a state sees of the text: context (1, A) and weights (1, N)."""
    width = len(attention.vector)
    key = graph.input("key", ["N", width]) if attention.location is None else _gated_keys(graph, attention)
    query = _times(graph, state, doubles(attention.query.weight).T)
    angle = graph.node("Tanh", [graph.node("Add", [key, query])])
    vector = graph.single(doubles(attention.vector)[:, None])
    score = graph.node("Reshape", [graph.node("MatMul", [angle, vector]), graph.integers(1, -1)])
    sharp = graph.node("Div", [score, graph.input("temperature", [1])])
    found = graph.node("Softmax", [sharp], {"axis": -1})
    told = graph.input("told", [1, "N"])
    untold = graph.node("Sub", [graph.single(np.ones(1)), graph.node("ReduceSum", [told, graph.integers(1)])])
    weight = graph.node("Add", [told, graph.node("Mul", [untold, found])])
    return graph.node("MatMul", [weight, value]), weight


def _gated_keys(graph: Graph, attention: AdditiveAttention) -> str:
    """Keys that know where attention has been (N, A)."""
    location = attention.location
    assert location is not None
    text = graph.input("text", ["N", attention.key.in_features])
    seen = graph.input("seen", [2, "N"])
    x = graph.node("Transpose", [seen], {"perm": [1, 0]})
    graph.follow(x)
    for number, layer in enumerate((location.hidden, location.output)):
        found = dense(layer)
        x = graph.exact_convolve(x, found.weight, found.bias)
        x = graph.node("Sigmoid" if number else "Relu", [x])
    return _times(graph, graph.node("Mul", [text, x]), doubles(attention.key.weight).T)


def gaussians(model: Flowtron) -> torch.Tensor | None:
    """Means and standard deviations of the mixture that a Flowtron speaks from (2, K, M); None where it is no mixture.

    raises  UsageError where only a recording can tell them
    """
    if model.prior is None:
        return None
    even = model.prior.even()
    pairs = [even.component(number) for number in range(even.mean.shape[2])]
    return torch.stack([torch.stack([pair[place][:, 0] for pair in pairs]) for place in range(2)])
