"""The front end of the published Glow-TTS code, oddities included."""

from __future__ import annotations

from pathlib import Path

import pytest

from glowvox.errors import TextError
from glowvox.text.authors import BLANK, NAMES, AuthorsFrontEnd, read_dictionary
from glowvox.text.authors_cleaner import clean
from glowvox.text.frontend import make_front_end, token_names
from glowvox.text.symbols import Symbols
from glowvox.text.transliteration import transliterate
from tests.golden.checks_text import check

WORDS = {"HELLO": "HH AH0 L OW1", "THE": "DH AH0"}


def names(text: str, *, dictionary: dict[str, str] | None = None) -> str:
    sentences = AuthorsFrontEnd(dictionary or {})(text)
    return "".join(name if len(name) == 1 else f"<{name[1:]}>" for name in token_names(sentences, framed=False))


def test_ids_of_the_published_code_are_reproduced(golden_dir: Path) -> None:
    results = check(golden_dir / "text_ids.json")
    assert len([r for r in results if r.status == "ok" and r.tensor.startswith("authors/")]) == 102
    assert [r for r in results if r.status != "ok"] == []


def test_the_inventory() -> None:
    assert len(NAMES) == 148
    assert NAMES[:12] == ("_", "-", "!", "'", "(", ")", ",", ".", ":", ";", "?", " ")
    assert AuthorsFrontEnd(add_blank=True).symbols.names[148] == BLANK


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1001 1905 1900", "ten oh one nineteen oh five nineteen hundred"),
        ("2000 2005 2010 2019", "two thousand two thousand five twenty ten twenty nineteen"),
        ("100 999 3001", "one hundred nine hundred ninety-nine three thousand one"),
        ("12,345", "twelve thousand, three hundred forty-five"),
        ("1st 22nd 101st", "first twenty-second one hundred and first"),
        ("1,012th 3000th", "one thousand and twelfth three thousandth"),
        ("$1 $2.50 $0.99", "one dollar two dollars, fifty cents ninety-nine cents"),
        ("$.01 $0 $1.2.3", "one cent zero dollars one point two.three dollars"),
        ("0.5 3.14", "zero point five three point fourteen"),
        ("£5", "psfive"),
        ("Mr. Gen. co. most. esq.", "mister general company most. esquire"),
        ("Ærø ŒUVRE “x” — y…", 'aero oeuvre "x" -- y...'),
        (" a \n b ", " a b "),
    ],
)  # fmt: skip
def test_cleaning(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_numbers_have_an_end() -> None:
    assert clean("1" + "0" * 33) == "one decillion"
    with pytest.raises(TextError, match="is too long to be read"):
        clean("1" * 40)


def test_words_are_looked_up_with_their_punctuation() -> None:
    assert names("hello the hello.", dictionary=WORDS) == "<HH><AH0><L><OW1> <DH><AH0> hello."


def test_pieces_before_a_group_are_never_looked_up() -> None:
    assert names("the {HH AY1} the", dictionary=WORDS) == "the <HH><AY1> <DH><AH0>"
    assert names("the\n{HH AY1} the", dictionary=WORDS) == "<DH><AH0>  ayone <DH><AH0>"


def test_one_trailing_space_goes_with_a_dictionary_only() -> None:
    assert names("the ", dictionary=WORDS) == "<DH><AH0> "
    assert names("the ") == "the "


def test_blanks_stand_everywhere() -> None:
    assert AuthorsFrontEnd(add_blank=True).ids("ab") == [148, 38, 148, 39, 148]


def test_dropped_characters_are_noted_here() -> None:
    (sentence,) = AuthorsFrontEnd()("a % b")
    assert [note.message for note in sentence.notes] == ["'%' at column 3 is not among the model's symbols: not spoken"]


def test_nothing_left_is_an_error() -> None:
    for text in ("", "%%", "😀"):
        with pytest.raises(TextError, match="nothing in the text can be spoken"):
            AuthorsFrontEnd(WORDS)(text)


def test_dictionary_files(tmp_path: Path) -> None:
    path = tmp_path / "cmudict"
    path.write_bytes(b";;; comment\nTHE  DH AH0\nTHE(1)  DH IY0\n'TIS  T IH1 Z\nBAD  XX\nlower  L\nCAF\xc9  K\n")
    assert read_dictionary(path) == {"THE": "DH AH0", "'TIS": "T IH1 Z", "CAFÉ": "K"}
    path.write_text("nothing\n")
    with pytest.raises(TextError, match="no entry as in CMUdict"):
        read_dictionary(path)
    with pytest.raises(TextError, match="cannot be read"):
        read_dictionary(tmp_path / "gone")


def test_the_blank_follows_the_models_inventory() -> None:
    assert make_front_end("glow-tts-authors", symbols=Symbols((*NAMES, BLANK))).symbols.names[-1] == BLANK
    assert len(make_front_end("glow-tts-authors", symbols=Symbols(NAMES)).symbols) == 148


def test_transliteration_leaves_other_scripts_out() -> None:
    assert transliterate("Łódź, Kraków, Þórr, Straße, ½ ⅓ of ☂ 好") == "Lodz, Krakow, Thorr, Strasse,  1/2  1/3 of  "
