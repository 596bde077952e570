"""Which of two pronunciations a word takes: small rules over the words around it, and a default where they are silent.

Nouns against verbs are told by what stands before ("to record", "the record") or, failing that, by an object after
("record the sound"); a few words have rules of their own. There is no tagger: docs/text.md lists what to expect.
"""

from __future__ import annotations

from collections.abc import Iterator

from glowvox.text.context import Context, role
from glowvox.text.heteronym_rules import RULES
from glowvox.text.heteronym_table import BY_RULE, NOUN_AND_VERB, Roles, read_roles
from glowvox.text.morphology import with_s

_BY_RULE = read_roles(BY_RULE)
_PLAIN = read_roles(NOUN_AND_VERB)


def pronounce(context: Context, place: int) -> tuple[str, ...] | None:
    """Phones of the word at a place of the sentence, or None where it is no heteronym."""
    word = context.words[place]
    if word in RULES:
        return _pick(_BY_RULE[word], RULES[word](context, place))
    if word in _PLAIN:
        return _pick(_PLAIN[word], role(context, place, ends_in_s=False))
    if word in _WITH_S:
        return _pick(_WITH_S[word], role(context, place, ends_in_s=True) or "noun")
    return None


def _pick(roles: Roles, name: str | None) -> tuple[str, ...]:
    return roles[name] if name in roles else next(iter(roles.values()))


def _with_s() -> Iterator[tuple[str, Roles]]:
    for word, roles in _PLAIN.items():
        if word.endswith("y") and word[-2] not in "aeiou":
            spelled = word[:-1] + "ies"
        else:
            spelled = word + ("es" if word.endswith(("ss", "x", "sh", "ch")) else "s")
        yield spelled, {name: with_s(phones) for name, phones in roles.items()}


_VOICED_PLURALS = {"houses": ("HH", "AW1", "Z", "IH0", "Z"), "mouths": ("M", "AW1", "DH", "Z")}
_WITH_S = dict(_with_s()) | {word: {"noun": phones} for word, phones in _VOICED_PLURALS.items()}
