"""`glowvox explain`: what a text becomes before a model speaks it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glowvox.errors import TextError, UsageError

if TYPE_CHECKING:
    from glowvox.text.frontend import Note, Sentence

_HEADS = ("written", "spoken", "phonemes", "from", "rule", "place")


@click.command()
@click.argument("text", nargs=-1)
@click.option(
    "-f",
    "--file",
    "path",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Read the text from a UTF-8 file; - is stdin.",
)
@click.option(
    "--lexicon",
    type=click.Path(path_type=Path),
    help="Your own pronunciations, one word a line: the word, a tab or two spaces, ARPAbet or /IPA/.",
)
@click.option(
    "--front-end",
    default="english",
    show_default=True,
    metavar="NAME",
    help="english, characters (any script, letter by letter), espeak:LANGUAGE (needs the extra), or that of an "
    "imported model: glow-tts-authors, glow-tts-amphion.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
def command(*, text: tuple[str, ...], path: Path | None, lexicon: Path | None, front_end: str, as_json: bool) -> None:
    """Show how TEXT will be spoken: every sentence, rewrite, word and phoneme, and where each comes from.

    A row stands for one spoken word: as written, as spoken, its phonemes, what gave them (lexicon, heteronym, weak
    form, user, inline, spelled, ending, network), the rule that rewrote it, and its place in the text in
    characters from 0. Under each table stand the symbols the model reads, and at the end whatever could not be
    spoken. Without TEXT the text comes from --file or stdin.

    \b
    Examples:
      glowvox explain "Dr. Smith paid \\$3.50 on May 1st."
      glowvox explain --lexicon names.txt -f chapter.txt
      glowvox explain "The [tomato](/təˈmɑːtoʊ/) was {R EH1 D}. [pause:0.5s] Really."
    """
    from glowvox.text.frontend import make_front_end, token_names

    front = make_front_end(front_end, lexicon=lexicon)
    sentences = front(_text(text, path))
    if as_json:
        symbols = token_names(sentences, framed=front.framed)
        click.echo(json.dumps(_plain(sentences, symbols, front.name), ensure_ascii=False, indent=2))
        return
    click.echo("\n".join(_tables(sentences)) or "nothing to speak")


def _text(words: Sequence[str], path: Path | None) -> str:
    if words and path:
        raise UsageError("give the text or --file, not both")
    if words:
        return " ".join(words)
    if path is None and sys.stdin.isatty():
        raise UsageError("no text", hint='as in: glowvox explain "Hello, world."')
    name = "stdin" if path is None or str(path) == "-" else str(path)
    try:
        raw = sys.stdin.buffer.read() if name == "stdin" else Path(name).read_bytes()
        return raw.decode("utf-8-sig")
    except FileNotFoundError:
        raise TextError(f"{name}: no such file") from None
    except UnicodeDecodeError as error:
        raise TextError(
            f"{name}: byte {error.start} is not UTF-8", hint="save the file as UTF-8 and try again"
        ) from None
    except OSError as error:
        raise TextError(f"{name}: cannot be read: {error.strerror}") from None


def _tables(sentences: Sequence[Sentence]) -> Iterator[str]:
    notes: list[Note] = []
    for number, sentence in enumerate(sentences, start=1):
        start, end = sentence.span
        yield f"{number}. {' '.join(sentence.text.split()) or '(silence)'}  [{start}-{end}]"
        rows = [
            (
                word.text,
                word.spoken,
                " ".join(word.phonemes),
                word.source,
                word.rule or "",
                f"{word.span[0]}-{word.span[1]}",
            )
            for word in sentence.words
        ]
        if rows:
            yield from (f"   {line}" for line in _columns([_HEADS, *rows]))
        if sentence.tokens:
            yield f"   symbols: {' '.join('␣' if t.symbol == ' ' else t.symbol for t in sentence.tokens)}"
        if sentence.pause_after_s:
            yield f"   then silence for {sentence.pause_after_s:g} s"
        yield ""
        notes += sentence.notes
    if notes:
        yield "Notes:"
        yield from (f"   {note.span[0]}-{note.span[1]}: {note.message}" for note in notes)


def _columns(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    flat = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in flat) for column in range(len(flat[0]))]
    for row in flat:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _plain(sentences: Sequence[Sentence], symbols: Sequence[str], front_end: str) -> dict[str, object]:
    return {
        "front_end": front_end,
        "symbols": list(symbols),
        "sentences": [
            {
                "text": sentence.text,
                "span": list(sentence.span),
                "words": [
                    {
                        "text": word.text,
                        "span": list(word.span),
                        "spoken": word.spoken,
                        "phonemes": list(word.phonemes),
                        "source": word.source,
                        "rule": word.rule,
                    }
                    for word in sentence.words
                ],
                "tokens": [{"symbol": token.symbol, "span": list(token.span)} for token in sentence.tokens],
                "pause_after_s": sentence.pause_after_s,
                "notes": [
                    {"kind": note.kind, "message": note.message, "span": list(note.span)} for note in sentence.notes
                ],
            }
            for sentence in sentences
        ],
    }
