"""Losses, batches and the initialisation of activation normalisation behind Coqui's interface."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from glowvox.compat.coqui import GlowTTS, GlowTTSLoss
from glowvox.data.batch import Batch
from glowvox.errors import UsageError
from glowvox.models.likelihood import losses
from glowvox.train.initialise import initialise_actnorm
from tests.unit.compat.building import SPEAKERS, random_model, recordings, small


def batch(model: GlowTTS, *, seed: int = 1, speaker: Tensor | None = None) -> dict[str, Any]:
    names = ("token_id", "token_id_lengths", "mel", "mel_lengths")
    return model.format_batch(dict(zip(names, recordings(seed=seed), strict=True)) | {"speaker_ids": speaker})


def normalisation(model: GlowTTS) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in model.model.decoder.chain.flows[0].state_dict().items()} | {
        f"last.{name}": value.clone() for name, value in model.model.decoder.chain.flows[-3].state_dict().items()
    }


def same(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    return all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("num_squeeze", [1, 2, 4])
def test_the_losses_and_their_gradients_are_ours(num_squeeze: int) -> None:
    config = small(num_squeeze=num_squeeze, num_splits=2, mean_only=False, **SPEAKERS["learned"])
    model = random_model(config)
    ids = torch.tensor([0, 2, 1])
    given = batch(model, speaker=ids)
    model.initialised.fill_(1)
    _, found = model.train_step(given, model.get_criterion())
    assert found is not None
    found["loss"].backward()
    gradients = [p.grad.clone() for p in model.parameters() if p.grad is not None]
    model.zero_grad()
    x, x_lengths, y, y_lengths = recordings()
    expected = losses(model.model(x, x_lengths, y.transpose(1, 2), y_lengths, ids))
    expected.total.backward()
    assert torch.equal(found["loss"], expected.total)
    assert torch.equal(found["log_mle"], expected.nll)
    assert torch.equal(found["loss_dur"], expected.duration)
    ours = [p.grad for p in model.parameters() if p.grad is not None]
    assert all(torch.equal(mine, theirs) for mine, theirs in zip(ours, gradients, strict=True))


def test_a_batch_of_ours_and_one_of_theirs_are_the_same() -> None:
    model = random_model(small(**SPEAKERS["learned"]))
    x, x_lengths, y, y_lengths = recordings()
    ids = torch.tensor([0, 2, 1])
    theirs = batch(model, speaker=ids)
    ours = model.format_batch(Batch(("a", "b", "c"), x, x_lengths, y.transpose(1, 2), y_lengths, ids))
    for name in ("text_input", "text_lengths", "mel_input", "mel_lengths", "speaker_ids", "stop_target_lengths"):
        assert torch.equal(ours[name], theirs[name]), name
    assert ours["audio_unique_names"] == ("a", "b", "c")
    assert (ours["max_text_length"], theirs["max_spec_length"]) == (7.0, 21.0)
    assert set(ours) == set(theirs)
    assert theirs["d_vectors"] is theirs["pitch"] is theirs["linear_input"] is None
    one = random_model(small())
    assert one.format_batch(Batch(("a",), x, x_lengths, y, y_lengths, ids))["speaker_ids"] is None
    with pytest.raises(UsageError, match="lacks mel, mel_lengths"):
        model.format_batch({"token_id": x, "token_id_lengths": x_lengths})


def test_the_first_steps_set_activation_normalisation_from_all_their_batches() -> None:
    model, other = random_model(small(data_dep_init_steps=3)), random_model(small())
    model.train()
    for seed in range(3):
        model.on_train_step_start(Steps(seed))
        assert model.train_step(batch(model, seed=seed), model.get_criterion()) == (None, None)
    batches = [recordings(seed=seed) for seed in range(3)]
    initialise_actnorm(other.model, [(y.transpose(1, 2), y_lengths, None) for _, _, y, y_lengths in batches])
    assert same(normalisation(model), normalisation(other))
    model.on_train_step_start(Steps(3))
    outputs, found = model.train_step(batch(model, seed=0), model.get_criterion())
    assert outputs is not None
    assert found is not None
    assert same(normalisation(model), normalisation(other))


def test_a_loop_without_a_trainer_leaves_the_initialisation_by_itself() -> None:
    model = random_model(small(data_dep_init_steps=2)).train()
    criterion = model.get_criterion()
    made = [model.train_step(batch(model), criterion)[1] is not None for _ in range(4)]
    assert made == [False, False, True, True]
    none = random_model(small(data_dep_init_steps=0)).train()
    assert none.train_step(batch(none), criterion)[1] is not None


def test_validation_sets_nothing() -> None:
    model = random_model(small())
    before = normalisation(model)
    outputs, found = model.eval_step(batch(model), GlowTTSLoss())
    assert outputs is not None
    assert found is not None
    assert not found["loss"].requires_grad
    assert same(before, normalisation(model))
    assert not model.initialised


def test_a_trained_model_is_never_initialised_again(tmp_path: Path) -> None:
    """Theirs counts steps from 0 after loading, and overwrites what was trained."""
    model = random_model(small(data_dep_init_steps=1)).train()
    for _ in range(2):
        model.train_step(batch(model), model.get_criterion())
    torch.save({"model": model.state_dict()}, tmp_path / "model.pth")
    loaded = GlowTTS(small()).double()
    loaded.load_checkpoint(loaded.config, tmp_path / "model.pth")
    resumed = GlowTTS(small()).double()
    resumed.load_state_dict(model.state_dict())
    for again in (loaded.train(), resumed.train()):
        before = normalisation(again)
        again.on_train_step_start(Steps(0))
        assert not again.run_data_dep_init
        _, found = again.train_step(batch(again, seed=5), again.get_criterion())
        assert found is not None
        assert same(before, normalisation(again))


def test_unlocked_layers_are_set_by_one_forward_pass() -> None:
    model = random_model(small())
    before = normalisation(model)
    model(*recordings())
    model.unlock_act_norm_layers()
    model.lock_act_norm_layers()
    model(*recordings())
    assert same(before, normalisation(model))
    model.unlock_act_norm_layers()
    model(*recordings(seed=7))
    after = normalisation(model)
    assert not same(before, after)
    model(*recordings(seed=8))
    assert same(after, normalisation(model))


class Steps:
    """As much of a trainer as a model asks for."""

    def __init__(self, done: int) -> None:
        self.total_steps_done = done
