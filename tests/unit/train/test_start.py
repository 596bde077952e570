"""From settings to a run: which clips, and whether a folder can be gone on with."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from glowvox.data.prepared import Prepared
from glowvox.errors import CorpusError, UsageError
from glowvox.train.config import TrainConfig
from glowvox.train.run import Run
from glowvox.train.start import chosen, open_run
from tests.fixtures.prepared import make_prepared
from tests.fixtures.runs import MODEL


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight clips of one speaker."""
    return make_prepared(tmp_path_factory.mktemp("prepared"))


def settings(prepared: Path, **more: object) -> TrainConfig:
    return msgspec.structs.replace(TrainConfig(prepared=str(prepared), model=MODEL), **more)


def test_opening_writes_nothing(prepared: Path, tmp_path: Path) -> None:
    run, data = open_run(tmp_path / "run", settings(prepared))
    assert run.settings.symbols == data.symbols.names
    assert run.settings.mel == data.mel
    assert not (tmp_path / "run").exists()


def test_the_same_settings_and_longer_ones_go_on(prepared: Path, tmp_path: Path) -> None:
    Run.create(tmp_path / "run", open_run(tmp_path / "run", settings(prepared))[0].settings)
    again = settings(prepared, steps=99_000, precision="fp32")
    assert open_run(tmp_path / "run", again)[0].settings.train.steps == 99_000


def test_another_model_is_refused_with_what_differs(prepared: Path, tmp_path: Path) -> None:
    Run.create(tmp_path / "run", open_run(tmp_path / "run", settings(prepared))[0].settings)
    other = settings(prepared, model=msgspec.structs.replace(MODEL, speaker_width=9))
    with pytest.raises(UsageError, match="model differs") as caught:
        open_run(tmp_path / "run", other)
    assert "speaker_width: 8 there, 9 here" in caught.value.message
    deeper = msgspec.structs.replace(MODEL.decoder, blocks=3)
    with pytest.raises(UsageError, match=r"model differs \(decoder\.blocks: 1 there, 3 here\)"):
        open_run(tmp_path / "run", settings(prepared, model=msgspec.structs.replace(MODEL, decoder=deeper)))


def test_other_data_are_refused(prepared: Path, tmp_path: Path) -> None:
    Run.create(tmp_path / "run", open_run(tmp_path / "run", settings(prepared))[0].settings)
    several = make_prepared(tmp_path / "several", speakers=2)
    with pytest.raises(UsageError, match=r"speakers differs \(1 there, 2 here\)"):
        open_run(tmp_path / "run", settings(several))


def test_a_diagnostic_is_not_taken_for_a_training(prepared: Path, tmp_path: Path) -> None:
    Run.create(tmp_path / "run", open_run(tmp_path / "run", settings(prepared, overfit=2))[0].settings)
    with pytest.raises(UsageError, match=r"overfit differs \(2 there, 0 here\)"):
        open_run(tmp_path / "run", settings(prepared))


def test_without_a_prepared_folder_it_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no prepared folder is named") as caught:
        open_run(tmp_path / "run", TrainConfig())
    assert "glowvox data prepare" in (caught.value.hint or "")


def test_all_clips_train_unless_it_is_a_diagnostic(prepared: Path) -> None:
    data = Prepared.load(prepared)
    train, held_out = chosen(data, settings(prepared))
    assert (len(train), len(held_out)) == (8, 2)


@pytest.mark.parametrize("count", [1, 3, 8])
def test_a_diagnostic_takes_clips_of_middle_length_and_validates_on_them(prepared: Path, count: int) -> None:
    data = Prepared.load(prepared)
    train, held_out = chosen(data, settings(prepared, overfit=count))
    assert train == held_out
    assert len(train) == count
    lengths = sorted(clip.frames for clip in data.clips("train"))
    assert min(clip.frames for clip in train) >= lengths[0 if count > 4 else 4]


def test_a_diagnostic_of_more_clips_than_there_are_is_refused(prepared: Path) -> None:
    with pytest.raises(UsageError, match="--overfit 9: the train list of .* has 8 clips"):
        chosen(Prepared.load(prepared), settings(prepared, overfit=9))


def test_an_empty_train_list_is_an_error(prepared: Path, tmp_path: Path) -> None:
    data = Prepared.load(prepared)
    with pytest.raises(CorpusError, match="the train list is empty"):
        chosen(without_training_clips(data), settings(prepared))


def without_training_clips(data: Prepared) -> Prepared:
    rows = {split: found for split, found in data.rows.items() if split != "train"}
    return Prepared(
        folder=data.folder,
        mel=data.mel,
        front_end=data.front_end,
        front_end_version=data.front_end_version,
        frame_multiple=data.frame_multiple,
        symbols=data.symbols,
        speakers=data.speakers,
        sound=data.sound,
        rows=rows,
    )
