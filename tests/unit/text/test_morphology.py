"""Forms of known words."""

from __future__ import annotations

import pytest

from glowvox.text.morphology import inflect, with_ed, with_ing, with_s

KNOWN = {
    "cat": "K AE1 T",
    "dog": "D AO1 G",
    "bus": "B AH1 S",
    "bake": "B EY1 K",
    "plan": "P L AE1 N",
    "try": "T R AY1",
    "load": "L OW1 D",
    "night": "N AY1 T",
    "glow": "G L OW1",
    "singing": "S IH1 NG IH0 NG",
}


def lookup(word: str) -> tuple[str, ...] | None:
    return tuple(KNOWN[word].split()) if word in KNOWN else None


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("cat's", "K AE1 T S"),
        ("dog's", "D AO1 G Z"),
        ("bus's", "B AH1 S IH0 Z"),
        ("dogs'", "D AO1 G Z"),
        ("dogs", "D AO1 G Z"),
        ("buses", "B AH1 S IH0 Z"),
        ("tries", "T R AY1 Z"),
        ("baked", "B EY1 K T"),
        ("planned", "P L AE1 N D"),
        ("loaded", "L OW1 D IH0 D"),
        ("tried", "T R AY1 D"),
        ("baking", "B EY1 K IH0 NG"),
        ("planning", "P L AE1 N IH0 NG"),
        ("singin'", "S IH1 NG IH0 N"),
    ],
)
def test_endings(word: str, phones: str) -> None:
    assert " ".join(inflect(word, lookup) or ()) == phones


@pytest.mark.parametrize("word", ["xyzzy", "glass", "ing", "s", "ed", "'s", "catt", "nightglow"])
def test_other_words_are_left_alone(word: str) -> None:
    assert inflect(word, lookup) is None


def test_voicing() -> None:
    assert with_s(("L", "AE1", "F")) == ("L", "AE1", "F", "S")
    assert with_s(("JH", "AH1", "JH")) == ("JH", "AH1", "JH", "IH0", "Z")
    assert with_ed(("L", "AE1", "F")) == ("L", "AE1", "F", "T")
    assert with_ed(("HH", "AH1", "G")) == ("HH", "AH1", "G", "D")
    assert with_ing(("G", "OW1")) == ("G", "OW1", "IH0", "NG")
