"""The packed dictionary: what goes in comes out, and what ships is what it should be."""

from __future__ import annotations

from pathlib import Path

import pytest

import glowvox.text
from glowvox.text.lexicon import BLOCK, Lexicon, pack, shipped


def test_what_goes_in_comes_out() -> None:
    words = {
        f"{a}{b}{c}": ("B", "AA1", "UW2")[: 1 + (ord(a) + ord(c)) % 3] for a in "abc" for b in "xyz" for c in "aeiou"
    }
    words |= {"w" * 120: ("ZH",), "it's": ("IH1", "T", "S"), "'tis": ("T", "IH1", "Z")}
    words |= {f"many{number:05d}": ("M",) for number in range(3 * BLOCK)}
    lexicon = Lexicon(pack(words))
    assert {word: lexicon.get(word) for word in words} == words
    assert lexicon.words() == sorted(words)


@pytest.mark.parametrize("word", ["", "\x00", "zzzzzzzz", "helloo", "Hello", "héllo"])
def test_what_is_not_there_is_none(word: str) -> None:
    assert shipped().get(word) is None
    assert word not in shipped()


def test_other_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="not a packed lexicon"):
        Lexicon(b"PK\x03\x04" + bytes(100))


def test_the_shipped_dictionary() -> None:
    assert shipped().get("hello") == ("HH", "AH0", "L", "OW1")
    assert shipped().get("a") == ("AH0",)
    assert shipped().get("zywicki") == ("Z", "IH0", "W", "IH1", "K", "IY0")
    assert shipped().get("caught") == ("K", "AO1", "T")  # the open vowel, not the merged one
    assert shipped().get("danes") == ("D", "EY1", "N", "Z")
    assert len(shipped().words()) > 124_000


def test_dictionary_and_network_stay_small() -> None:
    folder = Path(glowvox.text.__file__).parent
    assert (folder / "cmudict.bin").stat().st_size <= 1.5e6
    assert (folder / "g2p.npz").stat().st_size <= 2.5e6
    assert "Carnegie Mellon" in (folder / "CMUDICT_LICENSE").read_text()
