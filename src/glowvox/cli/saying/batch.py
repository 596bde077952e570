"""Many texts, each to a file of its own; what is there already is not made again."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from glowvox.cli.saying.heard import Heard, something
from glowvox.cli.saying.once import to_file
from glowvox.cli.saying.rows import Row, read_rows
from glowvox.cli.saying.text import refuse_notes
from glowvox.errors import GlowvoxError, InputError, UsageError

if TYPE_CHECKING:
    from glowvox.cli.saying.asked import Asked
    from glowvox.cli.speaking import Speaking
    from glowvox.runtime.manner import Options

JOURNAL = "batch.jsonl"  # a line for each file that is done


@dataclass(frozen=True)
class Done:
    """A row that was spoken now (`new`) or before."""

    record: dict[str, object]
    new: bool


def say_batch(asked: Asked) -> None:
    """Speak every row of a table; rows that fail are told, the others are still spoken."""
    assert asked.batch is not None
    if asked.text or asked.files or asked.output or asked.raw or asked.captions or asked.attention:
        raise UsageError("--batch speaks its table into --output-dir: it takes no text, -f, -o, --raw or captions")
    if asked.output_dir is None:
        raise UsageError("--batch needs --output-dir, the folder for its files")
    from glowvox.runtime.pool import in_order

    manner = asked.manner()
    rows = read_rows(asked.batch)
    voice = asked.open_voice(threads=1)
    try:
        asked.output_dir.mkdir(parents=True, exist_ok=True)
        journal = Journal(asked.output_dir, identity=_identity(voice, asked))
    except OSError as error:
        raise UsageError(f"--output-dir {asked.output_dir}: cannot be used: {error.strerror}") from None

    def speak(row: Row | InputError) -> Done | GlowvoxError:
        if isinstance(row, InputError):
            return row
        try:
            return make(row)
        except GlowvoxError as error:
            return GlowvoxError(f"{row.id}: {error.message}", hint=error.hint)

    def make(row: Row) -> Done:
        own = row.manner(manner)
        name = f"{row.id}.{asked.sound_format}"
        key = journal.key(row.text, own, name)
        if key in journal.done and (journal.folder / name).is_file():
            return Done(journal.done[key], new=False)
        if asked.strict:
            refuse_notes(row.text, voice.front_end)
        heard = Heard(times=asked.as_json)
        to_file(heard, something(voice.stream(row.text, **own)), journal.folder / name)
        return Done({"id": row.id, "file": name, "key": key, **heard.record()}, new=True)

    with journal:
        spoken, before, failed = 0, 0, 0
        for result in in_order(speak, rows, workers=asked.threads):
            if isinstance(result, GlowvoxError):
                failed += 1
                click.echo(f"error: {result}", err=True)
                continue
            if result.new:
                journal.add(result.record)
            spoken, before = spoken + result.new, before + (not result.new)
            if asked.as_json:
                click.echo(json.dumps({k: v for k, v in result.record.items() if k != "key"}, ensure_ascii=False))
    summary = f"{asked.output_dir}: {spoken} spoken, {before} there already, {failed} failed"
    if failed:
        raise GlowvoxError(summary, hint="mend the lines named above and give the same command again")
    if not asked.quiet:
        click.echo(summary, err=True)


class Journal:
    """What a folder holds already, and which text, manner and voice each file was made from.

    identity  of the voice and everything else that a row does not say
    """

    def __init__(self, folder: Path, *, identity: str) -> None:
        self.folder = folder
        self.identity = identity
        self.done: dict[str, dict[str, object]] = {}
        self._cut_short = False  # a crash can leave half a line
        path = folder / JOURNAL
        if path.exists():
            text = path.read_text(encoding="utf-8", errors="replace")
            self._cut_short = not text.endswith("\n")
            for line in text.splitlines():
                with suppress(ValueError, KeyError, TypeError):  # a line cut short by a crash
                    record = json.loads(line)
                    self.done[record["key"]] = record
        self._stream: TextIO | None = None

    def __enter__(self) -> Journal:
        self._stream = (self.folder / JOURNAL).open("a", encoding="utf-8")
        self._stream.write("\n" * self._cut_short)
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream is not None:
            self._stream.close()

    def key(self, text: str, manner: Options, name: str) -> str:
        """What a file is made from, as a short string."""
        known = {name: value for name, value in manner.items() if name != "style"}  # whose file is of the identity
        whole = json.dumps([self.identity, text, known, name], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:24]

    def add(self, record: dict[str, object]) -> None:
        """Note that a file is done."""
        assert self._stream is not None
        kept = {key: record[key] for key in ("id", "file", "key", "seconds", "sample_rate")}
        self._stream.write(json.dumps(kept, ensure_ascii=False) + "\n")
        self._stream.flush()


def _identity(voice: Speaking, asked: Asked) -> str:
    lexicon = asked.lexicon.read_bytes() if asked.lexicon is not None else b""
    style = asked.style.read_bytes() if asked.style is not None else b""
    described = json.dumps(voice.describe(), sort_keys=True, default=str)
    return hashlib.sha256(described.encode() + lexicon + style).hexdigest()
