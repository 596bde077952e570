"""Written phonemes in both alphabets."""

from __future__ import annotations

import pytest

from glowvox.errors import TextError
from glowvox.text.phonemes import looks_like_arpabet, parse_arpabet, parse_ipa, parse_phonemes


@pytest.mark.parametrize(
    ("ipa", "arpabet"),
    [
        ("həˈloʊ", "HH AH0 L OW1"),
        ("təˈmɑːtəʊ", "T AH0 M AA1 T OW0"),
        ("ˈwɔːtɚ", "W AO1 T ER0"),
        ("ˈwɔːtəɹ", "W AO1 T ER0"),
        ("ɪnˈdʒɔɪ", "IH0 N JH OY1"),
        ("ˌsɪɹiəˈt͡ʃeɪ", "S IH2 R IY0 AH0 CH EY1"),
        ("bɝd", "B ER1 D"),
        ("ˈbɜːɹdi", "B ER1 D IY0"),
        ("ˈbʌtn̩", "B AH1 T AH0 N"),
        ("æroʊ", "AE1 R OW0"),  # no mark: the first vowel is stressed
        ("ˈʒɑ̃", None),
    ],
)
def test_ipa(ipa: str, arpabet: str | None) -> None:
    if arpabet is None:
        with pytest.raises(TextError, match=r"here: '̃' \(U\+0303\) is no IPA letter of English"):
            parse_ipa(ipa, "here")
    else:
        assert " ".join(parse_ipa(ipa, "here")) == arpabet


def test_arpabet_needs_no_stress_marks() -> None:
    assert parse_arpabet("HH AH L OW", "here") == ("HH", "AH1", "L", "OW0")
    assert parse_arpabet("HH AH L OW1", "here") == ("HH", "AH0", "L", "OW1")
    assert parse_arpabet("hh ah0 l ow1", "here") == ("HH", "AH0", "L", "OW1")


def test_a_bad_phone_is_named_with_the_nearest() -> None:
    with pytest.raises(TextError, match="column 3: 'OW3' is no ARPAbet phone; did you mean 'OW'?"):
        parse_phonemes("HH AH0 L OW3", "column 3")
    with pytest.raises(TextError, match="'B1' is no ARPAbet phone; did you mean 'B'?"):
        parse_phonemes("B1 AA1", "x")
    with pytest.raises(TextError, match="x: no phonemes"):
        parse_phonemes("  ", "x")


def test_the_two_alphabets_are_told_apart() -> None:
    assert looks_like_arpabet("K AE1 T")
    assert looks_like_arpabet("k ae1 t")
    assert looks_like_arpabet("QQ")  # the shape of a phone, so that the mistake is reported
    assert not looks_like_arpabet("kæt")
    assert not looks_like_arpabet("some words")
    assert not looks_like_arpabet("")
