"""Words the dictionary lacks, built from one it has: possessives, plurals and other endings, compounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

Phones = tuple[str, ...]
Lookup = Callable[[str], Phones | None]

_HISSING = {"S", "Z", "SH", "ZH", "CH", "JH"}
_VOICELESS = {"P", "T", "K", "F", "TH"}
_SHORTEST_PART = 3  # letters in a part of a compound


class Built(NamedTuple):
    """Phones of a word and how they were found: "ending" or "compound"."""

    phones: Phones
    source: str


def build(word: str, lookup: Lookup) -> Built | None:
    """Phones of `word` from those of its parts, or None where no rule applies."""
    for base, attach in _stems(word):
        if phones := lookup(base):
            return Built(attach(phones), "ending")
    return _compound(word, lookup)


def with_s(phones: Phones) -> Phones:
    """A plural, a possessive or a third person: -s as English voices it."""
    if phones[-1] in _HISSING:
        return (*phones, "IH0", "Z")
    return (*phones, "S" if phones[-1] in _VOICELESS else "Z")


def with_ed(phones: Phones) -> Phones:
    """A past tense: -ed as English voices it."""
    if phones[-1] in ("T", "D"):
        return (*phones, "IH0", "D")
    return (*phones, "T" if phones[-1] in _VOICELESS | {"S", "SH", "CH"} else "D")


def with_ing(phones: Phones) -> Phones:
    """A present participle."""
    return (*phones, "IH0", "NG")


def _stems(word: str) -> Iterator[tuple[str, Callable[[Phones], Phones]]]:
    """Candidate stems, the likeliest first, each with what its ending adds."""
    if word.endswith("'s"):
        yield word[:-2], with_s
    if word.endswith("s'"):
        yield word[:-1], _unchanged
        yield word[:-2], with_s
    if word.endswith("in'"):
        yield word[:-1] + "g", lambda phones: (*phones[:-1], "N")
    if word.endswith("'"):
        yield word[:-1], _unchanged
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        if word.endswith("ies"):
            yield word[:-3] + "y", with_s
        yield word[:-1], with_s
        if word.endswith("es"):
            yield word[:-2], with_s
    for ending, attach in (("ed", with_ed), ("ing", with_ing)):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word[: -len(ending)]
            if ending == "ed" and stem.endswith("i"):
                yield stem[:-1] + "y", attach
            if stem[-1] == stem[-2]:
                yield stem[:-1], attach
            yield stem + "e", attach
            yield stem, attach


def _unchanged(phones: Phones) -> Phones:
    return phones


def _compound(word: str, lookup: Lookup) -> Built | None:
    """Two known words in one, the longest first part preferred; the second part loses its main stress."""
    for cut in range(len(word) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
        first, second = lookup(word[:cut]), lookup(word[cut:])
        if first and second:
            return Built((*first, *(phone.replace("1", "2") for phone in second)), "compound")
    return None
