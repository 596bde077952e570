"""What a rule of the normaliser is and gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple

# Written short forms that are no words themselves: read out in any case, with or without a full stop.
ALWAYS = {
    "approx": "approximately",
    "assn": "association",
    "bldg": "building",
    "avg": "average",
    "blvd": "boulevard",
    "capt": "captain",
    "cf": "compare",
    "cmdr": "commander",
    "dept": "department",
    "dr": "doctor",
    "drs": "doctors",
    "esq": "esquire",
    "etc": "et cetera",
    "excl": "excluding",
    "govt": "government",
    "hwy": "highway",
    "incl": "including",
    "intl": "international",
    "jr": "junior",
    "lieut": "lieutenant",
    "lt": "lieutenant",
    "ltd": "limited",
    "mgr": "manager",
    "misc": "miscellaneous",
    "mr": "mister",
    "mrs": "missus",
    "mt": "mount",
    "nr": "near",
    "pkwy": "parkway",
    "prof": "professor",
    "pvt": "private",
    "sgt": "sergeant",
    "sr": "senior",
    "viz": "namely",
    "vs": "versus",
    "wks": "weeks",
    "yr": "year",
    "yrs": "years",
}


class Said(NamedTuple):
    """One spoken word or punctuation mark; `spell` asks for the name of the letter."""

    text: str
    spell: bool = False


class Reading(NamedTuple):
    """How a stretch of text is spoken.

    words  in speaking order
    end    one past the last character read
    note   kind and message of a remark, if there is one
    plain  true where the words stand in the text as they are spoken
    """

    words: list[Said]
    end: int
    note: tuple[str, str] | None = None
    plain: bool = False


class Pattern:
    """A regular expression that is compiled when it is first tried: most texts try a few of them only."""

    def __init__(self, expression: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self.expression, self.flags = expression, flags

    @cached_property
    def match(self) -> Callable[[str, int], re.Match[str] | None]:
        """As of `re.Pattern`: a match that begins at this place of a text."""
        return re.compile(self.expression, self.flags).match


class Rule(NamedTuple):
    """A pattern tried where a word may begin, and what to say where it matches; `say` may decline with None."""

    name: str
    pattern: Pattern
    say: Callable[[re.Match[str]], Reading | None]
    first: frozenset[str] = frozenset()  # characters that it can begin with; empty: the pattern decides alone


def listed(text: str) -> tuple[str, ...]:
    """The words of a table written as one text."""
    return tuple(text.split())


def spoken(text: str) -> list[Said]:
    """Words and punctuation marks given apart by spaces."""
    return [Said(word) for word in text.split()]


def letters(text: str) -> list[Said]:
    """The letters of `text`, each to be named; anything else in it is passed over."""
    return [Said(letter, spell=True) for letter in text.lower() if "a" <= letter <= "z"]


def plain_word(text: str) -> list[Said]:
    """A word as written, or the long form of a short one; single letters but "a" and "i" are named."""
    word = text.lower()
    if word in ALWAYS:
        return spoken(ALWAYS[word])
    return [Said(word, spell=len(word) == 1 and word not in "ai")]


def read_words(match: re.Match[str], words: Iterable[Said] | str) -> Reading:
    """The whole match, read as `words`."""
    return Reading(spoken(words) if isinstance(words, str) else list(words), match.end())


def before(match: re.Match[str], characters: int = 40) -> str:
    """The text that stands right before the match, at most so many characters of it."""
    return match.string[max(0, match.start() - characters) : match.start()]


def word_before(match: re.Match[str]) -> str:
    """The word one space before the match, as written and with what is attached to it; empty if there is none."""
    lead = before(match, 24)
    return lead[:-1].rpartition(" ")[2] if lead.endswith(" ") else ""


def after(match: re.Match[str], characters: int = 40) -> str:
    """The text that stands right behind the match, at most so many characters of it."""
    return match.string[match.end() : match.end() + characters]


def is_attribute(match: re.Match[str]) -> bool:
    """Whether a measure belongs to a following noun and stands in the singular: "a $5 bill", "a 5 km run"."""
    return word_before(match).lower() in {"a", "an"} and re.match(r"[ ][a-z]", after(match, 2)) is not None
