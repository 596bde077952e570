"""Reading a corpus's text files: UTF-8 only, one entry a line, every fault reported with its line."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from glowvox.data.problem import Place, Problem

LONGEST_TEXT = 2_000  # characters: some two minutes of speech; beyond it a line break is missing, not a sentence long

NUL = "NUL byte"  # kinds of problem that others tell apart
EMPTY = "empty file"

_FOREIGN_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table, without its end."""

    row: int
    text: str


def read_lines(path: Path, root: Path) -> tuple[list[Line], list[Problem]]:
    """The usable lines of a UTF-8 file, blank ones left out, and what is wrong with the others.

    A byte-order mark and Windows or old Mac line ends are accepted. Quotes mean nothing: a lone one swallows no line.

    root  the corpus; problems name files relative to it
    """
    name = relative(path, root)
    try:
        content = path.read_bytes()
    except OSError as error:
        cause = f"cannot be read: {error.strerror or error}"
        return [], [_file_problem("unreadable file", name, cause, "check the path and its permissions")]
    text, problem = _decode(content, name)
    if problem is not None:
        return [], [problem]
    if not text.strip():
        return [], [_file_problem(EMPTY, name, "the file is empty", "write one entry a line into it, or delete it")]
    if "\n" not in text:
        text = text.replace("\r", "\n")
    lines, problems = [], []
    for row, line in enumerate(text.split("\n"), start=1):
        line = line.removesuffix("\r")
        if "\0" in line:
            cause = f"a NUL byte at character {line.index(chr(0)) + 1}"
            problems.append(Problem("error", NUL, Place(name, row), cause, "delete it; the row was left out"))
        elif line.strip():
            lines.append(Line(row, line))
    return lines, problems


def relative(path: Path, root: Path) -> str:
    """The path as a person of this corpus would write it."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return str(path)


def _decode(content: bytes, name: str) -> tuple[str, Problem | None]:
    for mark, encoding in _FOREIGN_MARKS:
        if content.startswith(mark):
            return "", _encoding_problem(name, None, f"the file is {encoding}, not UTF-8", encoding)
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode("utf-8"), None
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        row = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        if before.count(b"\0") * 4 > len(before) > 8:
            return "", _encoding_problem(name, None, "the file is UTF-16 without a mark, not UTF-8", "UTF-16LE")
        value = error.object[error.start]
        cause = f"byte 0x{value:02X} at byte {column} of line {row} is not UTF-8 (Latin-1 or Windows-1252?)"
        return "", _encoding_problem(name, row, cause, "WINDOWS-1252")


def _encoding_problem(name: str, row: int | None, cause: str, encoding: str) -> Problem:
    remedy = f"save the file as UTF-8, as with: iconv -f {encoding} -t UTF-8"
    return Problem("fatal", "encoding", Place(name, row), cause, remedy)


def _file_problem(kind: str, name: str, cause: str, remedy: str) -> Problem:
    return Problem("fatal", kind, Place(name), cause, remedy)
