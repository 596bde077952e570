"""Fine-tuning: what is taken over, what trains, what stays to the bit."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace
from torch import Tensor

from glowvox.data.prepared import Prepared
from glowvox.errors import CheckpointError, ConfigError, InputError, UsageError
from glowvox.models.glow_tts_config import GlowTTSConfig
from glowvox.train.beginning import BEGUN
from glowvox.train.config import FinetuneConfig, TrainConfig
from glowvox.train.feed import ClipFeed
from glowvox.train.finetune import SPEAKERS, begin, read_source, renumbered, settings_from
from glowvox.train.run import Run, RunSettings
from glowvox.train.samples import SampleSheet, SampleWriter
from glowvox.train.selection import select
from glowvox.train.start import make_model, open_run, train
from glowvox.train.weights import trained_values, write_weights
from tests.fixtures.prepared import make_prepared
from tests.train.building import MODEL, make_loop, settings

TWO = replace(MODEL, token_means=True)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, _no_pictures: None) -> Path:
    """Prepared clips of two speakers and of one of three, and a run of a few steps on the first."""
    folder = tmp_path_factory.mktemp("finetune")
    make_prepared(folder / "two", clips=8, speakers=2)
    make_prepared(folder / "three", clips=9, speakers=3, seed=1)
    train(folder / "base", quick(folder / "two", steps=4))
    return folder


@pytest.fixture(scope="module", autouse=True)
def _no_pictures() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SampleWriter, "write", lambda self, step, speaker: SampleSheet(step=step))
        yield


def quick(prepared: Path, **changes: object) -> TrainConfig:
    return settings(prepared, **{"model": TWO, "test_sentences": (), **changes})


def test_the_search_is_held_near_an_even_reading_where_new_speakers_need_it(place: Path, tmp_path: Path) -> None:
    """A speaker whom the weights do not know may find no alignment else; the run says so."""
    strayed = {}
    for guide in (0, 8):
        config = quick(place / "three", finetune=FinetuneConfig(weights=str(place / "base")), guide=guide, steps=2)
        train(tmp_path / str(guide), config)
        rows = [json.loads(line) for line in (tmp_path / str(guide) / "metrics.jsonl").read_text().splitlines()]
        strayed[guide] = max(row["off_diagonal"] for row in rows if "off_diagonal" in row)
    assert strayed[8] < 0.04
    assert strayed[0] > 0.06
    new = "new: speaker2; should one of them speak no words, begin again with --set guide=300"
    assert new in (tmp_path / "0" / BEGUN).read_text()
    assert new not in (tmp_path / "8" / BEGUN).read_text()
    known = quick(place / "two", finetune=FinetuneConfig(weights=str(place / "base")), guide=8, steps=1)
    train(tmp_path / "known", known)
    said = (tmp_path / "known" / BEGUN).read_text()
    assert "guide = 8 holds the search near an even reading, though it knows its way with these speakers" in said


def as_settings(prepared: Prepared, config: TrainConfig) -> RunSettings:
    return RunSettings(
        train=config,
        mel=prepared.mel,
        front_end=prepared.front_end,
        symbols=tuple(prepared.symbols.names),
        speakers=prepared.speakers,
    )


def values_of(run: Path) -> dict[str, Tensor]:
    return trained_values(Run.load(run))[0]


def test_the_first_evaluation_is_the_other_models(place: Path, tmp_path: Path) -> None:
    config = quick(place / "two", finetune=FinetuneConfig(weights=str(place / "base")), steps=2)
    base, _ = open_run(place / "base", quick(place / "two", steps=4))
    loop = make_loop(tmp_path / "before", replace(config, finetune=FinetuneConfig()))
    loop.recipe.model.load_state_dict(values_of(place / "base"))
    loop.recipe.updater.restart_average()
    expected = loop.recipe.validate(loop.feed.held_out())
    records: list[dict[str, float]] = []
    train(tmp_path / "run", replace(config, every=replace(config.every, validate=1, log=1)),
          watch=lambda run: records.append)  # fmt: skip
    # before any step: activation normalisation was not set again, and nothing else changed
    source = read_source(place / "base")
    model = make_model(base.settings)
    begun = begin(model, base.settings, source)
    assert begun.initialised
    assert not begun.missing
    assert not begun.new_speakers
    for name, value in model.state_dict().items():
        assert torch.equal(value, source.values[name]), name
    again = make_loop(tmp_path / "again", config)
    again.recipe.model.load_state_dict(model.state_dict())
    again.recipe.updater.restart_average()
    found = again.recipe.validate(again.feed.held_out())
    assert found == pytest.approx(expected, abs=1e-5)
    assert records[0]["step"] == 1


def test_symbols_and_speakers_keep_their_weights_by_name(place: Path) -> None:
    prepared = Prepared.load(place / "three")
    shuffled = tuple(reversed(prepared.symbols.names[1:]))
    config = quick(place / "three", finetune=FinetuneConfig(weights=str(place / "base"), like="speaker1"))
    alone = replace(
        as_settings(prepared, config), symbols=(prepared.symbols.names[0], *shuffled, "new"),
        speakers=("speaker2", "speaker1", "speaker0"),
    )  # fmt: skip
    source = read_source(place / "base")
    joined = settings_from(source, alone)
    assert joined.speakers == ("speaker0", "speaker1", "speaker2")
    assert joined.symbols == (*source.settings.symbols, "new")
    # the other way round: a model whose own order differs gets each row by its name
    model = make_model(alone)
    begun = begin(model, alone, source)
    assert begun.rows["encoder.embedding.weight"] == (len(source.settings.symbols), len(alone.symbols))
    assert begun.new_speakers == ("speaker2",)
    own, theirs = model.state_dict(), source.values
    for table in ("encoder.embedding.weight", "token_means.embedding.weight"):
        for row, name in enumerate(alone.symbols[:-1]):
            assert torch.equal(own[table][row], theirs[table][source.settings.symbols.index(name)])
    assert torch.equal(own[SPEAKERS][1:], theirs[SPEAKERS][[1, 0]])
    assert torch.equal(own[SPEAKERS][0], theirs[SPEAKERS][1])  # like speaker1
    plain = replace(alone, train=replace(config, finetune=FinetuneConfig(weights="x")))
    begin(model, plain, source)
    assert torch.allclose(model.state_dict()[SPEAKERS][0], theirs[SPEAKERS].mean(dim=0))


def test_clips_are_numbered_as_the_run_numbers_them(place: Path) -> None:
    prepared = Prepared.load(place / "three")
    names = ("nobody", "speaker2", "speaker0", "speaker1")
    run = replace(
        as_settings(prepared, quick(place / "three")), symbols=tuple(reversed(prepared.symbols.names)), speakers=names
    )
    clips = prepared.clips("train")
    for clip, again in zip(clips, renumbered(clips, prepared.speakers, run), strict=True):
        assert names[again.speaker] == prepared.speakers[clip.speaker]
        assert tuple(run.symbols[number] for number in again.ids) == clip.symbols


def test_one_row_trains_and_the_rest_stays_to_the_bit(
    place: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chosen = FinetuneConfig(weights=str(place / "base"), train=("speaker_table.*",), speakers=("speaker2",))
    config = quick(place / "three", finetune=chosen, steps=5)
    config = replace(config, optimizer=replace(config.optimizer, weight_decay=0.5))
    with caplog.at_level(logging.INFO):
        train(tmp_path / "run", config)
    run = Run.load(tmp_path / "run")
    assert run.settings.speakers == ("speaker0", "speaker1", "speaker2")
    before, after = read_source(place / "base").values, values_of(tmp_path / "run")
    for name, value in after.items():
        if name != SPEAKERS:
            assert torch.equal(value, before[name]), name
    assert torch.equal(after[SPEAKERS][:2], before[SPEAKERS])
    assert not torch.allclose(after[SPEAKERS][2], before[SPEAKERS].mean(dim=0), atol=1e-3)
    said = (tmp_path / "run" / BEGUN).read_text()
    assert "new speakers: speaker2" in said
    assert "trains: speaker_table.weight (1 tensor, 12 values, of speaker2 alone)" in said
    assert "frozen: decoder.chain (" in said
    assert "frozen: encoder.embedding (1 tensor, " in said
    assert said.splitlines()[-1] in caplog.text
    assert "What it began with, and what trains" in (tmp_path / "run" / "report.html").read_text()


def test_globs_say_what_is_loaded_skipped_and_trained(place: Path, tmp_path: Path) -> None:
    chosen = FinetuneConfig(
        weights=str(place / "base"), leave_out=("encoder.duration.*",), train=("encoder.*",), freeze=("*.prenet.*",)
    )
    config = quick(place / "two", finetune=chosen, steps=3)
    torch.manual_seed(config.seed)
    fresh = make_model(as_settings(Prepared.load(place / "two"), config)).state_dict()
    train(tmp_path / "run", config)
    before, after = read_source(place / "base").values, values_of(tmp_path / "run")
    for name, value in after.items():
        kept = torch.equal(value, before[name])
        assert kept == (not name.startswith("encoder.") or ".prenet." in name), name
        if name.startswith("encoder.duration"):  # three steps away from its own beginning
            assert (value - fresh[name]).abs().max() < 0.03, name
    said = (tmp_path / "run" / BEGUN).read_text()
    assert "left out by wish, begun afresh: encoder.duration." in said


def test_a_fine_tuned_run_goes_on_without_the_model_it_began_with(place: Path, tmp_path: Path) -> None:
    moved = tmp_path / "weights.safetensors"
    write_weights(Run.load(place / "base"), moved, card={})
    config = quick(place / "three", finetune=FinetuneConfig(weights=str(moved)), steps=2)
    train(tmp_path / "run", config)
    moved.unlink()
    assert train(tmp_path / "run", replace(config, steps=3)) == "all 3 steps are done"
    assert Run.load(tmp_path / "run").settings.speakers == ("speaker0", "speaker1", "speaker2")
    with pytest.raises(UsageError, match="begun with other settings: finetune differs"):
        open_run(tmp_path / "run", replace(config, finetune=FinetuneConfig(weights="other")))


def test_a_resumed_fine_tuning_is_the_uninterrupted_one(place: Path, tmp_path: Path) -> None:
    chosen = FinetuneConfig(weights=str(place / "base"), train=("speaker_table.*",), speakers=("speaker2",))
    config = quick(place / "three", finetune=chosen, steps=6)
    config = replace(config, optimizer=replace(config.optimizer, schedule="constant"))
    train(tmp_path / "whole", config)
    train(tmp_path / "halves", replace(config, steps=3))
    train(tmp_path / "halves", config)
    for part in ("model", "ema", "optimizer"):
        file = f"checkpoints/step-0000006/{part}.safetensors"
        assert (tmp_path / "halves" / file).read_bytes() == (tmp_path / "whole" / file).read_bytes()


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (FinetuneConfig(train=("speaker_tabel.*",)), "finetune: train: no parameter is called 'speaker_tabel.*'"),
        (FinetuneConfig(freeze=("*",)), "finetune: train and freeze leave nothing that trains"),
        (FinetuneConfig(speakers=("speakr0",)), "finetune: speakers: no speaker 'speakr0'; did you mean 'speaker0'?"),
        (FinetuneConfig(speakers=("speaker0",), train=("decoder.*",)), "there is no table of speakers that trains"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(place: Path, chosen: FinetuneConfig, message: str) -> None:
    model = make_model(as_settings(Prepared.load(place / "two"), quick(place / "two")))
    with pytest.raises(ConfigError) as caught:
        select(model, chosen, ("speaker0", "speaker1"))
    assert message in caught.value.message


def refused(place: Path, tmp_path: Path, config: TrainConfig) -> str:
    with pytest.raises((ConfigError, CheckpointError, InputError, UsageError)) as caught:
        train(tmp_path / "run", config)
    assert not (tmp_path / "run").exists()
    return str(caught.value)


def test_what_does_not_fit_is_refused_before_anything_is_written(place: Path, tmp_path: Path) -> None:
    begun = FinetuneConfig(weights=str(place / "base"))
    wider = replace(TWO, decoder=replace(TWO.decoder, width=16))
    said = refused(place, tmp_path, quick(place / "two", finetune=begun, model=wider))
    assert "network.start.direction is (12, 80, 1) there and (16, 80, 1) here" in said
    assert "leave it out: --skip 'decoder.chain.flows.2.network.start.direction'" in said
    said = refused(place, tmp_path, quick(place / "two", finetune=replace(begun, leave_out=("*.flows.0.*",))))
    assert "activation normalisation is set from data as a whole or not at all" in said
    said = refused(place, tmp_path, quick(place / "two", finetune=replace(begun, like="speaker9")))
    assert "finetune: like = 'speaker9': no such speaker; did you mean 'speaker1'?" in said
    said = refused(place, tmp_path, quick(place / "two", finetune=FinetuneConfig(weights=str(tmp_path / "none"))))
    assert "none: no such file" in said


def test_leaving_out_all_of_activation_normalisation_sets_it_from_data(place: Path) -> None:
    source = read_source(place / "base")
    left = FinetuneConfig(weights="x", leave_out=("*.flows.[0-9].log_scale", "*.flows.[0-9].bias"))
    config = replace(source.settings, train=replace(source.settings.train, finetune=left))
    begun = begin(make_model(config), config, source)
    assert not begun.initialised
    assert "activation normalisation is set from data anew" in begun.lines()


def test_contradictory_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="speak of a model to begin with; weights names none"):
        FinetuneConfig(like="anna")
    with pytest.raises(ValueError, match=r'speaker_vectors: model.speakers = "learned", whose table trains'):
        TrainConfig(speaker_vectors=("v.json",))


def test_the_resting_layers_of_a_frozen_encoder_keep_their_statistics(place: Path, tmp_path: Path) -> None:
    encoder = replace(TWO.encoder, kind="residual_conv_bn", residual_conv_bn=replace(
        TWO.encoder.residual_conv_bn, dilations=(1,), rounds=1))  # fmt: skip
    model: GlowTTSConfig = replace(TWO, encoder=encoder, token_means=False)
    config = quick(place / "two", model=model, steps=2)
    train(tmp_path / "base", config)
    chosen = FinetuneConfig(weights=str(tmp_path / "base"), freeze=("encoder.*",))
    train(tmp_path / "run", replace(config, finetune=chosen))
    before, after = values_of(tmp_path / "base"), values_of(tmp_path / "run")
    statistics = [name for name in after if name.startswith("encoder.") and name.endswith((".mean", ".variance"))]
    assert len(statistics) >= 2
    for name in statistics:
        assert torch.equal(after[name], before[name]), name


def test_a_feed_of_renumbered_clips_trains_the_right_rows(place: Path) -> None:
    prepared = Prepared.load(place / "three")
    source = read_source(place / "base")
    run = settings_from(source, as_settings(prepared, quick(place / "three")))
    clips = renumbered(prepared.clips("train"), prepared.speakers, run)
    feed = ClipFeed(clips, [], quick(place / "three"))
    batch = next(feed.batches(0, rank=0, world=1))[1]
    names = {clip.id: prepared.speakers[clip.speaker] for clip in prepared.clips("train")}
    assert [run.speakers[number] for number in batch.speaker.tolist()] == [names[name] for name in batch.ids]
