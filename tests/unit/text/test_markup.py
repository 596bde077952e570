"""What a writer may put into a text."""

from __future__ import annotations

import pytest

from glowvox.errors import TextError
from glowvox.text.markup import Inline, read_markup, read_pauses
from glowvox.text.records import Pause


def test_groups_words_and_pauses_are_found_with_their_spans() -> None:
    marked = read_markup("A {K AE1 T} [dog](/dɔɡ/) [cow](/K AW1/)[pause:0.5s]x [pause: 250 ms ]")
    assert marked.inlines == (
        Inline("{K AE1 T}", (2, 11), ("K", "AE1", "T")),
        Inline("dog", (12, 24), ("D", "AO1", "G")),
        Inline("cow", (25, 39), ("K", "AW1")),
    )
    assert marked.pauses == (Pause(0.5, (39, 51)), Pause(0.25, (53, 69)))


@pytest.mark.parametrize(
    "text", ["[sic]", "[a](b)", "{some words}", "{unclosed HH", "[pause]", "a [1] b", "{}", "[x] (/y/)", "{k, v}"]
)
def test_other_brackets_stay_text(text: str) -> None:
    marked = read_markup(text)
    assert marked.inlines == ()
    assert marked.pauses == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ab {HH AH7}", r"column 4: 'AH7' is no ARPAbet phone; did you mean 'AH'"),
        ("ab {HEL OW1}", r"column 4: 'HEL' is no ARPAbet phone"),
        ("[w](/k9/)", r"column 1: '9' is no IPA letter of English"),
        ("[w](/ /)", r"column 1: no phonemes"),
        ("x [pause:soon]", r"column 3: 'soon' is no duration"),
        ("x [pause:1]", r"column 3: '1' is no duration"),
        ("x [pause:-1s]", r"column 3: '-1s' is no duration"),
        ("[pause:100s]", r"column 1: a pause of 100 s is longer than the 60 s allowed"),
    ],
)
def test_mistakes_are_named_by_column(text: str, message: str) -> None:
    with pytest.raises(TextError, match=message):
        read_markup(text)


def test_pauses_alone() -> None:
    assert read_pauses("{HH AH7} [pause:1s]") == (Pause(1.0, (9, 19)),)
