"""Corpus tables are UTF-8; everything else is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from glowvox.data.table import Line, read_lines


def read(folder: Path, content: bytes) -> tuple[list[Line], list[str]]:
    path = folder / "metadata.csv"
    path.write_bytes(content)
    lines, problems = read_lines(path, folder)
    return lines, [f"{problem.severity} {problem}" for problem in problems]


@pytest.mark.parametrize(
    "content",
    [
        b"a|one\nb|two\n",
        b"a|one\nb|two",
        b"a|one\r\nb|two\r\n",
        b"a|one\rb|two\r",
        b"\xef\xbb\xbfa|one\nb|two\n",
    ],
    ids=["unix", "no newline at the end", "windows", "old mac", "byte-order mark"],
)
def test_line_ends_and_marks_make_no_difference(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, content) == ([Line(1, "a|one"), Line(2, "b|two")], [])


def test_blank_lines_keep_the_count_of_rows(tmp_path: Path) -> None:
    assert read(tmp_path, b"\na|one\n  \nb|two\n")[0] == [Line(2, "a|one"), Line(4, "b|two")]


def test_only_line_feeds_end_a_line(tmp_path: Path) -> None:
    text = "a|one\u2028still one\x0band more\x85\n"
    assert read(tmp_path, text.encode())[0] == [Line(1, text.rstrip("\n"))]


def test_a_lone_quote_swallows_nothing(tmp_path: Path) -> None:
    assert len(read(tmp_path, b'a|say "one\nb|two\n')[0]) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"a|one\nb|caf\xe9\n",
            "fatal metadata.csv:2: byte 0xE9 at byte 6 of line 2 is not UTF-8 (Latin-1 or Windows-1252?); "
            "save the file as UTF-8, as with: iconv -f WINDOWS-1252 -t UTF-8",
        ),
        (
            "a|one\n".encode("utf-16"),
            "fatal metadata.csv: the file is UTF-16, not UTF-8; "
            "save the file as UTF-8, as with: iconv -f UTF-16 -t UTF-8",
        ),
        (
            "a|one\nb|café\n".encode("utf-16-le"),
            "fatal metadata.csv: the file is UTF-16 without a mark, not UTF-8; "
            "save the file as UTF-8, as with: iconv -f UTF-16LE -t UTF-8",
        ),
        (b"", "fatal metadata.csv: the file is empty; write one entry a line into it, or delete it"),
        (b" \n\n", "fatal metadata.csv: the file is empty; write one entry a line into it, or delete it"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_problem(tmp_path: Path, content: bytes, message: str) -> None:
    assert read(tmp_path, content) == ([], [message])


def test_a_nul_byte_costs_its_line_only(tmp_path: Path) -> None:
    lines, problems = read(tmp_path, b"a|one\nb|t\0wo\nc|three\n")
    assert [line.row for line in lines] == [1, 3]
    assert problems == ["error metadata.csv:2: a NUL byte at character 4; delete it; the row was left out"]


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    _, problems = read_lines(tmp_path / "gone.csv", tmp_path)
    assert [problem.cause for problem in problems] == ["cannot be read: No such file or directory"]
