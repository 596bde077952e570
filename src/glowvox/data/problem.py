"""What is wrong with a corpus, said so that it can be put right: file, row, column, cause, remedy."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["fatal", "error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("fatal", "error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry of a corpus was written: a file, relative to the corpus, and a row counted from 1."""

    file: str
    row: int | None = None

    def __str__(self) -> str:
        return self.file if self.row is None else f"{self.file}:{self.row}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to fix.

    severity  "fatal": a whole file cannot be used; "error": a row cannot; "warning": usable, but look at it; "note":
              good to know
    kind      a short name under which like problems are grouped, as in "missing audio"
    cause     what was found, with the value as given
    remedy    what to do
    column    where in the row, counted from 1, or the column's name
    id        the utterance concerned, where there is one
    """

    severity: Severity
    kind: str
    place: Place
    cause: str
    remedy: str
    column: str | None = None
    id: str | None = None

    def plain(self) -> dict[str, str | int | None]:
        """The problem as plain values, file and row on their own."""
        fields = asdict(self)
        place = fields.pop("place")
        return {"severity": fields.pop("severity"), "kind": fields.pop("kind"), **place, **fields}

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return f"{self.place}{column}: {self.cause}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An utterance or row that is not used, and why."""

    id: str
    kind: str
    reason: str
    place: Place

    def plain(self) -> dict[str, str | int | None]:
        """The entry as plain values, file and row on their own."""
        return {"id": self.id, "kind": self.kind, "reason": self.reason, "file": self.place.file, "row": self.place.row}


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 clip", "1,132 clips"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shorten(text: str, longest: int = 60) -> str:
    """The text as it fits into a message: one line, nothing invisible."""
    visible = "".join(letter if letter.isprintable() else "�" for letter in text)
    return visible if len(visible) <= longest else visible[: longest - 1] + "…"
