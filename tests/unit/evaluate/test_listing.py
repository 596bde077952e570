"""Tables of sentences, lists of ids and folders of clips."""

from __future__ import annotations

from pathlib import Path

import pytest

from glowvox.errors import InputError, UsageError
from glowvox.evaluate.listing import Sentence, choose, find_clip, read_ids, read_sentences


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.csv", "x|Said.\n", Sentence("x", "Said.")),
        ("a.csv", "x|Mr. B.|Mister B.\r\n", Sentence("x", "Mister B.")),
        ("a.csv", "x|raw||\n", Sentence("x", "raw")),
        ("a.csv", "\ufeffx|raw|normal|slt\n", Sentence("x", "normal", "slt")),
        ("a.tsv", "x\ta | b\n", Sentence("x", "a | b")),
        ("a.csv", "id|speaker|text\nx|slt|Said.\n", Sentence("x", "Said.", "slt")),
    ],
)
def test_layouts(tmp_path: Path, name: str, text: str, expected: Sentence) -> None:
    assert read_sentences(written(tmp_path, name, text)) == [expected]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no sentences"),
        ("x|a\n\ny\n", "line 3: expected an id and a text with '|' between"),
        ("x|a\n|b\n", "line 2: expected an id"),
        ("x|a\nx|b\n", "line 2: the id 'x' stands in a line above too"),
    ],
)
def test_wrong_tables_are_named(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, "a.csv", text)
    with pytest.raises(InputError) as caught:
        read_sentences(path)
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)


def test_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("x|café\n".encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8 at byte 5"):
        read_sentences(path)


def test_ids_choose_and_order(tmp_path: Path) -> None:
    sentences = [Sentence("a", "A."), Sentence("b", "B.")]
    assert choose(sentences, written(tmp_path, "ids.txt", "b\na\nb\n")) == [sentences[1], sentences[0]]
    with pytest.raises(InputError, match="the id 'c' is not in the table"):
        choose(sentences, written(tmp_path, "wrong.txt", "c\n"))
    with pytest.raises(InputError, match="no ids in it"):
        read_ids(written(tmp_path, "empty.txt", "\n"))


def test_clips_are_found_by_suffix(tmp_path: Path) -> None:
    for name in ("a.flac", "b.one.wav", "c.wav"):
        written(tmp_path, name, "")
    assert find_clip(tmp_path, "a").name == "a.flac"
    assert find_clip(tmp_path, "b.one").name == "b.one.wav"
    assert find_clip(tmp_path, "c.wav").name == "c.wav"


def test_missing_and_climbing_clips_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no clip for 'd'"):
        find_clip(tmp_path, "d")
    with pytest.raises(InputError, match="leads out of"):
        find_clip(tmp_path / "..", "../../etc/passwd")
    with pytest.raises(UsageError, match="no such folder of clips"):
        find_clip(tmp_path / "nowhere", "a")
