"""Word and character errors, their sums, and the list of disagreements."""

from __future__ import annotations

import pytest

from glowvox.evaluate.judges.normaliser import english_normaliser
from glowvox.evaluate.words import (
    Errors,
    character_errors,
    common_disagreements,
    disagreements,
    total,
    word_errors,
)


def test_word_errors_are_counted_over_the_words_said() -> None:
    assert word_errors("the cat sat", "the cat sat on it") == Errors(2, 3)
    assert word_errors("the cat sat", "") == Errors(3, 3)
    assert word_errors("one", "two three four") == Errors(3, 1)


def test_character_errors_leave_spaces_out() -> None:
    assert character_errors("to day", "today") == Errors(0, 5)
    assert character_errors("a bc", "a  dc") == Errors(1, 3)
    assert character_errors("a bc", "") == Errors(3, 3)


def test_sums_are_taken_before_the_division() -> None:
    # a mean of rates would say 50 %
    counts = [word_errors("no", "know"), word_errors("the tide turned at noon today", "the tide turned at noon today")]
    assert total(counts) == Errors(1, 7)
    assert total(counts).rate == pytest.approx(1 / 7)


def test_nothing_said_has_no_rate() -> None:
    assert total([]).rate is None


def test_neighbouring_differences_are_one_place() -> None:
    said, heard = "apologized whittemore and left", "apologized with more and left now"
    assert disagreements(said, heard) == [("whittemore", "with more"), ("", "now")]


def test_commonest_disagreements_come_first() -> None:
    pairs = [("a b", "a c"), ("b", "c"), ("x y", "x")]
    assert common_disagreements(pairs) == [("b", "c", 2), ("y", "", 1)]
    assert common_disagreements(pairs, most=1) == [("b", "c", 2)]


def test_normaliser_keeps_the_words_in_brackets() -> None:
    pytest.importorskip("whisper_normalizer", reason="the eval extra is not installed")
    normalise = english_normaliser()
    assert normalise("He (the captain) said [twice]: It's Colour!") == "he the captain said twice it is color"
    assert normalise("twenty-one, Mr. Smith") == normalise("21 mister smith")
