"""Training that goes on from a checkpoint of the authors' code or of Amphion's recipe takes the model as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from lightning_fabric import Fabric

from glowvox.flows.actnorm import ActNorm
from glowvox.flows.base import walk
from glowvox.models.likelihood import losses
from glowvox.train.checkpoint import read_part, read_state
from glowvox.train.recipe import GlowTTSRecipe
from glowvox.train.run import Run
from glowvox.train.speaker import Speaker
from glowvox.train.start import make_model
from tests.unit.importers.test_coqui_training_on import batch
from tests.unit.importers.test_published_sizes import authors_run


@pytest.mark.parametrize("vocabulary", [148, 149, 151])
def test_the_first_evaluation_is_the_imported_models_whatever_code_it_came_from(
    vocabulary: int, tmp_path: Path
) -> None:
    run = Run.load(authors_run(tmp_path, vocabulary=vocabulary))
    model = Speaker.load(run.folder).model
    recipe = GlowTTSRecipe(run.settings.train, make_model(run.settings), Fabric(accelerator="cpu", devices=1))
    checkpoint = run.latest()
    assert checkpoint is not None
    recipe.restore({"model": read_part(checkpoint, "model")}, read_state(checkpoint))
    given = batch()
    expected = losses(model(given.tokens, given.token_lengths, given.mel, given.frames))
    found = recipe.validate([given])
    assert found["val_nll"] == pytest.approx(float(expected.nll.detach()), abs=1e-5)
    assert found["val_duration"] == pytest.approx(float(expected.duration.detach()), abs=1e-5)
    recipe.initialise([given])  # which would set it from these clips, had it not been set before
    assert recipe.validate([given]) == found
    kept = [flow for flow in walk(model.decoder.chain) if isinstance(flow, ActNorm)]
    ours = [flow for flow in walk(recipe.model.decoder.chain) if isinstance(flow, ActNorm)]
    assert len(kept) == len(ours) == 2
    assert all(
        torch.equal(a.log_scale, b.log_scale) and torch.equal(a.bias, b.bias) for a, b in zip(kept, ours, strict=True)
    )
