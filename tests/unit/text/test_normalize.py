"""What the normaliser says for written text: the table is in normalize_cases.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from glowvox.text.normalize import normalize

CASES: dict[str, dict[str, str]] = tomllib.loads(
    (Path(__file__).parent / "normalize_cases.toml").read_text(encoding="utf-8")
)
PAIRS = [
    pytest.param(written, said, id=f"{group}: {written[:30]!r}")
    for group, table in CASES.items()
    for written, said in table.items()
]


@pytest.mark.parametrize(("written", "said"), PAIRS)
def test_says(written: str, said: str) -> None:
    assert normalize(written).text == said


@pytest.mark.parametrize(("written", "said"), PAIRS)
def test_what_is_said_stays(written: str, said: str) -> None:
    assert normalize(said).text == said
