"""Short forms with full stops, titles and initials."""

from __future__ import annotations

import re

from glowvox.text.normal.reading import (
    ALWAYS,
    Reading,
    Rule,
    Said,
    after,
    before,
    letters,
    plain_word,
    read_words,
    spoken,
)

# With a full stop and in just this writing; the flag says whether the stop may end a sentence too.
_DOTTED: dict[str, tuple[str, bool]] = {
    "e.g.": ("for example", False),
    "i.e.": ("that is", False),
    "a.k.a.": ("also known as", False),
    "viz.": ("namely", False),
    "cf.": ("compare", False),
    "ca.": ("circa", False),
    "al.": ("al", True),
    "ibid.": ("ibid", True),
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
    "Messrs.": ("messers", False),
    "Mme.": ("madam", False),
    "Mlle.": ("mademoiselle", False),
    "Ph.D.": ("p h d", True),
    "M.D.": ("m d", True),
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
    "ext.": ("extension", False),
    "Ext.": ("extension", False),
    "tel.": ("telephone", False),
    "Tel.": ("telephone", False),
    "min.": ("minimum", True),
    "max.": ("maximum", True),
    "avg.": ("average", True),
    "temp.": ("temperature", True),
    "vol.": ("volume", True),
    "orig.": ("originally", True),
    "incl.": ("including", False),
    "excl.": ("excluding", False),
    "ed.": ("edition", True),
    "fig.": ("figure", False),
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
    "ed": "edition",
    "ext": "extension",
    "v": "versus",
    "c": "circa",
    "ca": "circa",
}
_SAINTS = (
    "John Paul Peter Louis Petersburg Mary Patrick Andrew Andrews George James Thomas Lucia Lucie Augustine Francis"
    " Helena Helens Helen Nicholas Valentine Joseph Stephen Michael Anthony Luke Mark Matthew Bernard Martin Kitts"
    " Vincent Albans Catharines Charles Cloud Anne Ann Croix David Denis Elmo Gallen Ives Joan Lawrence Moritz Pancras"
    " Simon Teresa Theresa Tropez"
).split()
_ENDS = re.compile(r"[\"')]*(?:\s*$|\s+[\"'(]*[A-Z])")


def _end(match: re.Match[str]) -> int:
    """Leaves the full stop to a sentence that ends with the short form."""
    return match.end() - 1 if match[0].endswith(".") and _ENDS.match(after(match)) else match.end()


def _always(match: re.Match[str]) -> Reading | None:
    word = match["word"].lower()
    if word not in ALWAYS or match["word"] in {"MR", "EST", "MT", "SR", "LT", "DR"} and not match["stop"]:
        return None
    if word == "dr" and _is_street(match):
        return Reading(spoken("drive"), _end(match))
    title = word in {"mr", "mrs", "dr", "prof", "capt", "lt", "sgt", "mt", "drs", "cmdr", "lieut", "vs", "pvt"}
    return Reading(spoken(ALWAYS[word]), match.end() if title and not _closes(match) else _end(match))


def _closes(match: re.Match[str]) -> bool:
    return re.match(r"[\"')]*\s*$", after(match)) is not None


def _is_street(match: re.Match[str]) -> bool:
    """Whether the short form follows a name or number as a street does, and no name follows it."""
    named = re.search(r"(?:[A-Z][\w']*|\d(?:st|nd|rd|th))[ ]$", before(match)) is not None
    begins = re.search(r"(?:^|[.?!\"(])\s*[A-Z][\w']*[ ]$", before(match)) is not None
    return named and (not begins or _closes(match)) and not re.match(r"[ ][A-Z][a-z]", after(match))


def _saint(match: re.Match[str]) -> Reading:
    following = re.match(r"[ -]([A-Z][a-z]+)", after(match))
    named = re.search(r"(?:[A-Z][\w']*|\d(?:st|nd|rd|th))[ ]$", before(match)) is not None
    if following and (following[1] in _SAINTS or not named):
        return read_words(match, "saint")
    return Reading(spoken("street"), _end(match))


def _dotted(match: re.Match[str]) -> Reading | None:
    if match[0] not in _DOTTED:
        return None
    words, may_end = _DOTTED[match[0]]
    said = [Said(word, spell=len(word) == 1 and word != "a") for word in words.split()]
    return Reading(said, _end(match) if may_end or _closes(match) else match.end())


def _numbered(match: re.Match[str]) -> Reading:
    return read_words(match, _NUMBERED[match["word"].lower()])


def _stops(match: re.Match[str]) -> Reading:
    """Letters with full stops: "U.S.", "Ph.D.", "J. R. R."."""
    words = letters(match[0])
    if match["own"]:
        words[-1] = Said(f"{words[-1].text}'s", spell=True)
        return read_words(match, words)
    return Reading(words, _stops_end(match))


def _stops_end(match: re.Match[str]) -> int:
    """The last stop of "U.S." ends the sentence before a word that begins one; before other names it does not."""
    if not match[0].endswith("."):
        return match.end()
    follows = after(match)
    starts = re.match(
        r"\s+[\"'(]*(?:The|This|That|These|Those|He|She|It|They|We|You|I|In|On|At|But|And|So|If|When|There|His|Her|Its"
        r"|Their|My|Our|As|For|A|An|No|Yes|Then|What|Why|How)\b",
        follows,
    )
    return match.end() - 1 if _closes(match) or starts else match.end()


def _initial(match: re.Match[str]) -> Reading:
    return read_words(match, letters(match[0]))


def _with(match: re.Match[str]) -> Reading:
    known = {"w/o": "without", "w/": "with", "c/o": "care of", "n/a": "not applicable", "N/A": "not applicable"}
    known |= {"and/or": "and or", "a/c": "a c", "24/7": "twenty four seven"}
    return read_words(match, known[match[0]])


def _era(match: re.Match[str]) -> Reading:
    return Reading(letters(match[0]), _end(match))


ALWAYS_SHORT = Rule("abbreviation", re.compile(r"(?P<word>[A-Za-z]{2,6})(?P<stop>\.?)(?![\w'.@-]|\.\w)"), _always)
SAINT = Rule("abbreviation", re.compile(r"St\.(?!\w)"), _saint)
DOTTED = Rule(
    "abbreviation",
    re.compile(rf"(?:{'|'.join(re.escape(form) for form in sorted(_DOTTED, key=len, reverse=True))})(?!\w)"),
    _dotted,
)
NUMBERED = Rule(
    "abbreviation",
    re.compile(
        rf"(?P<word>{'|'.join(sorted(_NUMBERED, key=len, reverse=True))})\.[ ]?(?=\d|[IVX]+(?!\w)|\#\d)", re.IGNORECASE
    ),
    _numbered,
)
STOPS = Rule(
    "acronym",
    re.compile(r"(?:[A-Za-z]\.){2,12}(?:(?P<own>'s)|(?![A-Za-z]{2}))|(?:[A-Z]\.){1,12}[A-Z](?![\w.])"),
    _stops,
)
INITIAL = Rule("initial", re.compile(r"[A-Z]\.(?=[ ]?[A-Z][a-z'])|[A-Z]\.(?=[ ][A-Z]\.)"), _initial)
WITH = Rule("abbreviation", re.compile(r"(?:w/o|w/(?=[ ])|c/o|n/a|N/A|and/or|a/c)(?!\w)"), _with)
__all__ = ["plain_word"]
