"""The inventory of symbols a model reads: names in a fixed order, each at its id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from glowvox.errors import TextError

PAD = "_"
START = "^"
END = "$"
BOUNDARY = " "  # between two words

PUNCTUATION = (",", ".", "?", "!", ";", ":", "-", "…", "(", ")", '"')

# fmt: off
CONSONANTS = (
    "B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N",
    "NG", "P", "R", "S", "SH", "T", "TH", "V", "W", "Y", "Z", "ZH",
)
VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
# fmt: on
STRESSED_VOWELS = tuple(vowel + stress for vowel in VOWELS for stress in "012")
PHONES = CONSONANTS + STRESSED_VOWELS


@dataclass(frozen=True)
class Symbols:
    """Symbol names in id order; the pad symbol has id 0.

    raises  TextError when a name is listed twice or there is none
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.names:
            raise TextError("a symbol table needs at least its pad symbol")
        if len(self._ids) != len(self.names):
            twice = next(name for place, name in enumerate(self.names) if self._ids[name] != place)
            raise TextError(f"symbol table: {describe(twice)} is listed twice")

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self._ids

    def encode(self, names: Iterable[str]) -> list[int]:
        """Ids of symbol names.

        raises  TextError naming the first symbol that is not in the table, with its code points
        """
        ids = []
        for place, name in enumerate(names):
            if name not in self._ids:
                raise TextError(
                    f"symbol {place + 1}: the model does not know {describe(name)}",
                    hint=f"it knows {len(self)} symbols: {' '.join(self.names[:40])}{' …' if len(self) > 40 else ''}",
                )
            ids.append(self._ids[name])
        return ids

    def decode(self, ids: Sequence[int]) -> list[str]:
        """Symbol names of ids.

        raises  TextError naming the first id outside the table
        """
        for place, number in enumerate(ids):
            if not 0 <= number < len(self):
                raise TextError(f"id {number} at position {place} lies outside 0 to {len(self) - 1}")
        return [self.names[number] for number in ids]

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.names)}


def describe(name: str) -> str:
    """A symbol for an error message: quoted, with its code points where it is not plain ASCII or cannot be seen."""
    visible = name.isascii() and name.isprintable() and name.strip() != ""
    return f"'{name}'" if visible else f"'{name}' ({' '.join(f'U+{ord(letter):04X}' for letter in name)})"


ARPABET = Symbols((PAD, START, END, BOUNDARY, *PUNCTUATION, *PHONES))
