"""Where attention is told to look, by whom, and what it learns from that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec
import pytest
import torch
from lightning_fabric import Fabric
from torch import Tensor

from glowvox.audio.mel import MelConfig
from glowvox.data.batch import Batch, collate
from glowvox.data.prepared import Prepared
from glowvox.errors import ConfigError, InputError
from glowvox.models.flowtron import FlowtronOutput, Told
from glowvox.models.flowtron_file import FlowtronSettings, build
from glowvox.models.flowtron_likelihood import flowtron_losses
from glowvox.train.feed import ClipFeed
from glowvox.train.flowtron_config import AttentionConfig, FlowtronTrainConfig, RehearsalConfig
from glowvox.train.flowtron_guide import AttentionGuide, guide_loss, is_led, strayed
from glowvox.train.flowtron_recipe import FlowtronRecipe
from glowvox.train.flowtron_start import train_flowtron
from glowvox.train.speaker import Speaker
from tests.fixtures.flowtrons import MODEL, smallest
from tests.fixtures.prepared import make_prepared
from tests.fixtures.runs import make_run

CUMULATIVE = msgspec.structs.replace(MODEL, cumulative_attention=True)
FREE = AttentionConfig(prior=False, prior_off_sharpness=None)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return Prepared.load(make_prepared(tmp_path_factory.mktemp("guided") / "clips", speakers=2))


def begin(prepared: Prepared, config: FlowtronTrainConfig) -> tuple[FlowtronRecipe, list[Batch]]:
    settings = FlowtronSettings(
        model=config.model,
        mel=prepared.mel,
        front_end=prepared.front_end,
        symbols=tuple(prepared.symbols.names),
        speakers=prepared.speakers,
    )
    torch.manual_seed(0)
    recipe = FlowtronRecipe(config, build(settings), Fabric(accelerator="cpu", devices=1))
    feed = ClipFeed(prepared.clips("train"), prepared.clips("val"), config)
    recipe.initialise(feed.initial(rank=0, world=1))
    order = feed.batches(0, rank=0, world=1)
    return recipe, [next(order)[1] for _ in range(config.steps)]


def told_past(recipe: FlowtronRecipe, step: int, batch: Batch, shown: Sequence[Tensor] | None) -> FlowtronOutput:
    return recipe._seeded(step, batch, None, Told(shown=shown))


def spoken(places: Tensor, frames: Tensor) -> list[list[int]]:
    return [row[: int(count)].tolist() for row, count in zip(places, frames, strict=True)]


def test_an_even_reading_gives_every_token_as_many_frames(prepared: Prepared) -> None:
    batch = collate(prepared.clips("train")[:3])
    found = AttentionGuide().places(batch)
    for row, frames, tokens in zip(found, batch.frames, batch.token_lengths, strict=True):
        counts = torch.bincount(row[: int(frames)], minlength=int(tokens))
        assert int(counts.max() - counts.min()) <= 1
        assert bool((row[: int(frames)].diff() >= 0).all())
        assert bool((row[int(frames) :] == 0).all())


def test_a_glow_tts_tells_the_times_that_its_search_finds(prepared: Prepared, tmp_path: Path) -> None:
    speakers = tuple(reversed(prepared.speakers))  # matched by name
    folder = make_run(tmp_path / "run", speakers=speakers).folder
    guide = AttentionGuide.load(folder, prepared.mel, tuple(prepared.symbols.names), prepared.speakers)
    clips = prepared.clips("train")[:3]
    places = spoken(guide.places(collate(clips)), torch.tensor([clip.frames for clip in clips]))
    voice = Speaker.load(folder)
    for clip, row in zip(clips, places, strict=True):
        one = collate([clip])
        number = torch.tensor([voice.number(prepared.speakers[clip.speaker])])
        with torch.no_grad():
            durations = voice.model(one.tokens, one.token_lengths, one.mel, one.frames, number).durations[0].long()
        wanted = torch.arange(len(durations)).repeat_interleave(durations).tolist()
        assert row[: len(wanted)] == wanted
        assert row[len(wanted) :] == [len(durations) - 1] * (clip.frames - len(wanted))
    # what was found once is kept: the same in another batch
    assert spoken(guide.places(collate(clips[1:])), torch.tensor([c.frames for c in clips[1:]])) == places[1:]


def test_guides_of_other_mels_symbols_and_speakers_are_refused(prepared: Prepared, tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", speakers=prepared.speakers).folder
    symbols = tuple(prepared.symbols.names)
    with pytest.raises(InputError, match="different mel spectrograms"):
        AttentionGuide.load(folder, MelConfig(hop=200), symbols, prepared.speakers)
    with pytest.raises(ConfigError, match="its symbols are not those of the run"):
        AttentionGuide.load(folder, prepared.mel, symbols[:-1], prepared.speakers)
    with pytest.raises(ConfigError, match="does not know the speaker 'zoe'"):
        AttentionGuide.load(folder, prepared.mel, symbols, ("speaker0", "zoe"))


def test_the_guides_loss_is_that_of_attention_without_its_prior() -> None:
    own = torch.tensor([[[0.5, 0.5], [0.25, 0.75], [1.0, 1.0]]])
    prior = torch.tensor([[[0.9, 0.1], [0.2, 0.8], [0.0, 0.0]]])
    places, mask = torch.tensor([[0, 1, 0]]), torch.tensor([[[1.0, 1.0, 0.0]]])
    expected = -torch.log(torch.tensor(0.5)) - torch.log(torch.tensor(0.75))
    for scores, helped in ((own.log(), None), (own.log() + torch.log(prior + 1e-20), prior)):
        zeros = torch.zeros(1)
        counts = {"tokens": torch.tensor([2]), "frames": torch.tensor([2]), "frame_mask": mask}
        out = FlowtronOutput(torch.zeros(1, 1, 3), zeros, None, (own,), (scores,), None, **counts)
        torch.testing.assert_close(guide_loss(out, places, helped), expected, rtol=0, atol=1e-6)


def test_attention_learns_where_it_is_told_to_look_and_is_told_no_longer_than_asked(prepared: Prepared) -> None:
    attention = AttentionConfig(guide=80, prior_off_sharpness=None)
    model = msgspec.structs.replace(CUMULATIVE, flows=1, hidden=32, attention=16, text=24)
    config = smallest(Path(), steps=82, model=model, attention=attention)
    optimizer = msgspec.structs.replace(config.optimizer, name="adam", lr=1e-2, betas=(0.9, 0.98))
    recipe, batches = begin(prepared, msgspec.structs.replace(config, optimizer=optimizer))
    guided = [recipe.step(number, batch)["guide"] for number, batch in enumerate(batches[:20], start=1)]
    assert sum(guided[-4:]) < 0.3 * sum(guided[:4])  # 2.6 nats a frame are 0.3
    assert recipe.step(80, batches[0])["guide"] > 0
    assert recipe.step(81, batches[0])["guide"] == 0


def test_led_steps_are_spread_evenly() -> None:
    assert [step for step in range(1, 21) if not is_led(step, 0.85)] == [1, 7, 14]
    assert not any(is_led(step, 0.0) for step in range(1, 21))


def test_a_led_step_reads_along_the_guide_and_leaves_attention_alone(prepared: Prepared) -> None:
    attention = AttentionConfig(guide=8, led=0.5, prior_off_sharpness=None)
    recipe, batches = begin(prepared, smallest(Path(), steps=2, model=CUMULATIVE, attention=attention))
    recipe.step(1, batches[0])
    batch, model = batches[1], recipe.model
    names = [name for name, _ in model.named_parameters() if re.search(r"attention\.(query|key|vector|location)", name)]
    before = {name: value.detach().clone() for name, value in model.named_parameters()}
    told = torch.nn.functional.one_hot(recipe.guide.places(batch), batch.tokens.shape[1]).float()
    given = (batch.tokens, batch.token_lengths, batch.mel, batch.frames, batch.speaker, None, Told(forced=[told, told]))
    model.train()
    torch.manual_seed(recipe._seed(2))
    wanted = flowtron_losses(model(*given)).nll
    made = recipe.step(2, batch)
    assert made["nll"] == pytest.approx(wanted.item(), rel=1e-5)
    assert not made.keys() & {"guide", "alignment", "sharpness", "stray"}  # attention rests
    moved = {name for name, value in model.named_parameters() if not torch.equal(value, before[name])}
    assert len(names) >= 2 * 4
    assert not moved & set(names)
    assert any(".decoder." in name for name in moved)


def test_steps_rehearse_in_turn_while_there_is_a_guide(prepared: Prepared) -> None:
    attention = AttentionConfig(guide=6, led=0.5, prior=False, prior_off_sharpness=None)
    config = smallest(Path(), steps=7, model=CUMULATIVE, attention=attention)
    config = msgspec.structs.replace(config, rehearsal=RehearsalConfig(passes=2, sigma=0.5))
    recipe, batches = begin(prepared, config)
    plain, heard = recipe._seeded, {}

    def seeded(step: int, batch: Batch, prior: None, given: Told) -> FlowtronOutput:
        told = torch.nn.functional.one_hot(recipe.guide.places(batch), batch.tokens.shape[1]).float()
        for rehearsal in given.rehearsals or []:
            assert rehearsal.sigma == 0.5
            assert torch.equal(rehearsal.weight, told)
        heard[step] = [rehearsal.passes for rehearsal in given.rehearsals or []]
        return plain(step, batch, prior, given)

    recipe._seeded = seeded  # type: ignore[method-assign,assignment]
    for step in range(1, 8):
        recipe.step(step, batches[0])
    assert heard == {1: [1, 1], 2: [2, 2], 3: [], 4: [1, 1], 5: [2, 2], 6: [], 7: []}  # for two steps of flow


def test_a_rehearsal_needs_a_guide_to_read_along() -> None:
    with pytest.raises(ValueError, match="passes = 4 need attention.guide, a number of steps"):
        FlowtronTrainConfig(rehearsal=RehearsalConfig(passes=4))
    with pytest.raises(ValueError, match="passes = -1 must be 0, which keeps to the recording, or more"):
        RehearsalConfig(passes=-1)
    with pytest.raises(ValueError, match=r"sigma = -0.5 must be 0 or more; 0.7 is usual"):
        RehearsalConfig(sigma=-0.5)


def test_a_strayed_reading_is_early_and_late_by_some_frames() -> None:
    frames = torch.tensor([400, 300])
    places = torch.arange(400).repeat(2, 1)
    places[1, 300:] = 0
    found = strayed(places, frames, torch.Generator().manual_seed(0))
    late = (places - found)[:, :280].float()  # near the end it cannot be early
    assert found[:, 0].tolist() == [0, 0]
    assert bool((found[1, 300:] == 0).all())
    assert int(found[1].max()) < 300
    assert bool((late.diff(dim=1).abs() <= 2).all())  # little by little
    assert 3 < float(late.std()) < 9
    assert bool((late > 0).any() & (late < 0).any())
    assert torch.equal(found, strayed(places, frames, torch.Generator().manual_seed(0)))


def test_the_past_that_is_shown_leads_from_the_guides_to_its_own(prepared: Prepared) -> None:
    attention = AttentionConfig(guide=8, prior=False, prior_off_sharpness=None)
    recipe, batches = begin(prepared, smallest(Path(), steps=1, model=CUMULATIVE, attention=attention))
    batch = batches[0]
    recipe.model.eval()  # without dropout
    places = recipe.guide.places(batch)
    told = torch.nn.functional.one_hot(places, batch.tokens.shape[1]).float()

    def shown(step: int, places: Tensor | None = places) -> Tensor:
        past = recipe._past(step, batch, places, partial(told_past, recipe, step, batch))
        assert past is not None
        assert len(past) == 2  # one a step of flow
        return past[0]

    def made_of(past: Tensor | None) -> Tensor:
        given = (batch.tokens, batch.token_lengths, batch.mel, batch.frames, batch.speaker, None)
        with torch.no_grad():
            return recipe.model(*given, Told(shown=None if past is None else [past, past])).attention[0]  # type: ignore[no-any-return]

    assert torch.equal(shown(2), told)
    early_and_late = shown(4)
    assert bool((early_and_late.sum(dim=2) == 1).all())
    assert not torch.equal(early_and_late, told)
    seed = torch.Generator().manual_seed(recipe._seed(5))
    begun = torch.nn.functional.one_hot(strayed(places, batch.frames, seed), batch.tokens.shape[1]).float()
    torch.testing.assert_close(shown(5), made_of(begun))  # after one pass
    for found in (shown(7), shown(9, None)):
        torch.testing.assert_close(found, made_of(None))
    recipe.config = msgspec.structs.replace(recipe.config, rehearsal=RehearsalConfig(passes=2))
    for step in (2, 5, 7):
        assert torch.equal(shown(step), told)  # a run that rehearses keeps to the guide
    torch.testing.assert_close(shown(9, None), made_of(None))
    plain, _ = begin(prepared, smallest(Path(), steps=1, attention=attention))
    assert plain._past(2, batch, places, partial(told_past, plain, 2, batch)) is None  # what has no past is shown none


def test_a_pass_with_its_own_past_costs_what_a_pass_frame_by_frame_does(prepared: Prepared) -> None:
    config = smallest(Path(), steps=1, model=CUMULATIVE, attention=FREE)
    recipe, batches = begin(prepared, config)
    model = recipe.model.train()
    torch.manual_seed((config.seed * 1_000_003 + 1) * 1_009)  # the dropout of step 1
    batch = batches[0]
    out = model(batch.tokens, batch.token_lengths, batch.mel, batch.frames, batch.speaker)
    wanted = (out.latent.square().sum() / 2 - out.log_det.sum()) / (batch.frames.sum() * model.bands)
    assert recipe.step(1, batch)["nll"] == pytest.approx(wanted.item(), rel=1e-5)


def test_a_run_names_its_guide(prepared: Prepared, tmp_path: Path) -> None:
    folder = make_run(tmp_path / "guide", speakers=prepared.speakers).folder
    attention = AttentionConfig(guide=2, guide_by=str(folder), prior_off_sharpness=None)
    config = smallest(prepared.folder, steps=3, model=CUMULATIVE, attention=attention)
    assert train_flowtron(tmp_path / "run", config, devices=1) == "all 3 steps are done"


def test_leading_without_a_guide_or_all_the_time_is_refused() -> None:
    with pytest.raises(ValueError, match=r"led = 0.5 needs guide"):
        AttentionConfig(led=0.5)
    with pytest.raises(ValueError, match=r"led = 1.0 must lie in \[0, 1\), so that attention learns"):
        AttentionConfig(guide=10, led=1.0)


def test_a_guide_without_steps_is_refused() -> None:
    with pytest.raises(ValueError, match="guide_by = runs/a tells nothing over guide = 0 steps"):
        AttentionConfig(guide_by="runs/a")
    with pytest.raises(ValueError, match="guide = -1 must be 0 or a number of steps"):
        AttentionConfig(guide=-1)
