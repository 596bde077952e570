"""Plain characters: any script, composed, with an inventory that travels."""

from __future__ import annotations

import pytest

from glowvox.errors import TextError
from glowvox.text.characters import BASE, CharactersFrontEnd
from glowvox.text.frontend import make_front_end, token_names
from glowvox.text.graphemes import graphemes
from glowvox.text.symbols import Symbols


def names(text: str) -> list[str]:
    return token_names(CharactersFrontEnd()(text))


def test_four_characters_are_four_tokens() -> None:
    assert names("你好世界") == ["^", "你", "好", "世", "界", "$"]


def test_characters_stay_as_they_stand() -> None:
    assert names("Ab 12, ñ") == ["^", "A", "b", " ", "1", "2", ",", " ", "ñ", "$"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e\u0301a", ["é", "a"]),  # composed
        ("\u1112\u1161\u11ab", ["한"]),  # Hangul from its parts
        ("नमस्ते", ["न", "म", "स्", "ते"]),  # vowel signs and virama stay with their letter
        ("👩‍🚀🇩🇪🇫🇷👍🏽x", ["👩‍🚀", "🇩🇪", "🇫🇷", "👍🏽", "x"]),
        ("q\u0301", ["q\u0301"]),  # no composed form: two code points, one character
    ],
)
def test_a_letter_and_its_marks_are_one(text: str, expected: list[str]) -> None:
    found = list(graphemes(text, 0, len(text)))
    assert [letter.text for letter in found] == expected
    assert [place for letter in found for place in letter.span][1:-1:2] == [
        place for letter in found for place in letter.span
    ][2::2]


def test_an_inventory_is_built_from_texts_and_travels() -> None:
    built = CharactersFrontEnd.build(["ba", "ab c"])
    assert built.symbols.names == ("_", "^", "$", " ", "a", "b", "c")
    again = make_front_end("characters", symbols=Symbols(built.symbols.names))
    assert again.symbols.encode(token_names(again("a c"))) == [1, 4, 3, 6, 2]


def test_what_the_inventory_lacks_is_noted_once_with_code_point_and_column() -> None:
    front_end = CharactersFrontEnd.build(["ab."])
    sentences = front_end("ax. bx☂")
    assert token_names(sentences) == ["^", "a", ".", " ", "b", "$"]
    notes = [note for s in sentences for note in s.notes]
    assert [note.message for note in notes] == [
        "'x' at column 2 is not among the symbols: not spoken",
        "'☂' (U+2602) at column 7 is not among the symbols: not spoken",
    ]
    assert [note.span for note in notes] == [(1, 2), (6, 7)]


def test_the_models_own_symbols_are_not_spoken() -> None:
    (sentence,) = CharactersFrontEnd()("a_b")
    assert token_names([sentence]) == ["^", "a", "b", "$"]
    assert sentence.notes[0].message == "'_' at column 2 is used by the model itself: not spoken"


def test_pauses_are_the_only_markup() -> None:
    first, second = CharactersFrontEnd()("好[pause:0.5s]{K}")
    assert first.pause_after_s == 0.5
    assert [token.symbol for token in second.tokens] == ["{", "K", "}"]
    with pytest.raises(TextError, match="column 1: 'x' is no duration"):
        CharactersFrontEnd()("[pause:x]")


def test_spans_point_into_the_text() -> None:
    (sentence,) = CharactersFrontEnd()(" e\u0301 b")
    assert [(token.symbol, token.span) for token in sentence.tokens] == [("é", (1, 3)), (" ", (4, 4)), ("b", (4, 5))]
    assert [(word.text, word.spoken) for word in sentence.words] == [("e\u0301", "é"), ("b", "b")]


def test_a_new_front_end_has_the_bare_inventory() -> None:
    assert CharactersFrontEnd().symbols == BASE
