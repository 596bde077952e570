"""A user's own pronunciations: a text file, one word a line, that wins over the dictionary.

# word, a tab or two spaces, phones
Siobhan  SH IH0 V AO1 N
C++      /ˌsiː ˌplʌs ˈplʌs/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from glowvox.errors import TextError
from glowvox.text.markup import Inline
from glowvox.text.morphology import with_s
from glowvox.text.phonemes import parse_arpabet, parse_phonemes

_ENTRY = re.compile(r"(?P<word>\S+(?: \S+)*)(?:\t[\t ]*| {2,})(?P<phones>\S.*?)\s*")


@dataclass(frozen=True)
class UserLexicon:
    """Written word → phones. A word in small letters matches any case; one with capitals only that spelling."""

    entries: dict[str, tuple[str, ...]]

    def find(self, text: str) -> Iterator[Inline]:
        """Every place of the text where an entry stands as a whole word, with its possessive where there is one."""
        if not self.entries:
            return
        for match in self._pattern.finditer(text):
            phones = self.get(match["word"])
            if phones:
                spoken = with_s(phones) if match["s"] else phones
                yield Inline(match[0], match.span(), spoken, "user")

    def get(self, word: str) -> tuple[str, ...] | None:
        """Phones of a word as written, or None."""
        return self.entries.get(word) or self.entries.get(word.lower())

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        words = "|".join(re.escape(word) for word in sorted(self.entries, key=len, reverse=True))
        return re.compile(rf"(?<![\w'’])(?P<word>{words})(?P<s>['’]s)?(?![\w'’]|-\w)", re.IGNORECASE)


def read_user_lexicon(path: Path) -> UserLexicon:
    """Read a lexicon file; `#` opens a remark at the start of a line or after two spaces.

    raises  TextError naming file and line: unreadable, no separator, a bad phone, a word given twice
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise TextError(f"{path}: no such file") from None
    except (UnicodeDecodeError, OSError) as error:
        raise TextError(f"{path}: cannot be read as UTF-8 text: {error}") from None
    entries: dict[str, tuple[str, ...]] = {}
    for number, raw in enumerate(lines, start=1):
        line = re.sub(r"(?:^|\s{2,}|\t)#.*", "", raw).rstrip()
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        match = _ENTRY.fullmatch(line.lstrip())
        if not match:
            raise TextError(
                f"{where}: '{line.strip()}' is not a word and its phones",
                hint="put a tab or two spaces between the word and its phones: Siobhan  SH IH0 V AO1 N",
            )
        if match["word"] in entries:
            raise TextError(f"{where}: '{match['word']}' was given before; keep one of the two")
        entries[match["word"]] = _phones(match["phones"], where)
    return UserLexicon(entries)


def _phones(text: str, where: str) -> tuple[str, ...]:
    if len(text) > 2 and text.startswith("/") and text.endswith("/"):
        return parse_phonemes(text[1:-1], where)
    return parse_arpabet(text, where)
