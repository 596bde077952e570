"""Heteronyms that more than noun against verb decides: a rule each, which names a role or leaves the default."""

from __future__ import annotations

from collections.abc import Callable

from glowvox.text.context import (
    ADVERBS,
    AUXILIARIES,
    BEFORE_VERB,
    BEFORE_VERB_WITH_S,
    FORMS_OF_BE,
    FORMS_OF_HAVE,
    OBJECTS,
    SUBJECTS,
    THIRD_PERSON,
    Context,
    noun_before,
    verb_before,
    words,
)

Rule = Callable[[Context, int], str | None]

_PAST = words(
    "was were had did said went came took saw yesterday ago then thought told gave knew made got began stood sat"
)
_AROUND = words("up down around round through along about its his her their back")
_ARCHERY = words(
    "arrow arrows archer archers quiver violin cello fiddle ribbon ribbons tie ties tied hair string strings"
)
_FISH = words("fish fishing fisherman caught lake river trout pond boat")
_LEADEN = words(
    "pipe pipes paint poisoning pencil pencils weight weights shot bullet bullets mine mines ore acid battery batteries"
    " roof seal foil glass coffin content levels"
)
_METALS = words("of molten melted heavy like white red black")
_BEFORE_LIVE = words("a the broadcast recorded streamed streaming go went")
_AFTER_LIVE = words(
    "show shows audience music broadcast broadcasts wire wires coverage performance performances television tv concert"
    " concerts stream streams ammunition animals animal birds band event events version recording album chat feed video"
    " oak bait stock rounds"
)
_PLACES = words("in on at with here there alone near for by under up next across together among within off")
_TINY = words(
    "detail details particle particles amount amounts quantity quantities trace traces fraction fractions difference"
    " differences organisms organism degree examination inspection creatures insects scale"
)
_TORN = words("it them him her me us down up off apart out away open through the his")
_FEELING = FORMS_OF_BE | words("feel feels felt seem seems seemed quite very perfectly remain remained not")


def _read(context: Context, place: int) -> str:
    before = context.before(place, skip=ADVERBS)
    opener = context.before_subject(place)
    if opener in AUXILIARIES:  # will you read
        return "now"
    if opener in FORMS_OF_HAVE:  # has she read
        return "past"
    if before in FORMS_OF_BE | FORMS_OF_HAVE or before in ("he", "she", "it", "well", "widely"):
        return "past"
    if before in SUBJECTS or before == "who":
        others = (*context.words[:place], *context.words[place + 1 :])
        return "past" if any(word in _PAST or (word.endswith("ed") and len(word) > 4) for word in others) else "now"
    if not before or before in BEFORE_VERB or noun_before(context, place) or before in ("and", "or"):
        return "now"
    return "past"  # after a name or a noun, where the present would have an -s


def _lead(context: Context, place: int) -> str | None:
    after = context.after(place)
    metal = context.before(place) in _METALS and after not in OBJECTS
    return "metal" if after in _LEADEN or metal else None


def _lives(context: Context, place: int) -> str | None:
    before = context.before(place)
    if noun_before(context, place) and before not in ("this", "that"):
        return "noun"
    if context.before(place, skip=ADVERBS) in BEFORE_VERB_WITH_S:
        return "verb"
    return "verb" if before and context.after(place) in _PLACES else None


def _tear(context: Context, place: int) -> str | None:
    if verb_before(context, place) or context.after(place) in _TORN:
        return "verb"
    return "drop" if noun_before(context, place) or context.before(place) in ("single", "bitter", "salt") else None


def _turning(context: Context, place: int) -> bool:
    return not noun_before(context, place) and (verb_before(context, place) or context.after(place) in _AROUND)


def _wound(context: Context, place: int) -> str | None:
    if context.before(place, skip=ADVERBS) in THIRD_PERSON and context.before_subject(place) not in AUXILIARIES:
        return "turned"  # to injure would have an -s
    able = context.before(place, skip=ADVERBS) in ("to", "can", "will", "could", "would", "may", "might")
    return "turned" if _turning(context, place) and not able else None


def _content(context: Context, place: int) -> str | None:
    followed = context.after(place) in ("with", "to") and not noun_before(context, place)
    return "pleased" if context.before(place) in _FEELING or followed else None


def _used(context: Context, place: int) -> str | None:
    habit = context.after(place) == "to" and context.before(place) not in ("be", "been", "is", "being")
    return "habit" if habit else None


def _learned(context: Context, place: int) -> str | None:
    opened = context.before(place) in ("a", "the", "very", "most", "this")
    return "wise" if opened and context.after(place) not in ("", "that", "to") else None


def _polish(context: Context, place: int) -> str | None:
    return "people" if context.written[place][:1].isupper() and context.before(place) else None


def _resume(context: Context, place: int) -> str | None:
    return "noun" if noun_before(context, place) or "é" in context.written[place] else None


def _after(role: str, *cues: str) -> Rule:
    """The role where one of the cues is the word before."""
    return lambda context, place: role if context.before(place) in cues else None


RULES: dict[str, Rule] = {
    "aged": _after("old", "the", "an", "his", "her", "their", "my"),
    "august": lambda c, p: None if c.written[p][:1].isupper() else "solemn",
    "bass": lambda c, p: "fish" if c.has(_FISH) else None,
    "blessed": _after("holy", "the", "a", "this", "every"),
    "bow": lambda c, p: "knot" if c.has(_ARCHERY) else None,
    "bows": lambda c, p: "knot" if c.has(_ARCHERY) else None,
    "content": _content,
    "dove": lambda c, p: (
        "dived" if c.after(p) in ("into", "headlong", "under") or c.before(p) in ("he", "she") else None
    ),
    "invalid": lambda c, p: "person" if noun_before(c, p) and not c.after(p) else None,
    "lead": _lead,
    "learned": _learned,
    "live": lambda c, p: "alive" if c.after(p) in _AFTER_LIVE or c.before(p) in _BEFORE_LIVE else None,
    "lives": _lives,
    "minute": lambda c, p: "tiny" if c.after(p) in _TINY or c.before(p) in ("most", "very", "so") else None,
    "polish": _polish,
    "read": _read,
    "resume": _resume,
    "tear": _tear,
    "tears": _after("verb", *BEFORE_VERB_WITH_S),
    "used": _used,
    "wind": lambda c, p: "turn" if _turning(c, p) else None,
    "winds": lambda c, p: "turn" if _turning(c, p) or c.before(p) in BEFORE_VERB_WITH_S else None,
    "wound": _wound,
}
