"""One step: what moves, what is skipped, what is averaged, and how it is all put away."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace as changed
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace
from torch import nn

from glowvox.errors import CheckpointError, InputError
from glowvox.train.config import OptimizerConfig
from glowvox.train.optimizer import Average, flatten_state, make_optimizer, restore_state, swapped
from glowvox.train.recipe import GUIDE, guidance, off_diagonal
from tests.train.building import batch_of, make_loop, settings, values


def test_a_step_that_is_not_finite_is_skipped_counted_and_explained(
    prepared: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    loop = make_loop(tmp_path, settings(prepared))
    batch = batch_of(loop, 0, 1)
    loop.recipe.initialise([batch])
    loop.recipe.step(1, batch)
    before = values(loop)
    broken = changed(batch, mel=batch.mel.clone())
    broken.mel[1, 3, 4] = torch.nan
    with caplog.at_level(logging.WARNING):
        row = loop.recipe.step(2, broken)
    after = values(loop)
    assert [name for name in before if not torch.equal(before[name], after[name])] == []
    assert row["skipped"] == 1.0
    assert "step 2 skipped: the loss is not a finite number" in caplog.text
    assert f"on clips {batch.ids[0]}, {batch.ids[1]}" in caplog.text
    assert "lower optimizer.lr" in caplog.text
    assert loop.recipe.step(3, batch)["skipped"] == 1.0
    assert any(not torch.equal(before[name], value) for name, value in values(loop).items())
    assert loop.recipe.state() == {"initialised": True, "skipped": 1}


def test_a_gradient_that_is_not_finite_is_skipped_too(
    prepared: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    loop = make_loop(tmp_path, settings(prepared))
    batch = batch_of(loop, 0, 1)
    weight = loop.recipe.model.encoder.embedding.weight
    weight.register_hook(lambda gradient: gradient * torch.inf)
    before = values(loop)
    with caplog.at_level(logging.WARNING):
        row = loop.recipe.step(1, batch)
    assert row["skipped"] == 1.0
    assert "step 1 skipped: a gradient is not a finite number" in caplog.text
    assert all(torch.equal(before[name], value) for name, value in values(loop).items() if name in before)


def test_a_clip_with_more_tokens_than_frames_is_named(prepared: Path, tmp_path: Path) -> None:
    loop = make_loop(tmp_path, settings(prepared))
    batch = batch_of(loop, 0, 1)
    with pytest.raises(InputError, match=rf"clip '{batch.ids[1]}' has \d+ tokens for 4 frames"):
        loop.recipe.step(1, changed(batch, frames=torch.tensor([int(batch.frames[0]), 5])))


@pytest.mark.parametrize(("clip", "at"), [("norm", 0.01), ("value", 1e-3), ("none", 0.01)])
def test_gradients_are_clipped_as_asked_and_their_norm_is_told_before(
    clip: str, at: float, prepared: Path, tmp_path: Path
) -> None:
    optimizer = replace(settings(prepared).optimizer, clip=clip, clip_at=at)
    loop = make_loop(tmp_path, settings(prepared, optimizer=optimizer))
    batch = batch_of(loop, 0, 1)
    loop.recipe.initialise([batch])
    told = loop.recipe.step(1, batch)["grad_norm"]
    gradients = torch.cat([p.grad.flatten() for p in loop.recipe.model.parameters() if p.grad is not None])
    assert told > 0.01
    if clip == "norm":
        assert float(gradients.norm()) == pytest.approx(at, rel=1e-4)
    elif clip == "value":
        assert float(gradients.abs().max()) == pytest.approx(at)
    else:
        assert float(gradients.norm()) == pytest.approx(told, rel=1e-4)


def test_half_precision_stays_inside_the_networks(prepared: Path, tmp_path: Path) -> None:
    loop = make_loop(tmp_path, settings(prepared, precision="bf16"))
    batch = batch_of(loop, 0, 1)
    seen: dict[str, torch.Tensor] = {}

    def keep(name: str) -> Callable[..., None]:
        return lambda module, inputs, output: seen.update(
            {name: output if isinstance(output, torch.Tensor) else inputs[0]}
        )

    decoder = loop.recipe.model.decoder
    decoder.register_forward_hook(keep("mel"))
    decoder.chain.flows[2].network.register_forward_hook(keep("network"))  # type: ignore[union-attr]
    out = loop.recipe._output(batch)
    mask = out.frame_mask
    assert seen["mel"].dtype == mask.dtype == out.latent.dtype == out.log_det.dtype == torch.float32
    assert torch.equal(seen["mel"], loop.recipe.model.whole(batch.mel, batch.frames)[0] * mask)
    assert seen["network"].dtype == torch.bfloat16
    assert mask.sum((1, 2)).tolist() == (batch.frames // 2 * 2).tolist()


def test_validation_uses_the_average_and_leaves_everything_as_it_was(prepared: Path, tmp_path: Path) -> None:
    loop = make_loop(tmp_path, settings(prepared))
    batch = batch_of(loop, 0, 1, 2)
    loop.recipe.initialise([batch])
    loop.recipe.step(1, batch)
    before = values(loop)
    parts = loop.recipe.validate([batch_of(loop, 0), batch_of(loop, 1, 2)])
    assert loop.recipe.validate([batch]) == pytest.approx(parts, rel=1e-5)  # weighted by what each batch holds
    assert all(torch.equal(before[name], value) for name, value in values(loop).items())
    assert loop.recipe.average is not None
    model = loop.recipe.model
    model.load_state_dict({**model.state_dict(), **loop.recipe.average.values})
    assert loop.recipe.validate([batch]) == pytest.approx(parts, rel=1e-5)


@pytest.mark.parametrize("name", ["adamw", "adam", "radam"])
def test_an_optimizer_goes_on_from_its_stored_state(name: str) -> None:
    def run(optimizer: torch.optim.Optimizer, module: nn.Module, steps: range) -> None:
        for step in steps:
            optimizer.zero_grad()
            module(torch.full((2, 3), float(step))).square().sum().backward()
            optimizer.step()

    config = OptimizerConfig(name=name, lr=0.05, weight_decay=0.1)  # type: ignore[arg-type]
    torch.manual_seed(0)
    whole, halves = nn.Linear(3, 2), nn.Linear(3, 2)
    halves.load_state_dict(whole.state_dict())
    run(make_optimizer(config, whole.parameters()), whole, range(8))
    first = make_optimizer(config, halves.parameters())
    run(first, halves, range(4))
    stored = {key: value.clone() for key, value in flatten_state(first, ["weight", "bias"]).items()}
    assert {key.partition("/")[0] for key in stored} == {"weight", "bias"}
    second = make_optimizer(config, halves.parameters())
    restore_state(second, ["weight", "bias"], stored)
    run(second, halves, range(4, 8))
    assert torch.equal(whole.weight, halves.weight)
    assert torch.equal(whole.bias, halves.bias)
    with pytest.raises(CheckpointError, match="the optimizer state speaks of 'bias', which this model does not have"):
        restore_state(second, ["weight", "offset"], stored)


def test_weight_decay_is_decoupled_but_for_adam() -> None:
    for name, expected in (("adamw", 0.99), ("radam", 0.99), ("adam", 0.9)):
        weight = nn.Parameter(torch.ones(1))
        weight.grad = torch.zeros(1)
        config = OptimizerConfig(name=name, lr=0.1, weight_decay=0.1)  # type: ignore[arg-type]
        make_optimizer(config, [weight]).step()
        assert weight.item() == pytest.approx(expected, abs=1e-6), name


def test_the_average_follows_with_a_decay_that_ramps_up() -> None:
    module = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        module.weight.fill_(0.0)
        average = Average(module, 0.9)
        module.weight.fill_(1.0)
    average.update(module, 1)  # decay 2/11
    assert float(average.values["weight"]) == pytest.approx(9 / 11)
    average.update(module, 10_000)  # decay 0.9
    assert float(average.values["weight"]) == pytest.approx(1 - 0.9 * 2 / 11)
    with swapped(module, average.values):
        assert float(module.weight) == pytest.approx(1 - 0.9 * 2 / 11)
    assert float(module.weight) == 1.0


def test_straying_from_the_diagonal_is_measured(prepared: Path, tmp_path: Path) -> None:
    loop = make_loop(tmp_path, settings(prepared))
    batch = batch_of(loop, 0, 1)
    out = loop.recipe.model.eval()(batch.tokens, batch.token_lengths, batch.mel, batch.frames, batch.speaker)
    tokens, frames = out.token_mask.sum((1, 2)).long(), out.frame_mask.sum((1, 2)).long()
    straight, corner = torch.zeros_like(out.durations), torch.zeros_like(out.durations)
    for row in range(2):
        ends = torch.arange(1, int(tokens[row]) + 1) * frames[row] // tokens[row]
        straight[row, : tokens[row]] = ends.diff(prepend=torch.zeros(1, dtype=torch.int64))
        corner[row, : tokens[row]] = 1
        corner[row, tokens[row] - 1] += frames[row] - tokens[row]
    assert float(off_diagonal(changed(out, durations=straight))) < 0.01
    assert float(off_diagonal(changed(out, durations=corner))) > 0.2


def test_guidance_is_full_for_half_its_steps_and_then_fades() -> None:
    assert [guidance(step, 1000) for step in (1, 500, 750, 999, 1000, 5000)] == pytest.approx(
        [GUIDE, GUIDE, GUIDE / 2, GUIDE / 500, 0, 0]
    )
    assert guidance(1, 0) == 0
