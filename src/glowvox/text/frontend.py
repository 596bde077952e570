"""The front ends by name, and the one sequence of symbols a clip becomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from glowvox.config import near
from glowvox.errors import ConfigError
from glowvox.text.blanks import SUFFIX, BlankFrontEnd, without_blank
from glowvox.text.records import FrontEnd, Note, Pause, Sentence, Span, Token, Word
from glowvox.text.symbols import BOUNDARY, END, START, Symbols
from glowvox.text.user_lexicon import read_user_lexicon

__all__ = [
    "FRONT_ENDS",
    "FrontEnd",
    "Note",
    "Pause",
    "Sentence",
    "Span",
    "Token",
    "Wanted",
    "Word",
    "make_front_end",
    "token_names",
]


class Wanted(NamedTuple):
    """What a front end is made from.

    symbols  the inventory a model was trained with, for front ends whose inventory comes from a corpus
    lexicon  a file of pronunciations
    variant  what follows the colon of the name: a language, or the options of an imported tokenizer
    """

    symbols: Symbols | None
    lexicon: Path | None
    variant: str


def _english(wanted: Wanted) -> FrontEnd:
    from glowvox.text.english import EnglishFrontEnd  # each loads its own tables: a voice needs one of them

    return EnglishFrontEnd(read_user_lexicon(wanted.lexicon)) if wanted.lexicon else EnglishFrontEnd()


def _characters(wanted: Wanted) -> FrontEnd:
    from glowvox.text.characters import BASE, CharactersFrontEnd

    return CharactersFrontEnd(wanted.symbols or BASE)


def _espeak(wanted: Wanted) -> FrontEnd:
    from glowvox.text.characters import BASE
    from glowvox.text.espeak import EspeakFrontEnd

    return EspeakFrontEnd(wanted.variant or "en-us", wanted.symbols or BASE)


def _authors(wanted: Wanted) -> FrontEnd:
    from glowvox.text.authors import make_authors_front_end

    return make_authors_front_end(wanted.symbols, wanted.lexicon)


def _amphion(wanted: Wanted) -> FrontEnd:
    from glowvox.text.amphion import make_amphion_front_end

    return make_amphion_front_end(wanted.lexicon)


def _coqui(wanted: Wanted) -> FrontEnd:
    from glowvox.text.coqui import make_coqui_front_end

    return make_coqui_front_end(wanted.variant, wanted.symbols)


def _flowtron(wanted: Wanted) -> FrontEnd:
    from glowvox.text.flowtron import make_flowtron_front_end

    return make_flowtron_front_end(wanted.variant, wanted.lexicon)


FRONT_ENDS: dict[str, Callable[[Wanted], FrontEnd]] = {
    "english": _english,
    "characters": _characters,
    "espeak": _espeak,
    "glow-tts-authors": _authors,
    "glow-tts-amphion": _amphion,
    "coqui": _coqui,
    "flowtron": _flowtron,
}
_WITH_LEXICON = ("english", "glow-tts-authors", "glow-tts-amphion", "flowtron")
_WITH_VARIANT = ("espeak", "coqui", "flowtron")


def make_front_end(name: str, *, symbols: Symbols | None = None, lexicon: Path | None = None) -> FrontEnd:
    """The front end called `name`; espeak takes a language, as in "espeak:de", and each a blank, as "english+blank".

    symbols  the inventory a model was trained with; needed by front ends whose inventory comes from a corpus
    lexicon  file of a user's own pronunciations (english), or the dictionary of an imported model
             (glow-tts-authors, glow-tts-amphion, flowtron)
    raises   ConfigError for an unknown name, with the nearest one, and for a lexicon or language it cannot use;
             TextError for a lexicon that cannot be read
    """
    if name.endswith(SUFFIX):
        inner = without_blank(symbols) if symbols else None
        return BlankFrontEnd(make_front_end(name.removesuffix(SUFFIX), symbols=inner, lexicon=lexicon))
    kind, _, variant = name.partition(":")
    if kind not in FRONT_ENDS:
        raise ConfigError(f"unknown front end '{name}'{near(kind, list(FRONT_ENDS))}")
    if variant and kind not in _WITH_VARIANT:
        raise ConfigError(f"front end '{name}': '{kind}' has no variants; write '{kind}'")
    if lexicon and kind not in _WITH_LEXICON:
        raise ConfigError(f"the front end '{kind}' uses no lexicon; {' and '.join(_WITH_LEXICON)} do")
    return FRONT_ENDS[kind](Wanted(symbols, lexicon, variant))


def token_names(sentences: Sequence[Sentence], *, framed: bool = True) -> list[str]:
    """The symbols of a whole clip: start, the sentences joined by word boundaries, end.

    framed  false for front ends of imported models, whose clips are their tokens and nothing else
    """
    if not framed:
        return [token.symbol for sentence in sentences for token in sentence.tokens]
    names = [START]
    for sentence in sentences:
        if sentence.tokens:
            if len(names) > 1:
                names.append(BOUNDARY)
            names += [token.symbol for token in sentence.tokens]
    return [*names, END]
