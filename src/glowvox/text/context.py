"""The words around a word, and what they say about it: noun or verb."""

from __future__ import annotations

from dataclasses import dataclass


def words(text: str) -> frozenset[str]:
    """A set of words given in one string."""
    return frozenset(text.split())


BEFORE_VERB = words(
    "to will would can could shall should may might must cannot do does did don't doesn't didn't won't wouldn't can't"
    " couldn't shouldn't mustn't let lets let's please i you we they i'll you'll he'll she'll it'll we'll they'll i'd"
    " you'd he'd she'd we'd they'd help helps helped who"
)
BEFORE_VERB_WITH_S = words("he she it who which that this everyone everybody nobody somebody someone there")
BEFORE_NOUN = words(
    "a an the this that these those my your his her its our their no some any every each another such whose of in on at"
    " by with for from under into without about between against one two three four five six ten many few several more"
    " most much new old own good great first last next same other very so too"
)
ADVERBS = words(
    "not never always also often only just really even still soon ever now then again further both all thus simply"
)
OBJECTS = words("the a an this these those my your his its our their it them us me him myself himself itself")
FORMS_OF_BE = words("am is are was were be been being i'm you're he's she's it's we're they're isn't aren't wasn't")
FORMS_OF_HAVE = words("have has had having i've you've we've they've haven't hasn't hadn't")
SUBJECTS = words("i you we they")
THIRD_PERSON = words("he she it")
AUXILIARIES = words(
    "will would can could shall should may might must do does did don't doesn't didn't won't wouldn't can't couldn't"
)


@dataclass(frozen=True)
class Context:
    """A sentence as rules see it: words as spoken with punctuation marks among them, and as they were written."""

    words: tuple[str, ...]
    written: tuple[str, ...]

    def before(self, place: int, *, skip: frozenset[str] = frozenset()) -> str:
        """The word before, passing over those to skip and adverbs in -ly with them; empty at the start of a phrase."""
        for word in reversed(self.words[:place]):
            if not (word in skip or (skip and word.endswith("ly"))):
                return word if word[-1].isalpha() else ""
        return ""

    def before_subject(self, place: int) -> str:
        """The word before the pronoun before, as "will" in "will you read"; empty where there is no pronoun."""
        for index in range(place - 1, 0, -1):
            word = self.words[index]
            if word in SUBJECTS | THIRD_PERSON:
                return self.words[index - 1]
            if word not in ADVERBS:
                break
        return ""

    def after(self, place: int) -> str:
        """The word after; empty at the end of a phrase."""
        following = self.words[place + 1 : place + 2]
        return following[0] if following and following[0][-1].isalpha() else ""

    def has(self, wanted: frozenset[str]) -> bool:
        """Whether any of the words is in the sentence."""
        return not wanted.isdisjoint(self.words)


def noun_before(context: Context, place: int) -> bool:
    """Whether the word before asks for a noun."""
    before = context.before(place)
    return before in BEFORE_NOUN or before.endswith("'s")


def verb_before(context: Context, place: int) -> bool:
    """Whether the word before, adverbs passed over, asks for a plain verb."""
    return context.before(place, skip=ADVERBS) in BEFORE_VERB


def role(context: Context, place: int, *, ends_in_s: bool) -> str | None:
    """ "noun" or "verb", or None where nothing tells.

    ends_in_s  whether the word is a plural or a third person
    """
    near, direct = context.before(place, skip=ADVERBS), context.before(place)
    if near in (BEFORE_VERB_WITH_S if ends_in_s else BEFORE_VERB) and direct not in BEFORE_NOUN - BEFORE_VERB_WITH_S:
        return "verb"
    if noun_before(context, place):
        return "noun"
    following = context.after(place)
    if following == "of" or near in FORMS_OF_BE:
        return "noun"
    return "verb" if following in OBJECTS else None
