"""The text that is to be spoken, and what a writer should know of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glowvox.errors import TextError, UsageError

if TYPE_CHECKING:
    from glowvox.text.frontend import FrontEnd, Sentence

NOTES_SHOWN = 20


def content(text: tuple[str, ...], files: tuple[Path, ...]) -> str:
    """The words of the arguments, else the files, else standard input; '-' is standard input in either place.

    raises  UsageError where there is none or both, TextError for what cannot be read
    """
    if text == ("-",):
        text, files = (), (*files, Path("-"))
    if text and files:
        raise UsageError("give the text as an argument or with --file, not both")
    if text:
        return " ".join(text)
    if files:
        return "\n\n".join(read(path) for path in files)
    if sys.stdin.isatty():
        raise UsageError("no text given", hint='try: glowvox say "Hello"')
    return read(Path("-"))


def read(path: Path) -> str:
    """A file's text, or standard input's.

    raises  TextError for what is not there, cannot be read or is not UTF-8
    """
    name = "standard input" if str(path) == "-" else str(path)
    try:
        buffer = getattr(sys.stdin, "buffer", None)
        if name != "standard input":
            return path.read_text(encoding="utf-8-sig")
        return buffer.read().decode("utf-8-sig") if buffer is not None else sys.stdin.read()
    except OSError as error:
        raise TextError(f"{name}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise TextError(
            f"{name}: not UTF-8 text (byte {error.start})", hint="convert it with: iconv -t utf-8"
        ) from None


class NoteTaker:
    """A front end that keeps what it remarks on while a voice speaks through it, each remark once."""

    def __init__(self, front_end: FrontEnd) -> None:
        self.front_end = front_end
        self.name, self.version = front_end.name, front_end.version
        self.symbols, self.framed = front_end.symbols, front_end.framed
        self.notes: dict[str, None] = {}

    def __call__(self, text: str) -> list[Sentence]:
        """The sentences of the text."""
        sentences = self.front_end(text)
        for sentence in sentences:
            for note in sentence.notes:
                if len(self.notes) <= NOTES_SHOWN:
                    self.notes[note.message] = None
        return sentences

    def tell(self) -> None:
        """Write the remarks to standard error, and forget them."""
        for message in list(self.notes)[:NOTES_SHOWN]:
            click.echo(f"note: {message}", err=True)
        if len(self.notes) > NOTES_SHOWN:
            click.echo("note: there is more of this kind; glowvox explain shows everything", err=True)
        self.notes.clear()


def refuse_notes(text: str, front_end: FrontEnd) -> None:
    """Fail, before anything is spoken, where something of the text cannot be.

    raises  TextError with the remarks
    """
    from glowvox.runtime.phrases import blocks

    taker = NoteTaker(front_end)
    for start, end in blocks(text):
        taker(text[start:end])
    if taker.notes:
        raise TextError("; ".join(taker.notes), hint="leave out --strict to speak the rest")
