"""Sentences of hard texts, at once and as they arrive."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from glowvox.text.sentences import SentenceSplitter, split_sentences

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "hard_sentences.toml").read_text(encoding="utf-8")
)["case"]
RIGHT = [pytest.param(case, id=case["about"]) for case in CASES]


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize("case", RIGHT)
def test_splits(case: dict[str, Any]) -> None:
    assert sentences(case.get("joined", " ").join(case["sentences"])) == case["sentences"]


@pytest.mark.parametrize("case", RIGHT)
@pytest.mark.parametrize("size", [1, 3, 7])
def test_splits_the_same_in_chunks(case: dict[str, Any], size: int) -> None:
    text = case.get("joined", " ").join(case["sentences"])
    splitter = SentenceSplitter()
    found = [piece for start in range(0, len(text), size) for piece in splitter.feed(text[start : start + size])]
    found += splitter.flush()
    assert [span for _, span in found] == split_sentences(text)
    assert [sentence for sentence, _ in found] == sentences(text)


def test_a_sentence_is_given_as_soon_as_the_next_begins() -> None:
    splitter = SentenceSplitter()
    assert splitter.feed("Hello there. ") == []
    assert splitter.feed("W") == [("Hello there.", (0, 12))]
    assert splitter.feed("ho is it?") == []
    assert splitter.flush() == [("Who is it?", (13, 23))]


def test_a_splitter_begins_anew_after_a_flush() -> None:
    splitter = SentenceSplitter()
    splitter.feed("One.")
    splitter.flush()
    assert splitter.feed("Two. T") == [("Two.", (0, 4))]


@pytest.mark.parametrize("text", ["", " ", "\n\n\t"])
def test_white_space_holds_no_sentence(text: str) -> None:
    assert split_sentences(text) == []


def test_spans_leave_out_the_space_around() -> None:
    assert split_sentences("  One.  Two.  ") == [(2, 6), (8, 12)]
