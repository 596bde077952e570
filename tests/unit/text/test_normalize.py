"""What the normaliser says for written text: the table is in normalize_cases.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from glowvox.text.normal.rules import RULES
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


def test_no_group_of_a_rule_is_possessive() -> None:
    """Python 3.11.2, which Debian has, goes wrong over them: "O' " was read as "o'"."""
    rules = {rule.pattern.expression for rules in RULES.values() for rule in rules}
    assert len(rules) > 90
    assert not [expression for expression in rules if re.search(r"\)(?:[*+?]|\{[\d,]+\})\+", expression)]
