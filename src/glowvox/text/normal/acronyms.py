"""Words in capitals, words with capitals inside, and letters mixed with digits."""

from __future__ import annotations

import re

from glowvox.text.normal.reading import (
    Pattern,
    Reading,
    Rule,
    Said,
    after,
    before,
    letters,
    listed,
    plain_word,
    read_words,
    spoken,
)
from glowvox.text.numbers import digits, pairs, plural, whole

# Acronyms of two or three letters said as words; longer ones are where they can be.
_WORDS = listed(
    "RAM ROM GIF PIN SIM LAN WAN LOL DOS GUI ACE DAX MAC TED GNU ZIP CAM RIP SAM PAC HUD BIC RAF"
)  # fmt: skip
# Short words that people write in capitals for emphasis, in titles and on signs.
_EMPHASISED = listed(
    "AM AN AS AT BE BY DO GO HE HI IF IN IS ME MY NO OF OH ON OR SO TO UP WE AH HA HO OW ADD AND ANY ARE ASK"
    " BAD BED BIG BOX BOY BUT BUY CAN CAR CAT CUT DAY DID DIE DOG DRY EAT END EYE FAR FAT FEW FIX FLY FOR FUN"
    " GAS GET GOD GOT GUN GUY HAD HAS HAT HER HEY HIM HIS HIT HOT HOW ICE ILL ITS JOB JOY KEY KID LAW LAY LEG"
    " LET LIE LOT LOW MAD MAN MAP MAY MEN MET MIX MOM NEW NOR NOT NOW ODD OFF OLD ONE OUR OUT OWN PAY PET PUT"
    " RAN RED RUN SAD SAW SAY SEA SEE SET SHE SIR SIT SIX SKY SON SUN TAX TEN THE TOO TOP TRY TWO USE WAR WAS"
    " WAY WET WHO WHY WIN WON WOW YES YET YOU ZOO AHA DAD SEX ART AGE AGO AID AIR ALL ARM BAG BAR BIT CUP EAR"
    " EGG FOX HOP JET MUD NET NUT OIL PAN PEN PIG RAT ROW SKI TEA TIE TIP TOE TOY VAN VIA ACT ARC CRY WHY SHY"
    " WORLD"
)
# Longer ones that could be said as words and are not.
_SPELLED = listed(
    "IEEE NCAA UCLA ACLU AARP USDA USAF ASAP EEOC OECD IAEA ICAO NAACP USAID ADHD ISIN EULA IOUS HSBC ESPN ISBN UEFI"
)
_SAYABLE = frozenset({*_WORDS, *_EMPHASISED})
_UNSAYABLE = re.compile(
    r"[^AEIOUY]{4}"
    r"|^[^AEIOUY]+$"
    r"|^(?!GN|KN|PN|PS|CZ|DJ|TS)[BCDFGKPTVZ][BCDFGJKMNPQTVXZ]"
    r"|Q(?!U)"
)
_NOT_CAMEL = re.compile(r"^(?:Mc|Mac|De|Di|Du|La|Le|Van|Von|Fitz|O'|D'|L')[A-Z]")
_FIXED = {
    "PhD": "p h d",
    "PhDs": "p h d's",
    "LaTeX": "latex",
    "TeX": "tex",
    "WiFi": "wi fi",
    "iOS": "i o s",
    "macOS": "mac o s",
    "DoD": "d o d",
    "DoJ": "d o j",
    "OK": "okay",
    "OKs": "okays",
    "TV": "t v",
}
_CAMEL = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]")
_RUNS = re.compile(r"[A-Za-z]+(?:'s)?|\d+")


def say_letters(run: str) -> list[Said]:
    """A run of letters out of its sentence: spelled if it looks like an acronym, else a word."""
    if run in _FIXED:
        return [Said(word, spell=len(word.partition("'")[0]) == 1) for word in _FIXED[run].split()]
    if len(run) == 1 or (run.isupper() and is_spelled(run)):
        return letters(run)
    if not (run.islower() or run.isupper() or run.istitle() or _NOT_CAMEL.match(run)):
        return [word for part in _CAMEL.findall(run) for word in say_letters(part)]
    return plain_word(run)


def is_spelled(run: str) -> bool:
    """Whether capitals that stand by themselves are said letter by letter."""
    if run in _SAYABLE:
        return False
    return run in _SPELLED or len(run) < 4 or (len(run) < 6 and _UNSAYABLE.search(run) is not None)


def say_code(text: str) -> list[Said]:
    """Letters and digits in one: "MP3" is "m p three", "i18n" "i eighteen n"."""
    words: list[Said] = []
    for run in _RUNS.findall(text):
        if run.isdigit():
            number = pairs(run) if len(run) == 4 else whole(run) if len(run) < 4 else digits(run)
            words += spoken(number)
        else:
            words += say_letters(run)
    return words


def _shouting(match: re.Match[str]) -> bool:
    """Whether the words beside the match are in capitals as well, as in a headline."""
    lead = re.search(r"([A-Za-z]+)[^A-Za-z]{1,3}$", before(match))
    tail = re.match(r"[^A-Za-z]{1,3}([A-Za-z]+)", after(match))
    beside = [side[1] for side in (lead, tail) if side]
    return bool(beside) and all(word.isupper() and (len(word) > 3 or word in _EMPHASISED) for word in beside)


def _with_ending(words: list[Said], ending: str) -> list[Said]:
    if not ending or not words:
        return words
    return [*words[:-1], Said(f"{words[-1].text}'s", words[-1].spell)]


def _capitals(match: re.Match[str]) -> Reading | None:
    run, ending = match["run"], match["ending"] or ""
    if run in _FIXED:
        return read_words(match, _with_ending(say_letters(run), ending))
    organisation = run == "WHO" and before(match, 4).lower() == "the "
    if len(run) == 1 or not (is_spelled(run) or organisation):
        return None
    if _shouting(match) and not _UNSAYABLE.search(run):
        return None
    return read_words(match, _with_ending(letters(run), ending))


def _ampersand(match: re.Match[str]) -> Reading:
    words: list[Said] = []
    for part in match[0].split("&"):
        words += (spoken("and") if words else []) + (letters(part) if len(part) < 3 else say_letters(part))
    return read_words(match, words)


def _mixed(match: re.Match[str]) -> Reading | None:
    text = match["code"]
    if not any(character.isdigit() for character in text):
        return None
    many = len(text) > 1 and text[-1] == "s" and text[-2].isdigit()
    words = say_code(text[:-1] if many else text)
    if many:
        words[-1] = Said(plural(words[-1].text))
    return read_words(match, _with_ending(words, match["ending"] or ""))


def _version(match: re.Match[str]) -> Reading:
    return read_words(match, f"version {' point '.join(whole(part) for part in match['n'].split('.'))}")


def _single(match: re.Match[str]) -> Reading | None:
    """A capital by itself is a letter, but for "I" and for an "A" that begins something."""
    letter, ending = match["letter"], match["ending"] or ""
    if letter == "I" or (letter == "A" and not ending and re.match(r"[ ]+[a-zA-Z]", after(match))):
        return None
    return read_words(match, _with_ending(letters(letter), ending))


def _camel(match: re.Match[str]) -> Reading | None:
    word = match["word"]
    if word in _FIXED:
        return read_words(match, _with_ending(say_letters(word), match["ending"] or ""))
    if word.islower() or word.istitle() or word.isupper() or _NOT_CAMEL.match(word):
        return None
    return read_words(match, _with_ending(say_letters(word), match["ending"] or ""))


CAPITALS = Rule("acronym", Pattern(r"(?P<run>[A-Z]++)(?P<ending>'?s)?(?![\w&]|'[A-Za-z])"), _capitals)
AMPERSAND = Rule("acronym", Pattern(r"[A-Z]{1,3}(?:&[A-Z]{1,3}){1,2}(?!\w)"), _ampersand)
MIXED = Rule("letters and digits", Pattern(r"(?P<code>[A-Za-z\d]++)(?P<ending>'s)?(?!\w)"), _mixed)
VERSION = Rule("version", Pattern(r"(?:v|V(?=\d+\.)|ver\.[ ]?)(?P<n>\d++(?:\.\d++){0,5})(?!\w|\.\w)"), _version)
SINGLE = Rule("letter", Pattern(r"(?P<letter>[A-Z])(?P<ending>'s)?(?![\w'])"), _single)
CAMEL = Rule("joined words", Pattern(r"(?P<word>[A-Za-z]++)(?P<ending>'s)?(?!\w)"), _camel)
