"""Roman numerals where the words around them say that they are numbers."""

from __future__ import annotations

import re

from glowvox.text.normal.reading import Pattern, Reading, Rule, after, listed, read_words, word_before
from glowvox.text.numbers import cardinal, ordinal

_WORTH = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_WELL_FORMED = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
# Words before a numeral that counts.
_NUMBERED = frozenset(
    listed(
        "chapter chapters part parts book books volume volumes vol. act acts scene section sec. article art."
        " title appendix table figure fig. war bowl phase type class level grade mark stage episode canto psalm"
        " symphony sonata apollo division group chap. ch. no. page lesson item step unit category schedule exhibit"
        " round plan factor form region zone corps army saturn gemini olympiad rocky fantasy quest edition vatican"
        " stalag amendment"
    )
)
# Names before a numeral that ranks.
_REIGNING = frozenset(
    listed(
        "Henry Louis Elizabeth George Charles James Edward Richard William Mary Pius Benedict Leo Gregory"
        " Alexander Catherine Peter Nicholas Napoleon Frederick Philip Francis Ferdinand Otto Rameses Ramesses"
        " Ramses Urban Innocent Clement Boniface Paul Sixtus Julius Edmund Harold Malcolm Robert Stephen Alfonso"
        " Isabella Carlos Juan Felipe Ivan Haakon Olav Christian Gustav Karl Wilhelm Ludwig Heinrich Friedrich"
        " Leopold Joseph Rudolf Maximilian Franz Victor Umberto Vittorio Emmanuel Pedro Manuel Selim Mehmed Murad"
        " Suleiman Thutmose Amenhotep Seti Ptolemy Cleopatra Antiochus Seleucus Darius Xerxes Artaxerxes Cyrus"
        " Constantine Theodosius Valentinian Justin Justinian Michael Basil Romanos Adrian Hadrian Callixtus"
        " Celestine Honorius Eugene Martin Margaret Anne Matilda Sancho Albert Baldwin Fuad Hussein Abdullah"
    )
)
_AFTER_FIRST = re.compile(
    r"(?:'s\b|[,.;:)?!]|\s*$|[ ](?:was|is|of|had|and|reigned|ruled|became|died|in|to|who|made|gave|succeeded|took|by"
    r"|never|married|with|the)\b)"
)
_CENTURY = re.compile(r"[ ]?(?:century|centuries|dynasty)\b")
_LONG = re.compile(r"[IVX]{3,}|M[DCLXVI]{3,}")  # too long to be initials


def value(numeral: str) -> int | None:
    """The number a Roman numeral stands for; None where it is none."""
    if not numeral or not _WELL_FORMED.fullmatch(numeral):
        return None
    total = 0
    for this, following in zip(numeral, [*numeral[1:], ""], strict=True):
        worth = _WORTH[this]
        total += -worth if following and _WORTH[following] > worth else worth
    return total


def _roman(match: re.Match[str]) -> Reading | None:
    number = value(match["numeral"])
    said = _say(number, match) if number is not None else None
    if said is None:
        return None
    if match["last"]:
        last = value(match["last"])
        return read_words(match, f"{said} to {cardinal(last)}") if last else None
    return read_words(match, f"{said}'s" if match["own"] else said)


def _say(number: int, match: re.Match[str]) -> str | None:
    """The number as its neighbours want it; None where they do not ask for a number."""
    lead, numeral = word_before(match), match["numeral"]
    if match["th"] or _CENTURY.match(after(match, 12)):
        return ordinal(number)
    if lead.lower() in _NUMBERED:
        return cardinal(number)
    if lead in _REIGNING and number < 40:
        return f"the {ordinal(number)}" if number > 1 or _AFTER_FIRST.match(after(match)) else None
    small = len(numeral) > 1 and set(numeral) <= set("IVX")
    if (small and lead[:1].isupper() and lead[-1].isalnum()) or (number > 10 and _LONG.fullmatch(numeral)):
        return cardinal(number)
    return None


ROMAN = Rule(
    "roman numeral",
    Pattern(
        r"(?P<numeral>[IVXLCDM]{1,15})(?:[-–](?P<last>[IVXLCDM]{1,15}))?(?P<th>th|st|nd|rd)?(?P<own>'s)?(?![\w&]|-[a-z]|\.[A-Za-z])"
    ),
    _roman,
    frozenset("IVXLCDM"),
)
