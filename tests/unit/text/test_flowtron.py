"""The published Flowtron front end: what it reads, what it refuses, where its words come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from glowvox.errors import ConfigError, TextError
from glowvox.text.flowtron import NAMES, FlowtronFrontEnd, read_heteronyms, read_unambiguous
from glowvox.text.flowtron_cleaner import clean
from glowvox.text.frontend import make_front_end

WORDS = {"HELLO": "HH AH0 L OW1", "WORLD": "W ER1 L D", "SMITH": "S M IH1 TH", "NASA": "N AE1 S AH0", "READ": "R EH1 D"}


def nothing(_word: str) -> None:
    return None


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\tb  c", "a b c"),
        ("well-known - yes", "well known - yes"),
        ("at 9:05am", "at nine five {EY1} {EH1 M}"),
        ("at 9:00 pm", "at nine {P IY1} {EH1 M}"),
        ("at 9 PM", "at nine"),
        ("at 17:30 and 3:", "at seventeen thirty and three "),
        ("£1,250, £999", "twelve fifty pounds, nine hundred ninety nine pounds"),
        ("$1", "one dollar "),
        ("$2.01", "two dollars, one cent "),
        ("$.50", "fifty cents "),
        ("$0 was", "zero dollarswas"),
        ("$2.5 million", "two point five million dollars "),
        ("$2.5 Million", "two dollars, five cents "),
        ("$1.2.3", "one point two.three dollars"),
        ("2,100 and 2100th", "twenty-one hundred and two thousand, one hundredth"),
        ("1905, 1066, 2000", "nineteen oh five, ten sixty six, two thousand"),
        ("2007, 3000", "two thousand seven, three thousand"),
        ("1000 1001 2999", "one thousand ten oh one twenty nine ninety nine"),
        ("21k, 5 F, 3d", "twenty-one thousand, five fahrenheit, three d"),
        ("the 1990's, 7's", "the nineteen nineties, seven"),
        ("123456", "one hundred twenty three thousand four hundred fifty six"),
        ("No. 5, no. 6, nos.", "number five, number six, nos."),
        ("the U.S.A. and PCs", "the {Y UW1} {EH1 S} {EY1} and {P IY1} {S IY1 Z}"),
        ("WW", "{D AH1 B AH0 L Y UW0} {D AH1 B AH0 L Y UW0}"),
    ],
)  # fmt: skip
def test_cleaning(text: str, cleaned: str) -> None:
    assert clean(text, nothing) == cleaned


@pytest.mark.parametrize("text", ["7$,2t", "}pB8,.69d", "$5million"])
def test_what_stops_the_original_is_refused_in_words(text: str) -> None:
    with pytest.raises(TextError, match="cannot be read by the published Flowtron code"):
        clean(text, nothing)


def test_words_become_phones_where_the_dictionary_is_sure() -> None:
    front_end = FlowtronFrontEnd(WORDS.get, frozenset({"read"}))
    said = front_end.spell
    assert said('"Hello, Smith\'s world!" NASA', lambda: True) == (
        '"{HH AH0 L OW1}, {S M IH1 TH Z} {W ER1 L D}!" {N AE1 S AH0}'
    )
    assert said("read boss's it's", lambda: True) == "read boss it's"
    assert said("Hello world", lambda: False) == "Hello world"
    turns = iter([False, True])
    assert said("Hello world", lambda: next(turns)) == "Hello {W ER1 L D}"


def test_ids_are_places_in_the_inventory_and_strangers_are_noted() -> None:
    assert len(NAMES) == 185
    front_end = FlowtronFrontEnd(WORDS.get, frozenset())
    sentence = front_end("Hello ☂b")[0]
    assert [token.symbol for token in sentence.tokens] == ["@HH", "@AH0", "@L", "@OW1", " ", "b"]
    assert [note.message for note in sentence.notes] == [
        "'☂' (U+2602) at column 7 is not among the model's symbols: not spoken"
    ]
    assert front_end.ids("Hello!")[-1] == 0
    with pytest.raises(TextError, match="nothing in the text can be spoken"):
        front_end("☂")


def test_dictionary_and_heteronyms_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "cmudict_dictionary").write_bytes(
        ";;; remark\nHELLO  HH AH0 L OW1\nREAD  R EH1 D\nREAD(1)  R IY1 D\nODD  X Y\nWORLD  W ER1 L D\n".encode(
            "latin-1"
        )
    )
    assert read_unambiguous(tmp_path / "cmudict_dictionary") == {"HELLO": WORDS["HELLO"], "WORLD": WORDS["WORLD"]}
    for lexicon in (tmp_path, tmp_path / "cmudict_dictionary"):
        said = make_front_end("flowtron", lexicon=lexicon)("hello world read")[0].words[0].spoken
        assert said == "{HH AH0 L OW1} {W ER1 L D} read"
    (tmp_path / "heteronyms").write_text("world\n\nhello \n")
    assert read_heteronyms(tmp_path / "heteronyms") == {"world", "hello"}
    assert make_front_end("flowtron", lexicon=tmp_path)("hello")[0].words[0].spoken == "hello"


def test_without_files_our_own_dictionary_serves_and_letters_can_be_had() -> None:
    assert make_front_end("flowtron")("The cat, Dr. Wind").pop().words[0].spoken == "{DH AH0} {K AE1 T}, Dr. Wind"
    letters = make_front_end("flowtron:letters")("The cat")[0]
    assert "".join(token.symbol for token in letters.tokens) == "The cat"
    assert letters.words[0].source == "characters"


@pytest.mark.parametrize(("name", "content"), [("missing", None), ("empty", b""), ("heteronyms", b"\xff")])
def test_files_that_cannot_be_used_are_named(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TextError, match=name):
        (read_heteronyms if name == "heteronyms" else read_unambiguous)(path)


def test_an_unknown_variant_is_refused() -> None:
    with pytest.raises(ConfigError, match="the only variant is 'letters'"):
        make_front_end("flowtron:words")
