"""Why a recogniser's words differ from the text, as far as the two texts tell: places of `lost_words`, classed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from glowvox.evaluate.edits import edit_distance
from glowvox.evaluate.lost_words import HeardText, Place
from glowvox.text.records import FrontEnd, Word

Cause = Literal[
    "lost words",
    "repeated words",
    "added words",
    "lost word",
    "repeated word",
    "added word",
    "number format",
    "recogniser spelling",
    "homophone",
    "changed word",
]
CLOSE = 0.34  # of the phones: a name that is written down with so many others is the same name in another spelling
_UNITS = re.compile(r"\b(?:dollars?|pounds?|euros?|cents?)\b|(?<=\d)(?:st|nd|rd|th)\b")
_DATE = re.compile(r"\bthe (\d+(?:st|nd|rd|th)) of\b")  # "the 17th of July" is written "17 July", too
KNOWN = frozenset({"lexicon", "heteronym", "weak form"})  # where the phonemes of words of the language come from


def cause(text: HeardText, place: Place, front_end: FrontEnd) -> Cause:
    """The class of one place.

    number format        the same figures, written or grouped otherwise, with or without the name of the money or the
                         small words of a date
    recogniser spelling  the same letters in other words, or the like sounds of a name or word that is in no dictionary
    homophone            words of the dictionary with the same phonemes
    changed word         everything that sounds otherwise: the voice's fault or the recogniser's, which only ears tell

    front_end  gives the phonemes of a stretch, as a voice would read it
    """
    said, heard = _words(place.said, front_end), _words(place.heard, front_end)
    if _has_digits(place) and (_phones(said) == _phones(heard) or _figures(place.said) == _figures(place.heard)):
        return "number format"
    runs: dict[str, Cause] = {"lost": "lost words", "repeated": "repeated words", "added": "added words"}
    if place.kind in runs:
        return runs[place.kind]
    if not place.heard:
        return "lost word"
    if not place.said:
        return "repeated word" if _twice(place.heard, text) else "added word"
    return _of_a_pair(place, said, heard)


def _of_a_pair(place: Place, said: Sequence[Word], heard: Sequence[Word]) -> Cause:
    wanted, found = _phones(said), _phones(heard)
    if place.kind == "written":
        return "recogniser spelling"
    if wanted == found:
        return "homophone" if _in_dictionary(said) and _in_dictionary(heard) else "recogniser spelling"
    close = edit_distance(wanted, found) <= CLOSE * max(len(wanted), len(found))
    if close and not _has_digits(place) and not (_in_dictionary(said) and _in_dictionary(heard)):
        return "recogniser spelling"
    return "changed word"


def _has_digits(place: Place) -> bool:
    return any(letter.isdigit() for letter in place.said + place.heard)


def _figures(stretch: str) -> tuple[str, str]:
    """Digits in a row, and the letters besides, but for names of money and what makes an ordinal of a date."""
    bare = _UNITS.sub("", _DATE.sub(r"\1", stretch))
    return "".join(filter(str.isdigit, bare)), "".join(filter(str.isalpha, bare))


def _words(stretch: str, front_end: FrontEnd) -> list[Word]:
    return [word for sentence in front_end(stretch) for word in sentence.words]


def _phones(words: Sequence[Word]) -> list[str]:
    """Phonemes without stress; those of a weak vowel count as one, since unstressed words are said with any of them."""
    bare = (phoneme.rstrip("012") for word in words for phoneme in word.phonemes)
    return ["AH" if phoneme == "IH" else phoneme for phoneme in bare]


def _in_dictionary(words: Sequence[Word]) -> bool:
    return all(word.source in KNOWN for word in words)


def _twice(word: str, text: HeardText) -> bool:
    """Whether a word is heard twice in a row where the text has it but once."""
    pair = f" {word} {word} "
    return pair in f" {text.heard} " and pair not in f" {text.said} "
