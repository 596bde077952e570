"""A pronunciation for each word of a sentence, and where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from glowvox.text import lexicon
from glowvox.text.context import Context
from glowvox.text.heteronyms import pronounce as heteronym
from glowvox.text.morphology import inflect
from glowvox.text.records import Span
from glowvox.text.spelling import spell
from glowvox.text.user_lexicon import UserLexicon
from glowvox.text.weak import weak_form

Spoken = tuple[tuple[str, ...], str]  # phones and their source
_LONGEST = 40  # letters the network is shown at once; longer strings are no words


@dataclass(frozen=True, slots=True)
class Item:
    """A word or mark of a normalised sentence.

    spelled  the letters are named        mark   punctuation, not a word
    given    phones and source where the writer gave them
    """

    text: str
    span: Span
    rule: str | None
    spelled: bool = False
    mark: bool = False
    given: Spoken | None = None


def pronounce(items: Sequence[Item], context: Context, own: UserLexicon) -> list[Spoken | None]:
    """Phones and source of each item; None for marks."""
    spoken = [None if item.mark else _alone(items, place, context, own) for place, item in enumerate(items)]
    for place, item in enumerate(items):
        chosen = spoken[place]
        if chosen is None or chosen[1] in ("inline", "user", "spelled"):
            continue
        following = spoken[place + 1] if place + 1 < len(items) else None
        if weak := weak_form(item.text, following[0] if following else None):
            spoken[place] = (weak, "weak form")
    return spoken


def _alone(items: Sequence[Item], place: int, context: Context, own: UserLexicon) -> Spoken:
    item = items[place]
    if item.given:
        return item.given
    if item.spelled:
        return spell(item.text, more_follow=_row_goes_on(items, place)), "spelled"
    if phones := own.get(item.text):
        return phones, "user"
    if item.text == "a" and _names_a_letter(items, place, context):
        return spell("a", more_follow=False), "spelled"
    if phones := heteronym(context, place):
        return phones, "heteronym"
    return look_up(item.text, own)


def look_up(word: str, own: UserLexicon) -> Spoken:
    """Phones of a word alone: from the dictionary, from the word it is a form of, or from the network."""
    dictionary = lexicon.shipped()
    if phones := dictionary.get(word) or dictionary.get(word.strip("'")):
        return phones, "lexicon"
    if phones := inflect(word, lambda base: own.get(base) or dictionary.get(base)):
        return phones, "ending"
    from glowvox.text import g2p

    pieces = (word[start : start + _LONGEST] for start in range(0, len(word), _LONGEST))
    return tuple(phone for piece in pieces for phone in g2p.shipped().phones(piece)), "network"


def _names_a_letter(items: Sequence[Item], place: int, context: Context) -> bool:
    """Whether an "A" is the letter, as in "vitamin A is" or "A B C", not the article of a title or of an opening."""
    if context.written[place] != "A":
        return False
    if place + 1 < len(items) and items[place + 1].spelled:
        return True
    following = context.written[place + 1 : place + 2]
    return bool(context.before(place)) and not (following and following[0][:1].isupper())


def _row_goes_on(items: Sequence[Item], place: int) -> bool:
    """Whether the next item is a letter to be named too, with no space between."""
    following = items[place + 1 : place + 2]
    return bool(following) and following[0].spelled and following[0].span[0] <= items[place].span[1]
