"""The class of a disagreement, read from the two texts alone."""

from __future__ import annotations

import pytest

from glowvox.evaluate.causes import cause
from glowvox.evaluate.lost_words import hold
from glowvox.text.frontend import make_front_end


@pytest.mark.parametrize(
    ("said", "heard", "expected"),
    [
        ("we saw the big dog run", "we saw run", "lost words"),
        ("see the big dog", "see the big the big dog", "repeated words"),
        ("the end", "the end thanks for watching", "added words"),
        ("stop the clock now", "stop the clock", "lost word"),
        ("stop the clock", "stop the the clock", "repeated word"),
        ("had had enough of it", "had had had enough of it", "added word"),
        ("stop the clock", "stop the old clock", "added word"),
        ("row twelve", "row 12", "number format"),
        ("it was 1995", "it was nineteen ninety five", "number format"),
        ("row 12", "row 20", "changed word"),
        ("it was 6 45 then", "it was 6.45 then", "number format"),
        ("at 2 30 p m", "at 2.30 pm", "number format"),
        ("pay $3.50 now", "pay dollar 3.50 now", "number format"),
        ("pay €22 now", "pay euros 22 now", "number format"),
        ("on the 3rd", "on the 3", "number format"),
        ("on the 3rd of may", "on 3 may", "number format"),
        ("on the 3rd of may", "on 4 may", "lost words"),
        ("on bus 18", "on +18", "changed word"),
        ("in 1006", "in 106", "changed word"),
        ("somebody came", "some body came", "recogniser spelling"),
        ("ask mrs okonkwo first", "ask mrs okankwo first", "recogniser spelling"),
        ("we knew it", "we new it", "homophone"),
        ("their house", "there house", "homophone"),
        ("a thin layer", "a tin layer", "changed word"),
        ("a thin layer", "a sin player", "changed word"),
    ],
)
def test_every_place_has_its_cause(said: str, heard: str, expected: str) -> None:
    text = hold("x", said, heard)
    assert [cause(text, place, make_front_end("english")) for place in text.places] == [expected]


def test_words_of_the_dictionary_are_never_called_a_spelling() -> None:
    text = hold("x", "the ship left", "the sheep left")
    assert [cause(text, place, make_front_end("english")) for place in text.places] == ["changed word"]
