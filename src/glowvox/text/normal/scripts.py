"""Letters that are not Latin: Greek ones by name, others reported."""

from __future__ import annotations

import re
import unicodedata

from glowvox.text.normal.reading import Pattern, Reading, Rule, listed, read_words
from glowvox.text.normal.unicode_names import shown

_GREEK = listed(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau"
    " upsilon phi chi psi omega"
)
GREEK = {chr(0x3B1 + place): name for place, name in enumerate(_GREEK)}
GREEK |= {letter.upper(): name for letter, name in GREEK.items()} | {"ϕ": "phi", "ϵ": "epsilon", "ϑ": "theta"}
_SHOWN = 20  # letters of a foreign word quoted in the note


def _greek(match: re.Match[str]) -> Reading | None:
    if len(match[0]) > 2 or any(letter not in GREEK for letter in match[0]):
        return None
    return read_words(match, " ".join(GREEK[letter] for letter in match[0]))


def _foreign(match: re.Match[str]) -> Reading:
    """A run of letters and marks of other scripts; what is a number in between is left to be read."""
    text, end = match.string, match.end()
    while end < len(text) and not text[end].isascii() and unicodedata.category(text[end])[0] in "LM":
        end += 1
    run = text[match.start() : end]
    quoted = run if len(run) <= _SHOWN else f"{run[:_SHOWN]}…"
    points = ", ".join(dict.fromkeys(shown(letter) for letter in run[:3]))
    return Reading([], end, ("foreign", f"cannot speak '{quoted}': not in Latin letters, {points}"))


GREEK_LETTER = Rule("greek letter", Pattern(rf"[{''.join(GREEK)}]++(?![^\W\d_])"), _greek)
FOREIGN = Rule("foreign", Pattern(r"[^\W\d_]"), _foreign)
