"""What is wrong with a corpus, said so that it can be put right: file, row, column, cause, remedy."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


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

    severity  "error": the row or file cannot be used; "warning": usable, but look at it; "note": good to know
    kind      a short name under which like problems are grouped, as in "missing audio"
    cause     what was found, with the value as given
    remedy    what to do
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
