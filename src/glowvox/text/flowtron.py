"""The front end of the published Flowtron code: letters, and ARPAbet where a dictionary is sure. For imported models.

Token ids are kept bit for bit, oddities included: the "s" of a possessive whose word is not in the dictionary vanishes,
words with several pronunciations stay in letters, and phones that a user wrote in braces are read as letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from glowvox.errors import ConfigError, TextError
from glowvox.text.flowtron_cleaner import Lookup, clean
from glowvox.text.heteronym_table import BY_RULE, NOUN_AND_VERB, read_roles
from glowvox.text.lexicon import shipped
from glowvox.text.records import Note, Sentence, Token, Word
from glowvox.text.symbols import PHONES, VOWELS, Symbols, describe

VERSION = "1"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ARPABET = sorted({*PHONES, *VOWELS})
NAMES = (
    *"!'\",.:;? ",
    *"#%&*+-/[]()",
    *"_@©°½—₩€$",
    *"áçéêëñöøćž",
    *"0123456789",
    *_LETTERS,
    *(f"@{phone}" for phone in _ARPABET),
)
_SPOKEN = frozenset(NAMES)
_WORD = re.compile(r"\S*\{.*?\}\S*|\S+")
_GROUP = re.compile(r"(.*?)\{(.+?)\}(.*)")
_OUTSIDE = re.compile(r"(\A\W*)(.*?)(\W*\Z)", re.DOTALL)
_POSSESSIVE = re.compile(r"(?=\S*')[a-zA-Z'-]+")
_ENTRY = re.compile(r"(?P<word>[A-Z'][^ ]*?)(?:\([0-9]+\))?  (?P<phones>.*)")
_UNSURE = frozenset({"AM", "DR", "ST"})  # the hour or the verb; our dictionary has one pronunciation of each
LETTERS = "letters"  # the variant for models trained on letters alone


@dataclass(frozen=True)
class FlowtronFrontEnd:
    """The published 185 symbols.

    look_up     a word in capitals → its phones, None where it is unknown or has several pronunciations
    heteronyms  words, in small letters, that stay in letters because their sound depends on their meaning
    phonetic    whether words become phones where that is possible
    """

    look_up: Lookup
    heteronyms: frozenset[str]
    phonetic: bool = True
    name: str = field(default="flowtron", init=False)
    version: str = field(default=VERSION, init=False)
    framed: bool = field(default=False, init=False)

    @property
    def symbols(self) -> Symbols:
        """The published inventory."""
        return Symbols(NAMES)

    def __call__(self, text: str) -> list[Sentence]:
        """One sentence: the original knows no others. Every span is that of the whole text.

        raises  TextError where nothing is left to speak
        """
        span = (0, len(text))
        spelled = self.spell(text, lambda: self.phonetic)
        names, dropped = _symbols(spelled)
        if not names:
            raise TextError("nothing in the text can be spoken with the symbols of the published Flowtron code")
        tokens = tuple(Token(name, span) for name in names)
        word = Word(text, span, spelled, tuple(names), "dictionary" if self.phonetic else "characters")
        return [Sentence(text, span, (word,), tokens, notes=_notes(text, dropped))]

    def spell(self, text: str, chosen: Callable[[], bool]) -> str:
        """The cleaned text, with phones in braces for the words that are chosen and can be looked up.

        chosen  asked once a word, in order: always true gives what the published code calls probability 1
        raises  TextError for amounts and measures that break the published code
        """
        words = _WORD.findall(clean(text, self.look_up))
        return " ".join(self._phones(word) if chosen() else word for word in words)

    def ids(self, text: str) -> list[int]:
        """Ids of a text, as the published code gives them."""
        return self.spelled_ids(self.spell(text, lambda: self.phonetic))

    def spelled_ids(self, spelled: str) -> list[int]:
        """Ids of a text that `spell` has made ready."""
        return self.symbols.encode(_symbols(spelled)[0])

    def _phones(self, word: str) -> str:
        outside = _OUTSIDE.fullmatch(word)
        assert outside is not None
        before, inside, behind = outside.groups()
        ending = ""
        if _POSSESSIVE.match(inside) and inside.lower() != "it's" and inside.lower().endswith("s"):
            inside, ending = inside[:-2], " Z"
        phones = None if inside.lower() in self.heteronyms else self.look_up(inside.upper())
        return f"{before}{inside}{behind}" if phones is None else f"{before}{{{phones}{ending}}}{behind}"


def _symbols(spelled: str) -> tuple[list[str], list[str]]:
    """Symbol names of a spelled text, and what has none."""
    names: list[str] = []
    dropped: list[str] = []

    def add(candidates: Iterable[str]) -> None:
        for name in candidates:
            (names if name in _SPOKEN else dropped).append(name)

    while spelled:
        group = _GROUP.match(spelled)
        if not group:
            add(spelled)
            break
        add(group[1])
        add(f"@{phone}" for phone in group[2].split())
        spelled = group[3]
    return names, dropped


def make_flowtron_front_end(variant: str, dictionary: Path | None) -> FlowtronFrontEnd:
    """The front end of an imported model.

    variant     "letters" for a model trained without phones
    dictionary  CMUdict as it came with the model, or the folder of it; a file `heteronyms` beside it is read too.
                Without one, this package's own dictionary and heteronyms serve, and ids may differ in places.
    raises      TextError for files that cannot be read, ConfigError for another variant
    """
    if variant not in ("", LETTERS):
        raise ConfigError(f"front end 'flowtron:{variant}': the only variant is '{LETTERS}'")
    phonetic = variant != LETTERS
    if dictionary is None:
        return FlowtronFrontEnd(_ours, _our_heteronyms(), phonetic)
    if dictionary.is_dir():
        dictionary = dictionary / "cmudict_dictionary"
    beside = dictionary.with_name("heteronyms")
    heteronyms = read_heteronyms(beside) if beside.is_file() else _our_heteronyms()
    return FlowtronFrontEnd(read_unambiguous(dictionary).get, heteronyms, phonetic)


def read_unambiguous(path: Path) -> dict[str, str]:
    """Words of a dictionary in CMUdict's own format (latin-1, two spaces before the phones) with one pronunciation.

    raises  TextError naming the file: unreadable, or without any entry
    """
    entries: dict[str, list[str]] = {}
    for line in _lines(path, "latin-1"):
        match = _ENTRY.fullmatch(line.strip())
        if match and all(f"@{phone}" in _SPOKEN for phone in match["phones"].split()):
            entries.setdefault(match["word"], []).append(match["phones"])
    if not entries:
        raise TextError(f"{path}: no entry as in CMUdict: WORD, two spaces, phones")
    return {word: phones[0] for word, phones in entries.items() if len(phones) == 1}


def read_heteronyms(path: Path) -> frozenset[str]:
    """Words of a list, one a line; those with capitals or blanks can never be met and do no harm.

    raises  TextError naming a file that cannot be read
    """
    return frozenset(line.rstrip() for line in _lines(path, "utf-8") if line.strip())


def _lines(path: Path, encoding: str) -> list[str]:
    try:
        return path.read_text(encoding=encoding).splitlines()
    except UnicodeDecodeError as error:
        raise TextError(f"{path}: cannot be read as {encoding.upper()} text: {error}") from None
    except OSError as error:
        raise TextError(f"{path}: cannot be read: {error.strerror}") from None


def _ours(word: str) -> str | None:
    if word in _UNSURE:
        return None
    phones = shipped().get(word.lower())
    return None if phones is None else " ".join(phones)


def _our_heteronyms() -> frozenset[str]:
    return frozenset({*read_roles(NOUN_AND_VERB), *read_roles(BY_RULE)})


def _notes(text: str, dropped: list[str]) -> tuple[Note, ...]:
    return tuple(_note(text, symbol) for symbol in dict.fromkeys(dropped))


def _note(text: str, symbol: str) -> Note:
    place = text.find(symbol)
    where = f" at column {place + 1}" if place >= 0 else ""
    span = (place, place + 1) if place >= 0 else (0, len(text))
    return Note("unknown symbol", f"{describe(symbol)}{where} is not among the model's symbols: not spoken", span)
