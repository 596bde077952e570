"""Settings files with comments and trailing commas."""

from __future__ import annotations

from pathlib import Path

import pytest

from glowvox.errors import ConfigError
from glowvox.importers.json_file import read_json

LOOSE = """{ // what it is
  "path": "//server/share", /* a, comment, } */
  "text": "a,} b // no comment",
  "list": [1, 2, // two
  ],
  "inner": {"a": 1, },
}
"""


def test_comments_and_trailing_commas_are_passed_over_outside_strings(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(LOOSE)
    assert read_json(tmp_path / "a.json") == {
        "path": "//server/share", "text": "a,} b // no comment", "list": [1, 2], "inner": {"a": 1},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "a.json: not valid JSON: "),
        (b'{"a": 1,, }', "a.json: not valid JSON: "),
        (b"\xff\xfe", "a.json: not valid JSON: "),
        (b"[1]", "a.json: holds a list, expected a table of numbers"),
        (b"[" * 100_000, "a.json: not valid JSON: "),
        (None, "a.json: no such file"),
    ],
)
def test_files_that_are_none_are_refused(content: bytes | None, message: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        read_json(tmp_path / "a.json", expected="a table of numbers")
