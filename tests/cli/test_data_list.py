"""`data list`: the sentences of a split, in the form that `say --batch` reads."""

from __future__ import annotations

import json
from pathlib import Path

from glowvox.cli.saying.rows import Row, read_rows
from tests.cli.conftest import Command
from tests.fixtures.prepared import make_prepared


def test_a_prepared_folder_gives_the_rows_of_its_split(tmp_path: Path, glowvox: Command) -> None:
    make_prepared(tmp_path / "p", speakers=2)
    index = tmp_path / "p" / "index.jsonl"
    rows = [json.loads(line) for line in index.read_text().splitlines()]
    rows[8] |= {"id": "a/b c", "text": "Two\tbirds\nsaw."}  # no name of a file, no text of one line
    index.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = glowvox("data", "list", tmp_path / "p", "--split", "val")
    assert done.status == 0, done.err
    assert done.out.splitlines()[0] == "a_b_c\tTwo birds saw.\tspeaker0"
    (tmp_path / "val.tsv").write_text(done.out)
    found = list(read_rows(tmp_path / "val.tsv"))
    assert [row.id for row in found if isinstance(row, Row)] == ["a_b_c", "clip09"]
    assert len(glowvox("data", "list", tmp_path / "p").out.splitlines()) == 1


def test_a_corpus_gives_its_own_list(tmp_path: Path, glowvox: Command) -> None:
    (tmp_path / "anna-en" / "wavs").mkdir(parents=True)
    (tmp_path / "anna-en" / "metadata.csv").write_text("one|One.\ntwo|Two.\nthree|Three.\n")
    for name in ("one", "two", "three"):
        (tmp_path / "anna-en" / "wavs" / f"{name}.wav").touch()
    (tmp_path / "anna-en" / "train.txt").write_text("one\n")
    (tmp_path / "anna-en" / "val.txt").write_text("three\n")
    (tmp_path / "anna-en" / "test.txt").write_text("two\n")
    assert glowvox("data", "list", tmp_path / "anna-en").out == "two\tTwo.\tanna\n"


def test_a_split_of_nothing_is_refused(tmp_path: Path, glowvox: Command) -> None:
    make_prepared(tmp_path / "p")
    index = tmp_path / "p" / "index.jsonl"
    index.write_text("".join(line for line in index.read_text().splitlines(keepends=True) if '"test"' not in line))
    done = glowvox("data", "list", tmp_path / "p", "--split", "test")
    assert done.status == 3
    assert "no sentence in its test list" in done.err
