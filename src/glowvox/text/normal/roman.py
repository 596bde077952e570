"""Roman numerals where the words around them say that they are numbers."""

from __future__ import annotations

import re

from glowvox.text.normal.reading import Reading, Rule, after, before, read_words
from glowvox.text.numbers import cardinal, ordinal

_WORTH = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_WELL_FORMED = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_NUMBERED = re.compile(
    r"\b(?:chapter|part|book|volume|vol\.|act|scene|section|sec\.|article|art\.|title|appendix|table|figure|fig\."
    r"|war|bowl|phase|type|class|level|grade|mark|stage|episode|canto|psalm|symphony|sonata|apollo|division|group"
    r"|chap\.|ch\.|no\.|page|lesson|item|step|unit|category|schedule|exhibit|round|plan|factor|form|region|zone"
    r"|corps|army|saturn|gemini|olympiad|rocky|fantasy|quest|edition|vatican|stalag|amendment)[ ]$",
    re.IGNORECASE,
)
_REIGNING = re.compile(
    r"\b(?:Henry|Louis|Elizabeth|George|Charles|James|Edward|Richard|William|Mary|John Paul|Pius|Benedict|Leo|Gregory"
    r"|Alexander|Catherine|Peter|Nicholas|Napoleon|Frederick|Philip|Francis|Ferdinand|Otto|Rameses|Ramesses|Ramses"
    r"|Urban|Innocent|Clement|Boniface|Paul|Sixtus|Julius|Edmund|Harold|Malcolm|Robert|Stephen|Alfonso|Isabella"
    r"|Carlos|Juan|Felipe|Ivan|Haakon|Olav|Christian|Gustav|Karl|Wilhelm|Ludwig|Heinrich|Friedrich|Leopold|Joseph"
    r"|Rudolf|Maximilian|Franz|Victor|Umberto|Vittorio|Emmanuel|Pedro|Manuel|Selim|Mehmed|Murad|Suleiman|Thutmose"
    r"|Amenhotep|Seti|Ptolemy|Cleopatra|Antiochus|Seleucus|Darius|Xerxes|Artaxerxes|Cyrus|Constantine|Theodosius"
    r"|Valentinian|Justin|Justinian|Michael|Basil|Romanos|Adrian|Hadrian|Callixtus|Celestine|Honorius|Eugene|Martin"
    r"|Margaret|Anne|Matilda|Sancho|King|Queen|Pope|Tsar|Emperor|Ferdinand|Albert|Baldwin|Fuad|Hussein|Abdullah)[ ]$"
)
_AFTER_FIRST = re.compile(
    r"(?:'s\b|[,.;:)?!]|\s*$|[ ](?:was|is|of|had|and|reigned|ruled|became|died|in|to|who|made|gave|succeeded|took|by"
    r"|never|married|with|the)\b)"
)


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
    if number is None:
        return None
    lead = before(match)
    said = None
    if match["th"] or re.match(r"[ ]?(?:century|centuries|dynasty)\b", after(match)):
        said = ordinal(number)
    elif _NUMBERED.search(lead):
        said = cardinal(number)
    elif _REIGNING.search(lead) and number < 40:
        if number > 1 or _AFTER_FIRST.match(after(match)):
            said = f"the {ordinal(number)}"
    elif (
        _unmistakable(match["numeral"])
        and re.search(r"[A-Z][\w.']*[ ]$", lead)
        or number > 10
        and re.fullmatch(r"[IVX]{3,}|M[DCLXVI]{3,}", match["numeral"])
    ):
        said = cardinal(number)
    return read_words(match, f"{said}'s" if match["own"] else said) if said else None


def _unmistakable(numeral: str) -> bool:
    return len(numeral) > 1 and set(numeral) <= set("IVX")


ROMAN = Rule(
    "roman numeral",
    re.compile(r"(?P<numeral>[IVXLCDM]{1,15})(?P<th>th|st|nd|rd)?(?P<own>'s)?(?![\w&]|-[a-z]|\.[A-Za-z])"),
    _roman,
)
