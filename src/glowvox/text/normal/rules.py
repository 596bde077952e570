"""The table of rules: which are tried where a word may begin, and in which order."""

from __future__ import annotations

import re

from glowvox.text.normal import (
    abbreviations,
    acronyms,
    dates,
    emoji,
    marks,
    money,
    number_characters,
    plain_numbers,
    primes,
    quotes,
    roman,
    scripts,
    signs,
    telephone,
    times,
    unicode_names,
    units,
    web,
)
from glowvox.text.normal.reading import Reading, Rule, plain_word


def _word(match: re.Match[str]) -> Reading:
    """A word as written; the apostrophe of a plural's genitive or a dropped g stays with it."""
    words = plain_word(match[0])
    return Reading(words, match.end(), plain=words[0].text == match[0].lower())


WORD = Rule(
    "word", re.compile(r"[A-Za-z]++(?:'[A-Za-z]++)*+(?:(?<=s)'(?!\w)|(?<=in)'(?!\w)|(?<=\b[oO])'(?=\s))?"), _word
)

RULES: dict[str, tuple[Rule, ...]] = {
    "letter": (
        web.URL,
        web.WWW,
        web.MAIL,
        web.WINDOWS_PATH,
        web.FILE,
        web.HOST,
        abbreviations.SLASHED,
        abbreviations.NUMBERED,
        dates.MONTH_DAY,
        dates.MONTH_SHORT,
        dates.SPAN,
        dates.WEEKDAY,
        dates.ERA_FIRST,
        units.UNIT_ALONE,
        money.CODE_FIRST,
        money.SIGN_FIRST,
        abbreviations.DOTTED,
        abbreviations.SAINT,
        abbreviations.ALWAYS_SHORT,
        roman.ROMAN,
        abbreviations.STOPS,
        abbreviations.INITIAL,
        acronyms.AMPERSAND,
        acronyms.VERSION,
        web.NAME_WITH_UNDERSCORES,
        web.DOTTED_NAME,
        acronyms.CAPITALS,
        acronyms.SINGLE,
        acronyms.CAMEL,
        acronyms.MIXED,
        WORD,
    ),
    "number": (
        web.FILE,
        web.MAIL,
        web.HOST,
        dates.ISO_DATE,
        dates.US_DATE,
        dates.SHORT_DATE,
        dates.MONTH_AND_DAY,
        times.TIMES,
        times.TIME,
        times.HOUR,
        telephone.CARD,
        telephone.TELEPHONE,
        telephone.BOOK,
        telephone.DIALLED,
        plain_numbers.DOTTED,
        money.SIGN_FIRST,
        money.COMMA,
        money.SIGN_LAST,
        money.CENTS,
        primes.FEET,
        primes.INCHES,
        primes.POSITION,
        plain_numbers.POWER,
        plain_numbers.PERCENTS,
        plain_numbers.PERCENT,
        plain_numbers.GROUPED,
        dates.DECADE,
        dates.ERA,
        dates.DAY_MONTH,
        plain_numbers.PLURAL,
        units.UNIT,
        plain_numbers.LETTER_SCALE,
        plain_numbers.BY,
        plain_numbers.ORDINAL,
        plain_numbers.HYPHENED,
        dates.YEAR_MONTH,
        dates.YEAR,
        plain_numbers.RATIO,
        plain_numbers.FRACTIONS,
        plain_numbers.RANGES,
        plain_numbers.PLAIN_NUMBER,
        units.LETTER,
        acronyms.MIXED,
        plain_numbers.DIGITS,
    ),
    "sign": (
        money.SIGN_FIRST,
        telephone.TELEPHONE,
        web.PATH,
        web.HASHTAG,
        web.MENTION,
        dates.DECADE,
        dates.SHORT_YEAR,
        units.PER,
        plain_numbers.POWER,
        plain_numbers.PERCENT,
        units.UNIT,
        plain_numbers.FRACTIONS,
        plain_numbers.RANGES,
        plain_numbers.PLAIN_NUMBER,
        signs.SHARP,
        signs.NUMBER_SIGN,
        signs.ENTITY,
        signs.OPERATOR,
        number_characters.CARET,
        marks.LINE,
        signs.BOLD,
        signs.MATH,
        marks.DASH,
        marks.COLON,
        marks.DOTS,
        marks.MARK,
        quotes.AND,
        quotes.ELISION,
        quotes.QUOTE,
        number_characters.RAISED,
        scripts.GREEK_LETTER,
        signs.SIGN,
        number_characters.VALUED,
        emoji.FLAG,
        scripts.FOREIGN,
        unicode_names.OTHER,
    ),
}


def kind_of(character: str) -> str:
    """Which rules may begin with this character of folded text."""
    if character.isascii():
        return "letter" if character.isalpha() else "number" if character.isdigit() else "sign"
    return "sign"
