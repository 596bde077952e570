"""A prepared folder is read whole or refused with file and line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from glowvox.data.prepared import Prepared
from glowvox.errors import CorpusError
from tests.fixtures.prepared import make_prepared


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_prepared(tmp_path / "ready", clips=4, speakers=2)


def test_clips_come_by_split_with_mels_mapped_from_disk(folder: Path) -> None:
    prepared = Prepared.load(folder)
    assert [len(prepared.clips(split)) for split in ("train", "val", "test", "none")] == [4, 2, 1, 0]
    assert [clip.speaker for clip in prepared.clips("train")] == [0, 1, 0, 1]
    mel = prepared.clips("val")[0].mel()
    assert isinstance(mel, np.memmap)
    assert mel.shape == (prepared.clips("val")[0].frames, 80)


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_folder_that_is_none_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"prepared\.toml: no such file") as caught:
        Prepared.load(tmp_path)
    assert caught.value.hint == "prepare a corpus into it: glowvox data prepare CORPUS -o FOLDER"


def test_an_unfinished_folder_is_refused(folder: Path) -> None:
    (folder / "index.jsonl").unlink()
    with pytest.raises(CorpusError, match=r"index\.jsonl: no such file: preparing was not finished"):
        Prepared.load(folder)


def test_a_damaged_line_is_named(folder: Path) -> None:
    replace(folder / "index.jsonl", '"id": "clip02"', '"id": 2')
    with pytest.raises(CorpusError, match=r"index\.jsonl:3: Expected `str`, got `int`"):
        Prepared.load(folder)


def test_a_newer_format_and_an_unknown_key_are_refused(folder: Path) -> None:
    replace(folder / "prepared.toml", "format = 1", "format = 2")
    with pytest.raises(CorpusError, match=r"prepared\.toml: format 2, this version reads up to 1"):
        Prepared.load(folder)
    replace(folder / "prepared.toml", "format = 2", "form = 1")
    with pytest.raises(CorpusError, match=r"prepared\.toml: .*form"):
        Prepared.load(folder)


def test_an_unknown_speaker_in_the_index_is_refused(folder: Path) -> None:
    replace(folder / "index.jsonl", '"speaker": "speaker1"', '"speaker": "nobody"')
    with pytest.raises(CorpusError, match=r"index\.jsonl:2: speaker 'nobody' is not in prepared\.toml"):
        Prepared.load(folder)


@pytest.mark.parametrize("damage", ["missing", "cut", "other length", "other type", "no array"])
def test_a_damaged_mel_is_refused_with_its_clip(folder: Path, damage: str) -> None:
    clip = Prepared.load(folder).clips("train")[1]
    mel = np.array(clip.mel())
    match damage:
        case "missing":
            clip.mel_path.unlink()
        case "cut":
            clip.mel_path.write_bytes(clip.mel_path.read_bytes()[:-8])
        case "other length":
            np.save(clip.mel_path, mel[2:])
        case "other type":
            np.save(clip.mel_path, mel.astype(np.float64))
        case "no array":
            clip.mel_path.write_bytes(b"")
    with pytest.raises(CorpusError, match="mel of clip 'clip01'") as caught:
        clip.mel()
    assert caught.value.hint == "prepare the corpus again; what is whole is kept"
