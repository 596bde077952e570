"""Edit distance and alignment against exhaustive search."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import pytest

from glowvox.evaluate.edits import Step, align, edit_distance


def brute_force(reference: str, hypothesis: str) -> int:
    """The definition, by recursion over every way."""

    @lru_cache
    def least(i: int, j: int) -> int:
        if i == 0 or j == 0:
            return i + j
        paired = least(i - 1, j - 1) + (reference[i - 1] != hypothesis[j - 1])
        return min(paired, least(i - 1, j) + 1, least(i, j - 1) + 1)

    return least(len(reference), len(hypothesis))


WORDS = ["".join(letters) for size in range(5) for letters in product("ab", repeat=size)]


def test_distance_is_that_of_exhaustive_search() -> None:
    for reference, hypothesis in product(WORDS, WORDS):
        assert edit_distance(reference, hypothesis) == brute_force(reference, hypothesis)


def test_alignment_attains_the_distance_and_uses_everything_in_order() -> None:
    for reference, hypothesis in product(WORDS, WORDS):
        steps = align(reference, hypothesis)
        assert sum(step.kind != "same" for step in steps) == edit_distance(reference, hypothesis)
        assert [s.reference for s in steps if s.reference is not None] == list(range(len(reference)))
        assert [s.hypothesis for s in steps if s.hypothesis is not None] == list(range(len(hypothesis)))
        for step in steps:
            if step.reference is not None and step.hypothesis is not None:
                equal = reference[step.reference] == hypothesis[step.hypothesis]
                assert step.kind == ("same" if equal else "changed")


def test_labels_are_compared_whole() -> None:
    assert edit_distance(["aa", "b"], ["a", "ab"]) == 2
    assert align(["sit", "down"], ["sit", "well", "down"]) == [
        Step("same", 0, 0),
        Step("extra", None, 1),
        Step("same", 1, 2),
    ]


def test_agrees_with_jiwer() -> None:
    jiwer = pytest.importorskip("jiwer", reason="the eval extra is not installed")
    pairs = [
        ("the quick brown fox", "a quick red fox ran"),
        ("one two three four", "two three"),
        ("a b a b", "b a b a"),
    ]
    for reference, hypothesis in pairs:
        found = edit_distance(reference.split(), hypothesis.split()) / len(reference.split())
        assert found == pytest.approx(jiwer.wer(reference, hypothesis))
