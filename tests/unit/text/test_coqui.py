"""The tokenizer of imported Coqui models, oddities included."""

from __future__ import annotations

from pathlib import Path

import pytest

from glowvox.errors import ConfigError, TextError
from glowvox.importers.coqui_text import coqui_front_end
from glowvox.text import espeak
from glowvox.text.coqui import CoquiFrontEnd
from glowvox.text.coqui_cleaners import CLEANERS
from glowvox.text.coqui_symbols import symbol_table
from glowvox.text.frontend import make_front_end, token_names
from glowvox.text.symbols import Symbols
from tests.golden.checks_text import check

LETTERS = Symbols(symbol_table(None, phonemes=False, where="test").names)


def test_ids_of_the_published_code_are_reproduced(golden_dir: Path) -> None:
    results = [result for result in check(golden_dir / "text_ids.json") if result.tensor.startswith("coqui/")]
    assert len(results) == 2 + 7 * (5 + 2 * 25)
    assert [result for result in results if result.status != "ok"] == []


def test_the_tables() -> None:
    assert len(LETTERS) == 67
    assert LETTERS.names[:6] == ("<PAD>", "<EOS>", "<BOS>", "<BLNK>", "A", "B")
    ipa = symbol_table(None, phonemes=True, where="test")
    assert (len(ipa.names), ipa.special) == (132, {"pad": 0, "eos": 1, "bos": 2, "blank": 3})
    own = symbol_table(
        {"pad": "_", "blank": "#", "characters": "cabab", "punctuations": ". "}, phonemes=False, where="t"
    )
    assert own.names == ("_", "#", "a", "b", "c", ".", " ")
    listed = {"characters_class": "TTS.BaseVocabulary", "vocab_dict": ["x", "y", "_"], "pad": "_"}
    assert symbol_table(listed, phonemes=False, where="test").special == {"pad": 2}


def test_of_a_character_listed_twice_the_last_row_counts() -> None:
    section = {"characters": "aba", "punctuations": "", "is_unique": False, "is_sorted": False}
    front_end = CoquiFrontEnd(Symbols(symbol_table(section, phonemes=False, where="test").names))
    assert len(front_end.symbols) == 3
    assert front_end.ids("ab") == [2, 1]


@pytest.mark.parametrize(
    ("cleaner", "text", "expected"),
    [
        ("english_cleaners", "At 10:05 they", "at ten oh five a mthey"),  # the published oddity
        ("english_cleaners", "0:07am and 23:59 pm", "twelve oh seven a m and eleven fifty nine p m"),
        ("english_cleaners", "$3.50 $1 $0 ¥5", "three dollars fifty cents one dollar zero dollars five yen"),
        ("english_cleaners", "£2 $.02 $1.2.3", "two pounds sterling two cents one point two.three dollars"),
        ("english_cleaners", "$3.100 ¥3.200", "three dollars one hundred dollar three yen two hundred yen"),
        ("english_cleaners", "-5 -1500 x-ray", "minus five minus one thousand, five hundred x ray"),
        ("english_cleaners", "1" * 37, " ".join(["one"] * 37)),
        ("english_cleaners", "Dr. A & B; (c) <d> [e]: \"f\"", "doctor a and b, c d e, f"),
        ("phoneme_cleaners", "Mr. X at 3:30", "mister X at three,thirty"),
        ("multilingual_cleaners", "Ä & 5-B;", "ä & 5 b,"),
        ("multilingual_phoneme_cleaners", "Ä & 5-B;", "Ä & 5 B,"),
        ("portuguese_cleaners", "Á & B", "á e b"),
        ("basic_cleaners", " A\tE\u0301 \n", "a é"),
        ("basic_turkish_cleaners", "Iİ", "ıi̇"),
        ("no_cleaners", "a\nb ", "ab "),
    ],
)  # fmt: skip
def test_cleaning(cleaner: str, text: str, expected: str) -> None:
    assert CLEANERS[cleaner](text) == expected


def test_blanks_and_ends() -> None:
    front_end = CoquiFrontEnd(LETTERS, "basic_cleaners", blank=3, bos=2, eos=1)
    assert front_end.ids("ab") == [2, 3, 30, 3, 31, 3, 1]
    assert token_names(front_end("b"), framed=False) == ["<BOS>", "<BLNK>", "b", "<BLNK>", "<EOS>"]


def test_the_name_makes_the_front_end_again() -> None:
    for front_end in (
        CoquiFrontEnd(LETTERS),
        CoquiFrontEnd(LETTERS, "english_cleaners", blank=3, bos=2, eos=1),
        CoquiFrontEnd(LETTERS, "phoneme_cleaners", language="en-us"),
    ):
        assert make_front_end(front_end.name, symbols=LETTERS) == front_end
    assert make_front_end("coqui:basic_cleaners").symbols == LETTERS  # Coqui's default, where no model brings its own
    assert len(make_front_end("coqui:phoneme_cleaners,espeak=en-us").symbols) == 132
    assert CoquiFrontEnd(LETTERS, "english_cleaners", blank=3).name == "coqui:english_cleaners,blank=3"


def test_what_is_not_spoken_is_noted() -> None:
    sentence = CoquiFrontEnd(LETTERS)("a 5 é")[0]
    assert [token.symbol for token in sentence.tokens] == ["a", " ", " "]
    assert [note.message for note in sentence.notes] == [
        "'5' at column 3 is not among the model's symbols: not spoken",
        "'é' (U+00E9) at column 5 is not among the model's symbols: not spoken",
    ]
    with pytest.raises(TextError, match="nothing in the text can be spoken"):
        CoquiFrontEnd(LETTERS, bos=2, eos=1)("123")


def test_phonemes_keep_the_marks_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def said(voice: str, texts: list[str]) -> list[str]:
        seen.append((voice, texts))
        return [f"<{text.upper()}> " for text in texts]

    monkeypatch.setattr(espeak, "phonemize", said)
    front_end = CoquiFrontEnd(LETTERS, "phoneme_cleaners", language="en-us")
    assert front_end.spoken("Well, yes - 5... go!") == "<WELL>, <YES FIVE>... <GO>!"
    assert seen == [("en-us", ["Well", "yes five", "go"])]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("coqui:nothing", "the cleaner 'nothing' is not here"),
        ("coqui:basic_cleaners,blank=67", "blank = 67: the model has symbols 0 to 66"),
        ("coqui:basic_cleaners,blank", "'blank' is none of blank=ID"),
    ],
)
def test_wrong_names_are_refused(name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make_front_end(name, symbols=LETTERS)


def test_settings_become_a_front_end() -> None:
    table = {"text_cleaner": "english_cleaners", "add_blank": True, "enable_eos_bos_chars": True}
    assert coqui_front_end(table, where="test").name == "coqui:english_cleaners,blank=3,bos=2,eos=1"
    phonemes = {"use_phonemes": True, "phoneme_language": "en-us", "text_cleaner": "phoneme_cleaners"}
    front_end = coqui_front_end(phonemes, where="test")
    assert (front_end.name, len(front_end.symbols)) == ("coqui:phoneme_cleaners,espeak=en-us", 132)
    for changes, message in (
        ({"enable_eos_bos_chars": True, "characters": {"characters": "a"}}, "'bos' is asked for but not defined"),
        ({"use_phonemes": True}, "phoneme_language is not set"),
        ({"characters": {"characters": "a", "letters": "b"}}, "unknown key 'letters'"),
        ({"characters": {"characters": ""}}, "no characters are listed"),
    ):
        with pytest.raises(ConfigError, match=message):
            coqui_front_end(changes, where="test")
