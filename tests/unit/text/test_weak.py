"""Function words in their weak and strong forms."""

from __future__ import annotations

import pytest

from glowvox.text.lexicon import shipped
from glowvox.text.symbols import PHONES
from glowvox.text.weak import weak_form

VOWEL, CONSONANT = ("AE1", "P"), ("K", "AE1")


@pytest.mark.parametrize(
    ("word", "following", "phones"),
    [
        ("the", VOWEL, "DH IY0"),
        ("the", CONSONANT, "DH AH0"),
        ("the", None, "DH AH1"),
        ("to", VOWEL, "T UW0"),
        ("to", CONSONANT, "T AH0"),
        ("to", None, "T UW1"),
        ("a", CONSONANT, "AH0"),
        ("a", None, "EY1"),
        ("him", None, "HH IH0 M"),
        ("of", CONSONANT, "AH0 V"),
        ("of", None, None),  # as the dictionary has it
        ("cat", CONSONANT, None),
    ],
)
def test_forms(word: str, following: tuple[str, ...] | None, phones: str | None) -> None:
    assert weak_form(word, following) == (tuple(phones.split()) if phones else None)


def test_weak_forms_are_unstressed_and_of_words_the_dictionary_has() -> None:
    for word in ("i", "you", "he", "it", "they", "and", "or", "of", "for", "from", "with", "is", "was", "can", "will"):
        form = weak_form(word, CONSONANT)
        assert form is not None
        assert word in shipped()
        assert all(phone in PHONES for phone in form)
        assert not any(phone.endswith(("1", "2")) for phone in form)


def test_an_unsounded_neighbour_is_no_vowel() -> None:
    assert weak_form("the", ()) == ("DH", "AH0")
