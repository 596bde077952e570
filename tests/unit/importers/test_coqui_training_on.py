"""Training that goes on from an imported checkpoint takes the model as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from lightning_fabric import Fabric
from msgspec.structs import replace

from glowvox.data.batch import Batch
from glowvox.flows.actnorm import ActNorm
from glowvox.flows.base import walk
from glowvox.models.likelihood import losses
from glowvox.train.checkpoint import read_part, read_state
from glowvox.train.recipe import GlowTTSRecipe
from glowvox.train.run import Run
from glowvox.train.schedule import learning_rate
from glowvox.train.speaker import Speaker
from glowvox.train.start import make_model
from tests.fixtures.coqui import bring_in, model_of, settings, their_tensors


def batch() -> Batch:
    torch.manual_seed(3)
    return Batch(
        ids=("a", "b"),
        tokens=torch.randint(4, 60, (2, 9)),
        token_lengths=torch.tensor([9, 4]),
        mel=torch.randn(2, 80, 41),
        frames=torch.tensor([41, 20]),
        speaker=torch.zeros(2, dtype=torch.int64),
    )


@pytest.mark.parametrize("encoder", ["rel_pos_transformer", "time_depth_separable"])
def test_the_first_evaluation_is_the_imported_models_and_nothing_is_initialised_again(
    encoder: str, tmp_path: Path
) -> None:
    table = settings(encoder, lr=1e-4)
    model = model_of(table)
    run = Run.load(bring_in(tmp_path, table, their_tensors(model)).run)
    recipe = GlowTTSRecipe(run.settings.train, make_model(run.settings), Fabric(accelerator="cpu", devices=1))
    checkpoint = run.latest()
    assert checkpoint is not None
    recipe.restore({"model": read_part(checkpoint, "model")}, read_state(checkpoint))
    given = batch()
    expected = losses(model(given.tokens, given.token_lengths, given.mel, given.frames))
    found = recipe.validate([given])
    assert found["val_nll"] == pytest.approx(float(expected.nll.detach()), abs=1e-5)
    assert found["val_duration"] == pytest.approx(float(expected.duration.detach()), abs=1e-5)
    recipe.initialise([given])
    assert recipe.validate([given]) == found
    recipe.step(1, given)
    for ours, before in zip(walk(recipe.model.decoder.chain), walk(model.decoder.chain), strict=True):
        if isinstance(ours, ActNorm):
            assert isinstance(before, ActNorm)
            torch.testing.assert_close(ours.log_scale, before.log_scale, rtol=0, atol=1e-3)


def test_a_saved_average_is_a_whole_model(tmp_path: Path) -> None:
    table = settings("time_depth_separable")
    run = Run.load(bring_in(tmp_path, table, their_tensors(model_of(table))).run)
    config = replace(run.settings.train, ema=0.9, precision="fp32")
    recipe = GlowTTSRecipe(config, make_model(run.settings), Fabric(accelerator="cpu", devices=1))
    recipe.initialise([batch()])
    recipe.step(1, batch())
    Speaker(run.settings, recipe.parts()["ema"])  # raises where a running statistic is missing


def test_the_rate_counts_steps_and_peaks_at_the_end_of_the_warm_up(tmp_path: Path) -> None:
    """Coqui's trainer moves its schedule once an epoch by default."""
    table = settings(lr=2e-3)
    run = Run.load(bring_in(tmp_path, table, their_tensors(model_of(table))).run)
    optimizer = run.settings.train.optimizer
    assert learning_rate(optimizer, 4000, 10**6) == 2e-3
    written = 2e-3 * 4000**0.5 * min(9000 * 4000**-1.5, 9000**-0.5)
    assert learning_rate(optimizer, 9000, 10**6) == pytest.approx(written)
