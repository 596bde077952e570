"""Short forms with full stops, titles and initials."""

from __future__ import annotations

import re

from glowvox.text.normal.full_stops import closes_text, end_of_short
from glowvox.text.normal.reading import (
    ALWAYS,
    Pattern,
    Reading,
    Rule,
    Said,
    after,
    before,
    letters,
    listed,
    read_words,
    spoken,
)

# With a full stop and in just this writing; the flag says whether the stop may end a sentence too.
_DOTTED: dict[str, tuple[str, bool]] = {
    "e.g.": ("for example", False),
    "i.e.": ("that is", False),
    "E.g.": ("for example", False),
    "I.e.": ("that is", False),
    "a.k.a.": ("also known as", False),
    "Gen.": ("general", False),
    "Col.": ("colonel", False),
    "Maj.": ("major", False),
    "Cpl.": ("corporal", False),
    "Adm.": ("admiral", False),
    "Cmdr.": ("commander", False),
    "Rev.": ("reverend", False),
    "Hon.": ("honorable", False),
    "Gov.": ("governor", False),
    "Sen.": ("senator", False),
    "Rep.": ("representative", False),
    "Pres.": ("president", False),
    "Supt.": ("superintendent", False),
    "Fr.": ("father", False),
    "Msgr.": ("monsignor", False),
    "Messrs.": ("messieurs", False),
    "Mme.": ("madam", False),
    "Mlle.": ("mademoiselle", False),
    "Ph.D.": ("p h d", True),
    "M.D.": ("m d", True),
    "M.Sc.": ("m s c", True),
    "B.Sc.": ("b s c", True),
    "LL.B.": ("l l b", True),
    "LL.M.": ("l l m", True),
    "D.Phil.": ("d phil", True),
    "Inc.": ("incorporated", True),
    "Co.": ("company", True),
    "Corp.": ("corporation", True),
    "Bros.": ("brothers", True),
    "Univ.": ("university", False),
    "Ave.": ("avenue", True),
    "Rd.": ("road", True),
    "Ln.": ("lane", True),
    "Ft.": ("fort", False),
    "Mts.": ("mountains", True),
    "Apt.": ("apartment", False),
    "Ste.": ("suite", False),
    "Ext.": ("extension", False),
    "Tel.": ("telephone", False),
}
# Before a number or a Roman numeral only.
_NUMBERED = {
    "no": "number",
    "nos": "numbers",
    "nr": "number",
    "p": "page",
    "pp": "pages",
    "vol": "volume",
    "vols": "volumes",
    "ch": "chapter",
    "chap": "chapter",
    "sec": "section",
    "sect": "section",
    "fig": "figure",
    "figs": "figures",
    "eq": "equation",
    "art": "article",
    "pt": "part",
    "par": "paragraph",
    "app": "appendix",
    "apt": "apartment",
    "ste": "suite",
    "op": "opus",
    "ext": "extension",
    "tel": "telephone",
    "min": "minimum",
    "max": "maximum",
    "c": "circa",
    "ca": "circa",
}
_SAINTS = frozenset(
    listed(
        "John Paul Peter Louis Petersburg Mary Patrick Andrew Andrews George James Thomas Lucia Lucie Augustine"
        " Francis Helena Helens Helen Nicholas Valentine Joseph Stephen Michael Anthony Luke Mark Matthew Bernard"
        " Martin Kitts Vincent Albans Catharines Charles Cloud Anne Ann Croix David Denis Elmo Gallen Ives Joan"
        " Lawrence Moritz Pancras Simon Teresa Theresa Tropez"
    )
)
_TITLES = frozenset(listed("mr mrs dr drs prof capt lt sgt mt cmdr lieut vs pvt"))  # something always follows
_LOUD = frozenset({"ETC", "MRS", "VS"})  # short forms in capitals without a stop that are no acronyms
_SLASHED = {
    "w/o": "without",
    "w/": "with",
    "c/o": "care of",
    "n/a": "not applicable",
    "N/A": "not applicable",
    "and/or": "and or",
    "a/c": "a c",
}


def _always(match: re.Match[str]) -> Reading | None:
    written, word = match["word"], match["word"].lower()
    if word not in ALWAYS or (written.isupper() and not match["stop"] and written not in _LOUD):
        return None
    if word == "dr" and _is_street(match):
        return Reading(spoken("drive"), end_of_short(match))
    if word in _TITLES and not closes_text(match):
        return read_words(match, ALWAYS[word])
    return Reading(spoken(ALWAYS[word]), end_of_short(match, before_any_capital=word == "etc"))


def _is_street(match: re.Match[str]) -> bool:
    """Whether the short form follows a name or number as a street does, and no name follows it."""
    named = re.search(r"(?:[A-Z][\w']*|\d(?:st|nd|rd|th))[ ]$", before(match)) is not None
    begins = re.search(r"(?:^|[.?!\"(])\s*[A-Z][\w']*[ ]$", before(match)) is not None
    return named and (not begins or closes_text(match)) and not re.match(r"[ ][A-Z][a-z]", after(match))


def _saint(match: re.Match[str]) -> Reading:
    following = re.match(r"[ -]([A-Z][a-z]+)", after(match))
    named = re.search(r"(?:[A-Z][\w']*|\d(?:st|nd|rd|th))[ ]$", before(match)) is not None
    if following and (following[1] in _SAINTS or not named):
        return read_words(match, "saint")
    return Reading(spoken("street"), end_of_short(match))


def _dotted(match: re.Match[str]) -> Reading:
    words, may_end = _DOTTED[match[0]]
    said = [Said(word, spell=len(word) == 1) for word in words.split()]
    return Reading(said, end_of_short(match) if may_end or closes_text(match) else match.end())


def _numbered(match: re.Match[str]) -> Reading:
    return read_words(match, _NUMBERED[match["word"].lower()])


def _stops(match: re.Match[str]) -> Reading:
    """Letters with full stops: "U.S.", "p.m.", "U.N.'s"."""
    words = letters(match[0].removesuffix("'s"))
    if match["own"]:
        words[-1] = Said(f"{words[-1].text}'s", spell=True)
        return read_words(match, words)
    return Reading(words, end_of_short(match))


def _initial(match: re.Match[str]) -> Reading:
    return read_words(match, letters(match[0]))


def _slashed(match: re.Match[str]) -> Reading:
    return read_words(match, _SLASHED[match[0]])


ALWAYS_SHORT = Rule("abbreviation", Pattern(r"(?P<word>[A-Za-z]{2,6})(?P<stop>\.?)(?![\w'.@-]|\.\w)"), _always)
SAINT = Rule("abbreviation", Pattern(r"St(?:\.(?!\w)|(?![\w'.-]))"), _saint)
DOTTED = Rule(
    "abbreviation",
    Pattern(rf"(?:{'|'.join(re.escape(form) for form in sorted(_DOTTED, key=len, reverse=True))})(?!\w)"),
    _dotted,
)
NUMBERED = Rule(
    "abbreviation",
    Pattern(
        rf"(?P<word>{'|'.join(sorted(_NUMBERED, key=len, reverse=True))})\.[ ]?(?=\d|\#\d|(?-i:[IVX]+)(?!\w))",
        re.IGNORECASE,
    ),
    _numbered,
)
STOPS = Rule(
    "acronym",
    Pattern(r"(?:[A-Za-z]\.){2,12}(?:(?P<own>'s)|(?![A-Za-z]{2}))|(?:[A-Z]\.){1,12}[A-Z](?![\w.])"),
    _stops,
)
INITIAL = Rule("initial", Pattern(r"[A-Z]\.(?=[ ]?[A-Z][a-z'])|[A-Z]\.(?=[ ][A-Z]\.)"), _initial)
SLASHED = Rule("abbreviation", Pattern(r"(?:w/o|w/(?=[ ])|c/o|n/a|N/A|and/or|a/c)(?!\w)"), _slashed)
