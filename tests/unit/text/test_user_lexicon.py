"""A user's own words: the file, its mistakes, and what wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from glowvox.errors import TextError
from glowvox.text.english import EnglishFrontEnd
from glowvox.text.user_lexicon import read_user_lexicon

FILE = """\ufeff# names
Siobhan  SH IH0 V AO1 N   # Irish
c++\t/ˌsiː ˌplʌs ˈplʌs/

gif  JH IH F
New York  N UW0 Y AO1 R K
Nice  N IY1 S
"""


@pytest.fixture
def english(tmp_path: Path) -> EnglishFrontEnd:
    path = tmp_path / "words.txt"
    path.write_text(FILE, encoding="utf-8")
    return EnglishFrontEnd(read_user_lexicon(path))


def said(front_end: EnglishFrontEnd, text: str) -> list[tuple[str, str, str]]:
    return [(w.text, " ".join(w.phonemes), w.source) for s in front_end(text) for w in s.words]


def test_entries_win_over_everything(english: EnglishFrontEnd) -> None:
    assert said(english, "Siobhan's GIF") == [
        ("Siobhan's", "SH IH0 V AO1 N Z", "user"),
        ("GIF", "JH IH1 F", "user"),
    ]
    assert said(english, "C++!") == [("C++", "S IY2 P L AH2 S P L AH1 S", "user")]
    assert said(english, "new york") == [
        ("new", "N UW1", "lexicon"),
        ("york", "Y AO1 R K", "lexicon"),
    ]
    assert said(english, "New York.") == [("New York", "N UW0 Y AO1 R K", "user")]


def test_an_entry_with_capitals_matches_only_so(english: EnglishFrontEnd) -> None:
    assert said(english, "Nice")[0][1:] == ("N IY1 S", "user")
    assert said(english, "nice")[0][1:] == ("N AY1 S", "lexicon")


def test_entries_match_whole_words_only(english: EnglishFrontEnd) -> None:
    assert {source for _, _, source in said(english, "gift gif-maker agif")}.isdisjoint({"inline"})
    assert said(english, "gift")[0][2] == "lexicon"


def test_endings_are_built_on_entries(english: EnglishFrontEnd) -> None:
    assert said(english, "two gifs")[1] == ("gifs", "JH IH1 F S", "ending")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ok  K AA1\nbad K AA1\n", "words.txt, line 2: 'bad K AA1' is not a word and its phones"),
        ("bad  KK AA1\n", "words.txt, line 1: 'KK' is no ARPAbet phone; did you mean 'K'"),
        ("bad  /q/\n", "words.txt, line 1: 'q' is no IPA letter of English"),
        ("a  AA1\n\na  AA1\n", "words.txt, line 3: 'a' was given before"),
        ("lonely\n", "words.txt, line 1: 'lonely' is not a word and its phones"),
    ],
)
def test_mistakes_are_named_by_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "words.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TextError, match=message):
        read_user_lexicon(path)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(TextError, match=r"gone\.txt: no such file"):
        read_user_lexicon(tmp_path / "gone.txt")
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9  K AE0 F EY1")
    with pytest.raises(TextError, match=r"latin\.txt: cannot be read as UTF-8"):
        read_user_lexicon(tmp_path / "latin.txt")
