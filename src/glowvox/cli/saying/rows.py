"""Tables of texts to speak: tab-separated (id, text, speaker, speed, seed) or a JSON object a line."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import msgspec

from glowvox.config import Settings, near
from glowvox.errors import InputError, TextError

if TYPE_CHECKING:
    from glowvox.runtime.manner import Options

COLUMNS = ("id", "text", "speaker", "speed", "seed")
_FORBIDDEN = set('/\\:*?"<>|')


class Row(Settings, frozen=True, kw_only=True):
    """One text and how it differs from what the command line says."""

    id: str
    text: str
    speaker: str | None = None
    speed: float | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        """Refuse an id that is no file name."""
        bad = _FORBIDDEN.intersection(self.id) or {c for c in self.id if ord(c) < 32}
        if not self.id or self.id.startswith(".") or bad or self.id != self.id.strip():
            raise ValueError(f"id '{self.id}' cannot be the name of a file")

    def manner(self, given: Options) -> Options:
        """The command line's manner with the row's own values in it."""
        manner = given.copy()
        if self.speaker is not None:
            manner["speaker"] = self.speaker
        if self.speed is not None:
            manner["speed"] = self.speed
        if self.seed is not None:
            manner["seed"] = self.seed
        return manner


def read_rows(path: Path) -> Iterator[Row | InputError]:
    """The rows of a table in order, an error for each line that is none; '-' is standard input.

    raises  InputError where the file cannot be read or holds nothing
    """
    found = False
    seen: dict[str, int] = {}
    columns: tuple[str, ...] | None = None
    with _open(path) as lines:
        for number, line in enumerate(_lines(lines, path), start=1):
            if not line.strip():
                continue
            where = f"{path}: line {number}"
            if columns is None:
                columns = _header(line, where) or COLUMNS
                if _is_header(line):
                    continue
            found = True
            try:
                row = parse_row(line, columns, where)
                if row.id.lower() in seen:
                    raise InputError(f"{where}: the id '{row.id}' stands in line {seen[row.id.lower()]} too")  # noqa: TRY301
                seen[row.id.lower()] = number
                yield row
            except InputError as error:
                yield error
    if not found:
        raise InputError(f"{path}: no texts in it", hint='a line is: id, tab, text; or {{"id": …, "text": …}}')


def parse_row(line: str, columns: tuple[str, ...], where: str) -> Row:
    """One line, tab-separated or a JSON object.

    raises  InputError, opened by `where`
    """
    if line.lstrip().startswith("{"):
        try:
            table = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"{where}: not valid JSON: {error.msg}") from None
    else:
        table = _table(line, columns, where)
    unknown = next((key for key in table if key not in COLUMNS), None)
    if unknown is not None:
        raise InputError(f"{where}: unknown key '{unknown}'{near(unknown, list(COLUMNS))}")
    if isinstance(table.get("id"), int):
        table["id"] = str(table["id"])
    try:
        return msgspec.convert(table, Row)
    except msgspec.ValidationError as error:
        raise InputError(f"{where}: {error}") from None


def _table(line: str, columns: tuple[str, ...], where: str) -> dict[str, object]:
    cells = [cell.strip() for cell in line.rstrip("\r\n").split("\t")]
    if len(cells) < 2:
        raise InputError(f"{where}: expected an id, a tab and a text", hint="or a JSON object with id and text")
    if len(cells) > len(columns):
        raise InputError(f"{where}: {len(cells)} columns, expected at most {len(columns)}: {', '.join(columns)}")
    table: dict[str, object] = {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
    for name, kind in (("speed", float), ("seed", int)):
        if name in table:
            try:
                table[name] = kind(str(table[name]))
            except ValueError:
                raise InputError(f"{where}: {name} '{table[name]}' is no number") from None
    return table


def _is_header(line: str) -> bool:
    return line.split("\t")[0].strip().lower() == "id"


def _header(line: str, where: str) -> tuple[str, ...] | None:
    if not _is_header(line):
        return None
    columns = tuple(cell.strip().lower() for cell in line.rstrip("\r\n").split("\t"))
    unknown = next((name for name in columns if name not in COLUMNS), None)
    if unknown is not None:
        raise InputError(f"{where}: unknown column '{unknown}'{near(unknown, list(COLUMNS))}")
    return columns


def _open(path: Path) -> TextIO:
    try:
        if str(path) == "-":
            buffer = getattr(sys.stdin, "buffer", None)
            return io.TextIOWrapper(buffer, "utf-8-sig") if buffer is not None else io.StringIO(sys.stdin.read())
        return path.open(encoding="utf-8-sig", newline="\n")
    except OSError as error:
        raise TextError(f"{path}: {error.strerror}") from None


def _lines(stream: TextIO, path: Path) -> Iterator[str]:
    try:
        yield from stream
    except UnicodeDecodeError as error:
        raise TextError(
            f"{path}: not UTF-8 text (byte {error.start})", hint="convert it with: iconv -t utf-8"
        ) from None
