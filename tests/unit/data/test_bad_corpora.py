"""Every broken table and recording gives one clear row; every odd but valid one loads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glowvox.data.check import check
from glowvox.data.corpus import read_corpus, scan_corpus
from glowvox.data.prepare import prepare
from glowvox.data.prepare_config import PrepareConfig
from glowvox.errors import CorpusError
from tests.fixtures.corpora import make_bad

Found = set[tuple[str, str, int | None]]


@pytest.fixture(scope="module", params=["made here", "development corpora"])
def bad(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if request.param == "made here":
        return make_bad(tmp_path_factory.mktemp("corpora") / "bad")
    folder: Path = request.getfixturevalue("corpora_dir") / "bad"
    if not folder.is_dir():
        pytest.skip("the folder of broken inputs is not here")
    return folder


# what must be fixed: severity, kind, row
TABLES: dict[str, Found] = {
    "latin1": {("fatal", "encoding", 1)},
    "utf16": {("fatal", "encoding", None)},
    "empty": {("fatal", "empty file", None)},
    "duplicate_ids": {("error", "duplicate id", 3)},
    "columns": {("error", "columns", 2), ("error", "columns", 3), ("error", "empty id", 5)},
    "empty_text": {("error", "empty text", 1), ("error", "empty text", 2)},
    "missing_file": {("error", "missing audio", 3)},
    "path_escape": {("error", "path leaves the corpus", 1), ("error", "path leaves the corpus", 2)},
    "nul_and_quotes": {("error", "NUL byte", 2)},
    "foreign": {("error", "unspeakable text", 1), ("error", "unspeakable text", 2)},
    "huge_line": {("error", "huge text", 1)},
    "symbols_only": {("error", "unspeakable text", 1)},
    "utf8_bom_crlf": set(),
    "odd_names": set(),
    "no_newline_end": set(),
    "header": set(),
}
ROW_OF_OK = {"duplicate_ids": 2, "missing_file": 2, "path_escape": 1, "nul_and_quotes": 1, "huge_line": 1}
ROW_OF_OK |= {"utf8_bom_crlf": 2, "odd_names": 2, "no_newline_end": 2, "header": 2}


@pytest.mark.parametrize("name", TABLES)
def test_tables(bad: Path, name: str) -> None:
    found = check([scan_corpus(bad / f"metadata_{name}.csv")], PrepareConfig(), processes=1)
    serious = {(p.severity, p.kind, p.place.row) for p in found.problems if p.severity in ("fatal", "error")}
    # the clips are 0.2 s long, so a row of two clips may as well be longer than its recording
    assert {entry for entry in serious if entry[1] != "text longer than audio"} == TABLES[name]
    assert all(p.place.file == f"metadata_{name}.csv" for p in found.problems if p.severity in ("fatal", "error"))
    assert found.ready == (not serious)
    if name in ROW_OF_OK:
        assert found.clips == ROW_OF_OK[name]


AUDIO_ERRORS = {
    "b01_zero_bytes": "the file is empty (0 bytes)",
    "b02_no_samples": "holds no samples",
    "b03_nan_float": "samples are NaN or infinite",
    "b07_truncated": "",
    "b08_truncated_data": "truncated: its header promises",
    "b10_text_inside": "cannot be decoded",
    "b11_silence": "nothing but silence",
    "b12_tiny_20ms": "0.02 s of sound, shorter than 0.05 s",
}
AUDIO_WARNINGS = {
    "b05_float32_over": {"over full scale"},
    "b06_8k_stereo": {"stereo trouble", "low sample rate"},
    "b13_clipped_dc": {"clipped", "constant offset"},
}
AUDIO_VALID = {"b04_pcm24", "b09_header_size_ffffffff", "b14_u8", "b15_mulaw", "b16_44100"}


def test_audio(bad: Path) -> None:
    corpus = scan_corpus(bad / "metadata_audio.csv")
    assert len(corpus.utterances) == len(AUDIO_ERRORS) + len(AUDIO_WARNINGS) + len(AUDIO_VALID)
    found = check([corpus], PrepareConfig(), processes=1)
    errors = {p.id: p.cause for p in found.problems if p.severity == "error" and p.kind != "text longer than audio"}
    assert set(errors) == set(AUDIO_ERRORS)
    for name, cause in AUDIO_ERRORS.items():
        assert cause in errors[name]
    row = {u.id: u.place.row for u in corpus.utterances}
    assert all(p.place.row == row[p.id] for p in found.problems if p.id)
    for name, kinds in AUDIO_WARNINGS.items():
        assert kinds <= {p.kind for p in found.problems if p.id == name and p.severity == "warning"}


def test_preparing_broken_audio_names_what_it_leaves_out(bad: Path, tmp_path: Path) -> None:
    report = prepare([read_corpus(bad / "metadata_audio.csv")], tmp_path, config=PrepareConfig(), processes=1)
    left = {e.id for e in report.left_out if e.kind != "text longer than audio"}
    assert left == set(AUDIO_ERRORS)
    index = {row["id"] for row in map(json.loads, (tmp_path / "index.jsonl").open())}
    assert index | {e.id for e in report.left_out} == set(AUDIO_ERRORS) | set(AUDIO_WARNINGS) | AUDIO_VALID


def test_lists(bad: Path) -> None:
    table = bad / "metadata_no_newline_end.csv"
    unknown = scan_corpus(table, lists={"train": bad / "train_unknown_id.txt"})
    assert [str(problem) for problem in unknown.problems] == [
        "train_unknown_id.txt:2: 'not_in_metadata' is not in the corpus; correct the id or delete the line"
    ]
    lists = {split: bad / f"train_test_overlap_{split}.txt" for split in ("train", "test")}
    overlap = scan_corpus(table, lists=lists)
    assert [str(problem) for problem in overlap.problems] == [
        "train_test_overlap_train.txt:2: 'ok_2' is in the train list and, in train_test_overlap_test.txt:1, in the "
        "test list; delete it from one; until then it is used for test only"
    ]
    assert overlap.splits == {"train": ("ok_1",), "val": (), "test": ("ok_2",)}


@pytest.mark.parametrize("name", [name for name, found in TABLES.items() if any(e[0] == "fatal" for e in found)])
def test_preparing_what_cannot_be_read_stops_with_its_cause(bad: Path, name: str) -> None:
    with pytest.raises(CorpusError, match=rf"metadata_{name}\.csv"):
        read_corpus(bad / f"metadata_{name}.csv")
