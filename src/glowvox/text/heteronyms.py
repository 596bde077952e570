"""Which of two pronunciations a word takes: small rules over the words around it, and a default where they are silent.

Nouns against verbs are told by what stands before ("to record", "the record") or, failing that, by an object after
("record the sound"); a few words have rules of their own. There is no tagger: docs/text.md lists the defaults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from glowvox.text.heteronym_table import BY_RULE, NOUN_AND_VERB, read_roles
from glowvox.text.morphology import with_s


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# before a plain verb
_VERB_AFTER = _words(
    "to will would can could shall should may might must cannot do does did don't doesn't didn't won't wouldn't can't "
    "couldn't shouldn't mustn't let lets let's please i you we they i'll you'll he'll she'll it'll we'll they'll i'd you'd "
    "he'd she'd we'd they'd help helps helped who"
)
# before a verb with -s
_VERBS_AFTER = _words("he she it who which that this everyone everybody nobody somebody someone there")
_NOUN_AFTER = _words(
    "a an the this that these those my your his her its our their no some any every each another such whose of in on at by "
    "with for from under into without about between against one two three four five six ten many few several more most "
    "much new old own good great first last next same other very so too"
)
_ADVERBS = _words(
    "not never always also often only just really even still soon ever now then again further both all thus simply"
)
_OBJECTS = _words("the a an this these those my your his its our their it them us me him myself himself itself")
_BE = _words("am is are was were be been being i'm you're he's she's it's we're they're isn't aren't wasn't")
_HAVE = _words("have has had having i've you've we've they've haven't hasn't hadn't")
_PAST = _words(
    "was were had did said went came took saw yesterday ago then thought told gave knew made got began stood sat"
)
_SUBJECTS = _words("i you we they")
_PRONOUNS = _SUBJECTS | _words("he she it")


@dataclass(frozen=True)
class Context:
    """A sentence as the rules see it: words in spoken form with punctuation marks among them, and as they were written."""

    words: tuple[str, ...]
    written: tuple[str, ...]

    def before(self, place: int, *, skip: frozenset[str] = frozenset()) -> str:
        """The word before, passing over those to skip; empty at the start of a phrase."""
        for word in reversed(self.words[:place]):
            if not (word in skip or (skip and word.endswith("ly"))):
                return word if word[-1].isalpha() else ""
        return ""

    def after(self, place: int) -> str:
        """The word after; empty at the end of a phrase."""
        following = self.words[place + 1 : place + 2]
        return following[0] if following and following[0][-1].isalpha() else ""

    def has(self, words: frozenset[str]) -> bool:
        """Whether any of the words is in the sentence."""
        return not words.isdisjoint(self.words)


def pronounce(context: Context, place: int) -> tuple[str, ...] | None:
    """Phones of the word at a place of the sentence, or None where it is no heteronym."""
    word = context.words[place]
    if word in _RULES:
        roles = _BY_RULE[word]
        return roles[_RULES[word](context, place) or next(iter(roles))]
    if word in _ROLES:
        roles = _ROLES[word]
        return roles.get(_role(context, place, ends_in_s=False) or "") or next(iter(roles.values()))
    if word in _WITH_S:
        role = _role(context, place, ends_in_s=True) or "noun"
        roles = _WITH_S[word]
        return roles.get(role) or next(iter(roles.values()))
    return None


def _role(context: Context, place: int, *, ends_in_s: bool) -> str | None:
    """ "noun" or "verb", or None where nothing tells."""
    near = context.before(place, skip=_ADVERBS)
    direct = context.before(place)
    if near in (_VERBS_AFTER if ends_in_s else _VERB_AFTER) and direct not in _NOUN_AFTER - _VERBS_AFTER:
        return "verb"
    if direct in _NOUN_AFTER or direct.endswith("'s"):
        return "noun"
    following = context.after(place)
    if following == "of" or near in _BE:
        return "noun"
    return "verb" if following in _OBJECTS else None


def _verb_cue(context: Context, place: int) -> bool:
    return context.before(place, skip=_ADVERBS) in _VERB_AFTER


def _noun_cue(context: Context, place: int) -> bool:
    before = context.before(place)
    return before in _NOUN_AFTER or before.endswith("'s")


_AROUND = _words("up down around round through along about its his her their back")
_ARCHERY = _words(
    "arrow arrows archer archers quiver violin cello fiddle ribbon ribbons tie ties tied hair string strings"
)
_FISH = _words("fish fishing fisherman caught lake river trout pond boat")
_LEADEN = _words(
    "pipe pipes paint poisoning pencil pencils weight weights shot bullet bullets mine mines ore acid battery batteries roof "
    "seal foil glass coffin content levels"
)
_METALS = _words("of molten melted heavy like white red black and")
_LIVE = _words(
    "show shows audience music broadcast broadcasts wire wires coverage performance performances television tv concert "
    "concerts stream streams ammunition animals animal birds band event events version recording album chat feed video oak "
    "bait stock rounds"
)
_BEFORE_LIVE = _words("a the broadcast recorded streamed streaming go went")
_PLACES = _words("in on at with here there alone near for by under up next across together among within off and")
_TINY = _words(
    "detail details particle particles amount amounts quantity quantities trace traces fraction fractions difference "
    "differences organisms organism degree examination inspection creatures insects scale"
)


def _read(context: Context, place: int) -> str:
    before = context.before(place, skip=_ADVERBS)
    if before in _BE | _HAVE or before in ("he", "she", "it", "well", "widely"):
        return "past"
    if before in _SUBJECTS or before == "who":
        others = (*context.words[:place], *context.words[place + 1 :])
        return "past" if any(w in _PAST or (w.endswith("ed") and len(w) > 4) for w in others) else "now"
    if not before or before in _VERB_AFTER or _noun_cue(context, place) or before in ("and", "or"):
        return "now"
    return "past"  # after a name or a noun, where the present would have an -s


def _lead(context: Context, place: int) -> str | None:
    after, before = context.after(place), context.before(place)
    heavy = before in _METALS - {"and"} and after not in _OBJECTS
    return "metal" if after in _LEADEN or (heavy and not _verb_cue(context, place)) else None


def _live(context: Context, place: int) -> str | None:
    return "alive" if context.after(place) in _LIVE or context.before(place) in _BEFORE_LIVE else None


def _lives(context: Context, place: int) -> str | None:
    if _noun_cue(context, place) and context.before(place) not in ("this", "that"):
        return "noun"
    if context.before(place, skip=_ADVERBS) in _VERBS_AFTER:
        return "verb"
    return "verb" if context.before(place) and context.after(place) in _PLACES - {"and", "of"} else None


def _tear(context: Context, place: int) -> str:
    following = _words("it them him her me us down up off apart out away open through the his")
    if _verb_cue(context, place) or context.after(place) in following or context.before(place) in ("and", "or"):
        return "verb"
    return "drop" if _noun_cue(context, place) or context.before(place) in ("single", "bitter", "salt") else "verb"


def _turning(context: Context, place: int) -> bool:
    return not _noun_cue(context, place) and (_verb_cue(context, place) or context.after(place) in _AROUND)


def _content(context: Context, place: int) -> str | None:
    feeling = _BE | _words("feel feels felt seem seems seemed quite very perfectly remain remained not were being")
    before = context.before(place)
    pleased = before in feeling or (context.after(place) in ("with", "to") and not _noun_cue(context, place))
    return "pleased" if pleased else None


def _used(context: Context, place: int) -> str | None:
    habit = context.after(place) == "to" and context.before(place) not in ("be", "been", "is", "being")
    return "habit" if habit else None


def _wise(context: Context, place: int) -> bool:
    opened = context.before(place) in ("a", "the", "very", "most", "this")
    return opened and context.after(place) not in ("", "that", "to")


def _capital(context: Context, place: int) -> bool:
    return context.written[place][:1].isupper() and bool(context.before(place))


_RULES: dict[str, Callable[[Context, int], str | None]] = {
    "aged": lambda c, p: "old" if c.before(p) in ("the", "an", "his", "her", "their", "my") else None,
    "august": lambda c, p: None if c.written[p][:1].isupper() else "solemn",
    "bass": lambda c, p: "fish" if c.has(_FISH) else None,
    "blessed": lambda c, p: "holy" if c.before(p) in ("the", "a", "this", "every") else None,
    "bow": lambda c, p: "knot" if c.has(_ARCHERY) else None,
    "bows": lambda c, p: "knot" if c.has(_ARCHERY) else None,
    "content": _content,
    "dove": lambda c, p: "dived" if c.before(p) in _PRONOUNS or c.after(p) in ("into", "headlong", "under") else None,
    "invalid": lambda c, p: "person" if _noun_cue(c, p) and not c.after(p) else None,
    "lead": _lead,
    "learned": lambda c, p: "wise" if _wise(c, p) else None,
    "live": _live,
    "lives": _lives,
    "minute": lambda c, p: "tiny" if c.after(p) in _TINY or c.before(p) in ("most", "very", "so") else None,
    "polish": lambda c, p: "people" if _capital(c, p) else None,
    "read": _read,
    "resume": lambda c, p: "noun" if _noun_cue(c, p) or "é" in c.written[p] else None,
    "tear": _tear,
    "tears": lambda c, p: "verb" if c.before(p) in _VERBS_AFTER else None,
    "used": _used,
    "wind": lambda c, p: "turn" if _turning(c, p) else None,
    "winds": lambda c, p: "turn" if _turning(c, p) or c.before(p) in _VERBS_AFTER else None,
    "wound": lambda c, p: "turned" if _turning(c, p) and c.before(p) not in ("to", "can", "will", "could") else None,
}
_BY_RULE = read_roles(BY_RULE)
_ROLES = read_roles(NOUN_AND_VERB)


def _plurals() -> Iterator[tuple[str, dict[str, tuple[str, ...]]]]:
    for word, roles in _ROLES.items():
        if word == "house":
            yield "houses", {"noun": tuple(["HH", "AW1", "Z", "IH0", "Z"])}
        elif word == "mouth":
            yield "mouths", {"noun": tuple(["M", "AW1", "DH", "Z"])}
        elif word.endswith("y") and word[-2] not in "aeiou":
            yield word[:-1] + "ies", {role: with_s(phones) for role, phones in roles.items()}
        else:
            plural = word + ("es" if word.endswith(("ss", "x", "sh", "ch")) else "s")
            yield plural, {role: with_s(phones) for role, phones in roles.items()}


_WITH_S = dict(_plurals())
