"""The front end of Amphion's recipe: its table, what its rules make of words and marks, its dictionary file."""

from __future__ import annotations

from pathlib import Path

import pytest

from glowvox.errors import TextError
from glowvox.text import authors
from glowvox.text.amphion import NAMES, AmphionFrontEnd, read_dictionary
from glowvox.text.frontend import make_front_end

WORDS = {"hello": ("HH", "AH0", "L", "OW1"), "world": ("W", "ER1", "L", "D"), "it's": ("IH1", "T", "S")}


def test_the_table_is_the_authors_and_three_silences() -> None:
    assert len(NAMES) == 151
    assert NAMES[:148] == authors.NAMES
    assert NAMES[148:] == ("@sp", "@spn", "@sil")


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("Hello world", "HH AH0 L OW1 W ER1 L D"),
        ("HELLO, world.", "HH AH0 L OW1 sp W ER1 L D"),
        ("hello - world!?", "HH AH0 L OW1 sp W ER1 L D"),  # marks at the end are cut off
        ("hello... world", "HH AH0 L OW1 sp sp sp W ER1 L D"),
        ("hello;world+world", "HH AH0 L OW1 W ER1 L D W ER1 L D"),  # these two part words and are not heard
        (", hello", ", HH AH0 L OW1"),  # at the beginning a mark is none of the symbols
        ("hello, ", "HH AH0 L OW1 ,"),
        ("it's", "IH1 T S"),
        ("\u201chello\u201d (world)", "HH AH0 L OW1 W ER1 L D"),
        ("HELLO\nworld", "HH AH0 L OW1 W ER1 L D"),
    ],
)
def test_words_and_marks(text: str, phones: str) -> None:
    assert " ".join(AmphionFrontEnd(WORDS).phones(text)) == phones


def test_what_is_no_symbol_leaves_a_note_and_no_id() -> None:
    front_end = AmphionFrontEnd(WORDS)
    sentence = front_end(", hello")[0]
    assert [token.symbol for token in sentence.tokens] == ["@HH", "@AH0", "@L", "@OW1"]
    assert "',' at column 1 is not among the model's symbols" in sentence.notes[0].message
    assert front_end.ids("hello") == [106, 73, 117, 123]
    with pytest.raises(TextError, match="nothing in the text can be spoken"):
        front_end("...")


def test_other_words_are_said_by_the_shipped_dictionary_and_network() -> None:
    front_end = AmphionFrontEnd(WORDS)
    assert front_end.phones("tea") == ["T", "IY1"]
    assert front_end.phones("21 teas") == ["T", "W", "EH1", "N", "T", "IY0", "W", "AH1", "N", "T", "IY1", "Z"]
    assert front_end.phones("xyzzyq")


def test_a_dictionary_of_librispeechs_format(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.txt"
    path.write_text("HELLO\tHH AH0 L OW1\nhello  X\nALONE\n")
    assert read_dictionary(path) == {"hello": ("HH", "AH0", "L", "OW1")}
    front_end = make_front_end("glow-tts-amphion", lexicon=path)
    assert (front_end.name, front_end.framed, len(front_end.symbols)) == ("glow-tts-amphion", False, 151)
    path.write_text("\n")
    with pytest.raises(TextError, match=r"lexicon.txt: no entry as in LibriSpeech's dictionary"):
        read_dictionary(path)
    with pytest.raises(TextError, match=r"none.txt: cannot be read"):
        read_dictionary(tmp_path / "none.txt")
