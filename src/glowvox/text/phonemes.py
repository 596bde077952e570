"""Phonemes written by people: ARPAbet with or without stress, or IPA, as ARPAbet phones."""

from __future__ import annotations

import re
import unicodedata

from glowvox.config import near
from glowvox.errors import TextError
from glowvox.text.symbols import PHONES, STRESSED_VOWELS, VOWELS, describe

_SHAPE = re.compile(r"[A-Z]{1,3}[0-9]?")
_STRESS = {"ˈ": "1", "'": "1", "ˌ": "2"}
_SILENT = set("ː.‿͜͡ˑʰ ̯")  # length, syllable breaks, ties: ARPAbet does not write them

# IPA to ARPAbet, longest first where one begins like another; vowels get their stress later
_IPA = {
    "tʃ": "CH", "t͡ʃ": "CH", "ʧ": "CH", "dʒ": "JH", "d͡ʒ": "JH", "ʤ": "JH",
    "eɪ": "EY", "ei": "EY", "aɪ": "AY", "ai": "AY", "ɔɪ": "OY", "oi": "OY", "ɔi": "OY",
    "aʊ": "AW", "au": "AW", "oʊ": "OW", "ou": "OW", "əʊ": "OW",
    "ɜːɹ": "ER", "ɜːr": "ER", "ɜɹ": "ER", "ɜr": "ER", "ɜː": "ER", "ɜ": "ER", "ɝ": "ER", "ɚ": "ER",
    "l̩": "AH L", "n̩": "AH N", "m̩": "AH M", "ɹ̩": "ER",
    "ɑ": "AA", "ɒ": "AA", "æ": "AE", "a": "AE", "ʌ": "AH", "ə": "AH", "ɐ": "AH", "ɔ": "AO", "ɛ": "EH", "e": "EH",
    "ɪ": "IH", "ɨ": "IH", "ᵻ": "IH", "i": "IY", "ʊ": "UH", "u": "UW", "ʉ": "UW", "o": "OW",
    "b": "B", "d": "D", "f": "F", "ɡ": "G", "g": "G", "h": "HH", "j": "Y", "k": "K", "x": "K", "l": "L", "ɫ": "L",
    "m": "M", "n": "N", "ŋ": "NG", "p": "P", "r": "R", "ɹ": "R", "ɻ": "R", "s": "S", "ʃ": "SH", "t": "T", "ɾ": "T",
    "ʔ": "T", "θ": "TH", "ð": "DH", "v": "V", "w": "W", "ʍ": "W", "z": "Z", "ʒ": "ZH",
}  # fmt: skip
_LONGEST = max(len(spelling) for spelling in _IPA)


def looks_like_arpabet(text: str) -> bool:
    """Whether every item has the shape of an ARPAbet phone, right or not; or, in small letters, is one."""
    items = text.split()
    if not items:
        return False
    if all(_SHAPE.fullmatch(item) for item in items):
        return True
    return all(item.upper() in PHONES or item.upper() in VOWELS for item in items)


def parse_phonemes(text: str, where: str) -> tuple[str, ...]:
    """Phones of a written pronunciation in either alphabet.

    where   opens the message of an error: a column or a file and line
    raises  TextError naming the bad phone, with the nearest good one
    """
    if not text.strip():
        raise TextError(f"{where}: no phonemes", hint="write ARPAbet, as in HH AH0 L OW1, or IPA, as in həˈloʊ")
    return parse_arpabet(text, where) if looks_like_arpabet(text) else parse_ipa(text, where)


def parse_arpabet(text: str, where: str) -> tuple[str, ...]:
    """Phones separated by spaces; where no vowel carries a stress digit, the first vowel is stressed.

    raises  TextError naming the bad phone, with the nearest good one
    """
    phones = [item.upper() for item in text.split()]
    for phone in phones:
        if phone not in PHONES and phone not in VOWELS:
            raise TextError(f"{where}: {describe(phone)} is no ARPAbet phone{near(phone, [*PHONES, *VOWELS])}")
    if any(phone in STRESSED_VOWELS for phone in phones):
        return tuple(phone + "0" if phone in VOWELS else phone for phone in phones)
    return _stress_first(phones)


def parse_ipa(text: str, where: str) -> tuple[str, ...]:
    """IPA of American or British English as ARPAbet phones; a stress mark goes to the next vowel.

    raises  TextError naming the first letter that English does not have
    """
    text = unicodedata.normalize("NFC", text.strip())
    phones: list[str] = []
    stress, stressed, place = "0", False, 0
    while place < len(text):
        if text[place] in _STRESS:
            stress, stressed, place = _STRESS[text[place]], True, place + 1
            continue
        if text[place] in _SILENT:
            place += 1
            continue
        spelling = next((s for n in range(_LONGEST, 0, -1) if (s := text[place : place + n]) in _IPA), None)
        if spelling is None:
            raise TextError(
                f"{where}: {describe(text[place])} is no IPA letter of English",
                hint="ARPAbet is separated by spaces, as in HH AH0 L OW1; IPA looks like həˈloʊ",
            )
        for phone in _IPA[spelling].split():
            if phone in VOWELS:
                phone, stress = phone + stress, "0"
            phones.append(phone)
        place += len(spelling)
    if not phones:
        raise TextError(f"{where}: no phonemes in {text!r}")
    phones = _join_er(phones)
    return tuple(phones) if stressed else _stress_first([phone.rstrip("0") for phone in phones])


def _stress_first(phones: list[str]) -> tuple[str, ...]:
    vowels = [place for place, phone in enumerate(phones) if phone in VOWELS]
    marks = {place: "1" if place == vowels[0] else "0" for place in vowels}
    return tuple(phone + marks.get(place, "") for place, phone in enumerate(phones))


def _join_er(phones: list[str]) -> list[str]:
    """An unstressed schwa and an r that no vowel follows are one phone, ER0."""
    joined: list[str] = []
    for place, phone in enumerate(phones):
        opens = place + 1 < len(phones) and phones[place + 1].rstrip("012") in VOWELS
        if phone == "R" and joined and joined[-1] == "AH0" and not opens:
            joined[-1] = "ER0"
        else:
            joined.append(phone)
    return joined
