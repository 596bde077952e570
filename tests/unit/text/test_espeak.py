"""espeak-ng behind our protocol, with a stand-in for its library."""

from __future__ import annotations

import sys

import pytest

from glowvox.errors import MissingPart
from glowvox.text import espeak
from glowvox.text.espeak import EspeakFrontEnd
from glowvox.text.frontend import make_front_end, token_names
from glowvox.text.symbols import Symbols


class Said:
    """Says the words it knows."""

    def phonemize(self, text: list[str]) -> list[str]:
        return [{"Guten": "ɡˈuːtən ", "Tag": "tˈɑːk ", "3.5": "dʁˈaɪ kˈɔma fˈʏnf"}[word] for word in text]


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> EspeakFrontEnd:
    monkeypatch.setattr(espeak, "_backend", lambda voice: Said())
    return EspeakFrontEnd("de")


def test_words_become_characters_of_ipa(german: EspeakFrontEnd) -> None:
    (sentence,) = german("Guten Tag!")
    assert token_names([sentence]) == ["^", *"ɡˈuːtən", " ", *"tˈɑːk", "!", "$"]
    assert [(w.text, w.span, w.source) for w in sentence.words] == [
        ("Guten", (0, 5), "espeak"),
        ("Tag", (6, 9), "espeak"),
    ]


def test_numbers_are_left_to_espeak(german: EspeakFrontEnd) -> None:
    assert token_names(german("3.5"))[1:-1] == [*"dʁˈaɪkˈɔmafˈʏnf"]


def test_the_name_makes_it_again(german: EspeakFrontEnd) -> None:
    assert german.name == "espeak:de"
    assert make_front_end("espeak:de") == german
    assert make_front_end("espeak").name == "espeak:en-us"


def test_what_a_model_lacks_is_noted_once(german: EspeakFrontEnd) -> None:
    small = EspeakFrontEnd("de", Symbols(("_", "^", "$", " ", *"ɡutənɑk")))
    (sentence,) = small("Guten Tag")
    assert token_names([sentence]) == ["^", *"ɡutən", " ", *"tɑk", "$"]
    assert [note.message for note in sentence.notes] == [
        "'ˈ' (U+02C8) at column 1 is not among the symbols: not spoken",
        "'ː' (U+02D0) at column 1 is not among the symbols: not spoken",
    ]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "phonemizer", None)
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    espeak._backend.cache_clear()
    with pytest.raises(MissingPart, match=r"pip install 'glowvox\[espeak\]'"):
        EspeakFrontEnd("de")("Hallo")
