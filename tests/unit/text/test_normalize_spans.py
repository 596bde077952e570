"""Where the spoken words come from, how they are marked, and what is remarked."""

from __future__ import annotations

import pytest

from glowvox.text.normalize import NormalWord, normalize


def test_words_as_written_have_no_rule() -> None:
    assert normalize("Hello, world").words == (
        NormalWord("hello", (0, 5)),
        NormalWord(",", (5, 6)),
        NormalWord("world", (7, 12)),
    )


def test_the_words_of_a_number_share_its_span_and_rule() -> None:
    assert normalize("pay $25 now").words[1:4] == (
        NormalWord("twenty", (4, 7), "money"),
        NormalWord("five", (4, 7), "money"),
        NormalWord("dollars", (4, 7), "money"),
    )


def test_letters_of_an_acronym_are_spelled() -> None:
    assert normalize("an FBI man").words[1:4] == (
        NormalWord("f", (3, 6), "acronym", spell=True),
        NormalWord("b", (3, 6), "acronym", spell=True),
        NormalWord("i", (3, 6), "acronym", spell=True),
    )


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("vitamin C", ["c"]),
        ("plan A.", ["a"]),
        ("A man and I", []),
        ("x = y", ["x", "y"]),
        ("CDs", ["c", "d's"]),
        ("at 5 p.m. sharp", ["p", "m"]),
        ("J. R. Smith", ["j", "r"]),
        ("COVID-19", []),
        ("MP3", ["m", "p"]),
    ],
)
def test_which_letters_are_spelled(text: str, spelled: list[str]) -> None:
    assert [word.text for word in normalize(text).words if word.spell] == spelled


def test_spans_count_in_the_original_where_characters_vanish_or_grow() -> None:
    text = "\ufeffcafe\u0301 \u200bﬁne Straße 5㎞"
    spans = {word.text: text[slice(*word.span)] for word in normalize(text).words}
    assert spans == {
        "cafe": "cafe\u0301",
        "fine": "ﬁne",
        "strasse": "Straße",
        "five": "5㎞",
        "kilometers": "5㎞",
    }


def test_a_full_stop_that_ends_a_sentence_keeps_its_own_span() -> None:
    assert normalize("at 3 p.m.").words[-1] == NormalWord(".", (8, 9))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("3:30", "time"),
        ("2024-05-17", "date"),
        ("in 1999", "year"),
        ("the 1990s", "decade"),
        ("5 km", "unit"),
        ("1st", "ordinal"),
        ("10-20", "range"),
        ("1/2", "fraction"),
        ("50%", "percent"),
        ("Mr.", "abbreviation"),
        ("Henry VIII", "roman numeral"),
        ("a@b.com", "e-mail"),
        ("www.a.com", "address"),
        ("555-1234", "telephone number"),
        ("☂", "symbol"),
        ("Ⅷ", "number character"),
    ],
)
def test_the_rule_is_named(text: str, rule: str) -> None:
    assert normalize(text).words[-1 if text != "Mr." else 0].rule == rule


def test_letters_of_other_scripts_are_reported_with_their_place() -> None:
    normalized = normalize("Say Привет now")
    assert normalized.text == "say now"
    (note,) = normalized.notes
    assert (note.kind, note.span) == ("foreign", (4, 10))
    assert note.message == "cannot speak 'Привет': not in Latin letters, 'П' (U+041F), 'р' (U+0440), 'и' (U+0438)"


def test_a_remark_is_made_once() -> None:
    assert len(normalize("日本 and 日本 and 日本").notes) == 1


def test_numbers_inside_foreign_words_are_spoken() -> None:
    assert normalize("日½本5Я②").text == "one half five two"


def test_symbols_read_by_their_unicode_name_are_reported() -> None:
    (note,) = normalize("a 🦊").notes
    assert (note.kind, note.span) == ("symbol", (2, 3))
    assert note.message == "read '🦊' (U+1F98A) by its Unicode name, 'fox face'"


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [("a\ud800b", "unknown", "U+D800"), ("a\ue000b", "unknown", "U+E000"), ("a\x07b", "control", "U+0007")],
)
def test_what_is_no_character_is_reported_and_parts_words(text: str, kind: str, code: str) -> None:
    normalized = normalize(text)
    assert normalized.text == "a b"
    (note,) = normalized.notes
    assert note.kind == kind
    assert code in note.message


def test_plain_text_has_no_remarks() -> None:
    assert normalize("It's “plain” – with 5 km, $3 & π…\tNew\nlines.").notes == ()


def test_a_very_long_run_of_digits_is_read_one_by_one() -> None:
    words = normalize("7" * 20_000).words
    assert len(words) == 20_000
    assert {word.text for word in words} == {"seven"}


@pytest.mark.parametrize("unit", ["a", "A", "(", "1,", "1.", "A.", "'", "$1 ", "= ", "日", "\u200b", "@", "1-", "/a"])
def test_long_monotonous_text_is_read_to_its_end(unit: str) -> None:
    text = unit * (4_000 // len(unit))
    words = normalize(text).words
    assert all(0 <= word.span[0] <= word.span[1] <= len(text) for word in words)
    spoken = words[-1].span[1] if words else len(text)
    assert spoken >= len(text) - 4 or unit in "日'"
