"""Words the dictionary lacks, built from one it has: possessives, plurals, past tenses and participles.

On held-out words of CMUdict these endings beat the network (-s 91 % of words right against 79 %, -es 91 against 74,
-ed 93 against 86, -ing 91 against 86); compounds of two known words (31 against 67), prefixes and other suffixes do
not, and are left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

Phones = tuple[str, ...]
Lookup = Callable[[str], Phones | None]

_HISSING = {"S", "Z", "SH", "ZH", "CH", "JH"}
_VOICELESS = {"P", "T", "K", "F", "TH"}


def inflect(word: str, lookup: Lookup) -> Phones | None:
    """Phones of `word` from those of the word it is a form of, or None where no rule applies."""
    for base, attach in _stems(word):
        if phones := lookup(base):
            return attach(phones)
    return None


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
