"""A Flowtron learns, by phases, with what is frozen staying as it is, and goes on exactly where it stopped."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
import torch
from lightning_fabric import Fabric
from torch import Tensor

from glowvox.data.batch import Batch
from glowvox.data.prepared import Prepared
from glowvox.errors import ConfigError
from glowvox.models.flowtron import FlowtronOutput
from glowvox.models.flowtron_file import FlowtronSettings, build
from glowvox.train.checkpoint import read_part
from glowvox.train.feed import ClipFeed
from glowvox.train.flowtron_config import PRESETS, AttentionConfig, FlowtronTrainConfig, PhaseConfig
from glowvox.train.flowtron_recipe import FlowtronRecipe, length_error, sharpness, stray
from glowvox.train.flowtron_start import train_flowtron
from glowvox.train.run import FlowtronRun, RunFolder
from tests.fixtures.flowtrons import smallest
from tests.fixtures.prepared import make_prepared


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_prepared(tmp_path_factory.mktemp("flowtron") / "clips", speakers=2)


def settings_of(prepared: Prepared, config: FlowtronTrainConfig) -> FlowtronSettings:
    return FlowtronSettings(
        model=config.model,
        mel=prepared.mel,
        front_end=prepared.front_end,
        symbols=tuple(prepared.symbols.names),
        speakers=prepared.speakers,
    )


def begin(config: FlowtronTrainConfig) -> tuple[FlowtronRecipe, list[Batch]]:
    """A recipe before its first step, and the batches of some steps."""
    prepared = Prepared.load(Path(config.prepared))
    torch.manual_seed(0)
    recipe = FlowtronRecipe(config, build(settings_of(prepared, config)), Fabric(accelerator="cpu", devices=1))
    feed = ClipFeed(prepared.clips("train"), prepared.clips("val"), config)
    recipe.initialise(feed.initial(rank=0, world=1))
    order = feed.batches(0, rank=0, world=1)
    return recipe, [next(order)[1] for _ in range(config.steps)]


def values(recipe: FlowtronRecipe) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in recipe.model.named_parameters()}


def moved(before: dict[str, Tensor], after: dict[str, Tensor]) -> set[str]:
    return {name for name in before if not torch.equal(before[name], after[name])}


def test_fifty_steps_lower_every_loss(clips: Path) -> None:
    config = smallest(clips, steps=50, attention=AttentionConfig(weight=1.0, prior_off_sharpness=None))
    config = msgspec.structs.replace(config, optimizer=msgspec.structs.replace(config.optimizer, lr=2e-2))
    recipe, batches = begin(config)
    records = [recipe.step(number, batch) for number, batch in enumerate(batches, start=1)]
    first, last = (
        {name: sum(r[name] for r in part) / 10 for name in records[0]} for part in (records[:10], records[-10:])
    )
    assert last["nll"] < first["nll"] - 0.05
    assert last["gate"] < first["gate"] - 0.2
    assert last["alignment"] < first["alignment"] - 1.0


def test_the_first_step_of_flow_begins_by_standardising_mels(clips: Path) -> None:
    recipe, batches = begin(smallest(clips, steps=1))
    batch = batches[0]
    out: FlowtronOutput = recipe.model.eval()(batch.tokens, batch.token_lengths, batch.mel, batch.frames, batch.speaker)
    inside = out.latent.transpose(1, 2)[out.frame_mask[:, 0] > 0]
    assert float(inside.detach().mean().abs()) < 0.1
    assert float(inside.detach().std()) == pytest.approx(1.0, abs=0.1)


def test_phases_move_what_they_name_and_nothing_else(clips: Path) -> None:
    gate = "steps.1.step.gate.*"
    config = smallest(
        clips,
        steps=6,
        phases=(
            PhaseConfig(first=1, layers=("encoder.*", "*attention*")),
            PhaseConfig(first=3),
            PhaseConfig(first=5, layers=(gate,)),
        ),
    )
    recipe, batches = begin(config)
    states = [values(recipe)]
    for number, batch in enumerate(batches, start=1):
        recipe.step(number, batch)
        states.append(values(recipe))
    changes = [moved(before, after) for before, after in pairwise(states)]
    reading = {name for name in states[0] if name.startswith("encoder.") or "attention" in name}
    assert changes[0] <= reading
    assert changes[1] <= reading
    assert {"steps.0.attention.query.weight", "steps.1.step.attention.key.weight"} <= changes[1]
    assert changes[2] >= {"embedding.weight", "steps.0.affine.weight", "steps.1.step.gate.weight"}
    assert changes[4] == changes[5] == {"steps.1.step.gate.weight", "steps.1.step.gate.bias"}
    assert recipe.average is not None
    assert set(recipe.average.values) == set(states[0])


def test_a_phase_that_names_nothing_is_refused_with_the_nearest_name(clips: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"phases: from step 1: no parameter is called 'speaker_tabel.weight'.*'speaker_table.weight'"
    ):
        begin(smallest(clips, phases=(PhaseConfig(layers=("speaker_tabel.weight",)),)))


@pytest.mark.parametrize("firsts", [(2,), (1, 1), (1, 5, 3)])
def test_phases_that_do_not_follow_each_other_are_refused(firsts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="the first must be 1, and each later"):
        FlowtronTrainConfig(phases=tuple(PhaseConfig(first=first) for first in firsts))


def test_prior_and_alignment_loss_come_and_go_at_their_steps(clips: Path) -> None:
    config = smallest(clips, attention=AttentionConfig(prior_off=4, start=3, prior_off_sharpness=None))
    recipe, batches = begin(config)
    records = [recipe.step(number, batch) for number, batch in enumerate(batches, start=1)]
    assert [record["prior"] for record in records] == [1, 1, 1, 0, 0, 0]
    # without a weight on the alignment loss, its size does not change a step
    other, _ = begin(
        msgspec.structs.replace(
            config, attention=AttentionConfig(prior_off=4, start=3, weight=5.0, prior_off_sharpness=None)
        )
    )
    other_records = [other.step(number, batch) for number, batch in enumerate(batches[:3], start=1)]
    assert [record["grad_norm"] for record in other_records[:2]] == [record["grad_norm"] for record in records[:2]]
    assert other_records[2]["grad_norm"] != records[2]["grad_norm"]


def test_the_prior_goes_once_held_out_attention_is_sharp_and_in_order(clips: Path) -> None:
    config = smallest(clips, attention=AttentionConfig(prior_off_sharpness=0.01, prior_off_stray=1.0))
    recipe, batches = begin(config)
    recipe.step(1, batches[0])
    assert recipe.with_prior(2)
    recipe.validate(batches[:1])
    assert not recipe.with_prior(2)
    assert recipe.state()["prior_until"] == 1
    strict = msgspec.structs.replace(config, attention=AttentionConfig(prior_off_sharpness=0.01, prior_off_stray=1e-6))
    recipe, batches = begin(strict)
    recipe.validate(batches[:1])
    assert recipe.with_prior(1)


def test_validation_counts_what_the_model_says_without_the_prior(clips: Path) -> None:
    recipe, batches = begin(smallest(clips))
    scores = recipe.validate(batches[:2])
    assert set(scores) == {"val_nll", "val_gate", "val_alignment", "val_sharpness", "val_stray", "val_length"}
    again = begin(smallest(clips, attention=AttentionConfig(prior=False, prior_off_sharpness=None)))[0].validate(
        batches[:2]
    )
    assert scores == again


def test_sharpness_and_length_are_what_they_say() -> None:
    weight = torch.tensor([[[0.9, 0.1], [0.3, 0.7], [0.0, 0.0]], [[1.0, 0.0], [0.0, 0.0], [0.0, 0.0]]])
    mask = torch.tensor([[[1.0, 1.0, 0.0]], [[1.0, 0.0, 0.0]]])
    gate = torch.tensor([[[-1.0, 2.0, 9.0]], [[-1.0, 9.0, 9.0]]])
    out = FlowtronOutput(
        latent=torch.zeros(2, 1, 3),
        log_det=torch.zeros(2),
        gate=gate,
        attention=(weight,),
        log_attention=(weight,),
        mixture=None,
        tokens=torch.tensor([2, 1]),
        frames=torch.tensor([2, 1]),
        frame_mask=mask,
    )
    assert float(sharpness(out)) == pytest.approx((0.9 + 0.7 + 1.0) / 3)
    # expected places 0.6/2, 1.2/2 against times 1/4, 3/4; 0.5/1 against 1/2
    assert float(stray(out)) == pytest.approx((0.05 + 0.15 + 0.0) / 3)
    assert float(length_error(out)) == pytest.approx((0.0 + 1.0) / 2)  # the second never opens inside


def run_to(folder: Path, config: FlowtronTrainConfig, steps: int) -> FlowtronRun:
    train_flowtron(folder, msgspec.structs.replace(config, steps=steps), devices=1)
    return RunFolder.load_flowtron(folder)


def test_a_run_that_was_stopped_ends_as_one_that_was_not(clips: Path, tmp_path: Path) -> None:
    config = smallest(
        clips,
        steps=6,
        attention=AttentionConfig(prior_off_sharpness=0.01, prior_off_stray=1.0),
        phases=(PhaseConfig(layers=("encoder.*", "*attention*")), PhaseConfig(first=5)),
    )
    whole = run_to(tmp_path / "whole", config, 6)
    run_to(tmp_path / "parts", config, 3)
    parts = run_to(tmp_path / "parts", config, 6)
    for part in ("model", "ema", "optimizer"):
        ends = [read_part(run.checkpoints / "step-0000006", part) for run in (whole, parts)]
        assert ends[0].keys() == ends[1].keys()
        assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0]), part
    losses = [[row["nll"] for row in run.read_metrics() if "nll" in row] for run in (whole, parts)]
    assert len(losses[0]) == 6
    assert losses[0] == losses[1]
    priors = [row["prior"] for row in parts.read_metrics() if "prior" in row]
    assert priors == [1, 1, 1, 0, 0, 0]  # it went at the validation of step 3, before the stop


def test_the_published_preset_has_the_published_settings() -> None:
    config = PRESETS["flowtron"]
    assert (config.model.hidden, config.model.attention, config.model.text, config.model.speaker_width) == (
        1024,
        640,
        512,
        128,
    )
    assert (config.optimizer.name, config.optimizer.lr, config.optimizer.weight_decay) == ("radam", 1e-3, 1e-6)
    assert (config.optimizer.schedule, config.optimizer.clip_at, config.sigma) == ("constant", 1.0, 1.0)


def test_bf16_changes_losses_little_and_all_parameters_move(clips: Path) -> None:
    config = smallest(clips, steps=2)
    records = []
    for precision in ("fp32", "bf16"):
        recipe, batches = begin(msgspec.structs.replace(config, precision=precision))
        before = values(recipe)
        records.append(recipe.step(1, batches[0]))
        recipe.step(2, batches[1])
    assert records[1]["nll"] == pytest.approx(records[0]["nll"], abs=0.02)
    assert records[1]["alignment"] == pytest.approx(records[0]["alignment"], rel=0.02)
    assert records[1]["nll"] != records[0]["nll"]
    assert moved(before, values(recipe)) > {
        "steps.0.attention_lstm.weight_hh_l0",
        "steps.1.step.attention.query.weight",
    }
    assert all(parameter.dtype == torch.float32 for parameter in recipe.model.parameters())


def test_the_prior_is_padded_as_the_batch_is(clips: Path) -> None:
    config = smallest(clips, steps=1)
    recipe, batches = begin(config)
    prior = recipe._prior(batches[0])
    assert prior.shape == (len(batches[0].frames), batches[0].mel.shape[2], batches[0].tokens.shape[1])
    first = int(batches[0].frames[0])
    assert prior[0, :first].sum(dim=1) == pytest.approx(torch.ones(first), abs=1e-5)
    assert float(prior[0, first:].sum()) == 0.0
