from __future__ import annotations

import pytest

from glowvox.evaluate.lost_words import Place, hold, places


@pytest.mark.parametrize(
    ("said", "heard", "expected"),
    [
        ("a b c d", "a b c d", []),
        ("we saw the big dog run", "we saw run", [("lost", "the big dog", "")]),
        ("we saw the big dog run", "we saw a run", [("lost", "the big dog", "a")]),
        ("we saw the dog run", "we the dog run", [("changed", "saw", "")]),
        ("see the big dog", "see the big the big dog", [("repeated", "", "the big")]),
        ("the tide turned", "the tide turned the tide turned", [("repeated", "", "the tide turned")]),
        ("the tide turned", "the tide turned thank you", [("added", "", "thank you")]),
        ("nobody", "", [("changed", "nobody", "")]),
        ("not a soul", "", [("lost", "not a soul", "")]),
    ],
)
def test_runs_of_two_words_count_and_the_rest_is_kept(
    said: str, heard: str, expected: list[tuple[str, str, str]]
) -> None:
    assert places(said, heard) == [Place(*place) for place in expected]


@pytest.mark.parametrize(
    ("said", "heard"),
    [("some body else", "somebody else"), ("at 6 45 sharp", "at 6.45 sharp"), ("room 3 0 5", "room 305")],
)
def test_the_same_letters_in_other_words_are_only_written_otherwise(said: str, heard: str) -> None:
    assert [place.kind for place in places(said, heard)] == ["written"]


def test_words_that_sound_alike_are_not_lost() -> None:
    assert places("every one of us", "everyone office") == [Place("changed", "every one of us", "everyone office")]


def test_two_faults_of_a_text_are_two_places() -> None:
    said = "we saw one red fox cross the yard in the rain and go home to our old mill"
    text = hold("x", said, "we saw cross the yard in the rain and go home to our old mill our old mill")
    assert [place.kind for place in text.places] == ["lost", "repeated"]
    assert text.runs == text.places


def test_a_loss_does_not_hide_a_repetition_close_to_it() -> None:
    """The cheapest alignment pairs what was lost with what was repeated, word by word."""
    assert [
        place.kind for place in places("we saw one red fox run to our old mill", "we saw run to a old mill old mill")
    ] == ["repeated"]


def test_a_pair_of_small_words_that_comes_again_far_off_is_no_repetition() -> None:
    assert places("some of the men rode over the hill", "some of the men rode of the hill") == [
        Place("changed", "over", "of")
    ]
