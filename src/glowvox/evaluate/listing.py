"""Tables of sentences and folders of clips that are to be scored."""

from __future__ import annotations

from pathlib import Path

import msgspec

from glowvox.errors import InputError, UsageError
from glowvox.evaluate.files import read_text

AUDIO_SUFFIXES = (".wav", ".flac", ".ogg", ".opus", ".mp3")
_TEXT_NAMES = ("normalised", "normalized", "text", "sentence")


class Sentence(msgspec.Struct, frozen=True):
    """What one clip should say; `speaker` is empty where the table does not tell."""

    id: str
    text: str
    speaker: str = ""


def read_sentences(path: Path) -> list[Sentence]:
    """Sentences of a table: `id|text`, `id|raw|normalised` or `id|raw|normalised|speaker`; tabs in a `.tsv`.

    A first line that begins with `id` is a header and may put the columns in another order.

    raises  InputError with file and line
    """
    separator = "\t" if path.suffix.lower() == ".tsv" else "|"
    lines = [line.rstrip("\r") for line in read_text(path, what="table of sentences").split("\n")]
    rows = [(number, line.split(separator)) for number, line in enumerate(lines, start=1) if line.strip()]
    if not rows:
        raise InputError(f"{path}: no sentences in it")
    columns: list[str] = []
    if rows[0][1][0].strip().lower() == "id":
        columns = [cell.strip().lower() for cell in rows.pop(0)[1]]
    sentences: dict[str, Sentence] = {}
    for number, cells in rows:
        sentence = _sentence(cells, columns, f"{path}: line {number}", separator)
        if sentence.id in sentences:
            raise InputError(f"{path}: line {number}: the id '{sentence.id}' stands in a line above too")
        sentences[sentence.id] = sentence
    return list(sentences.values())


def choose(sentences: list[Sentence], ids: Path) -> list[Sentence]:
    """The sentences named in a file of ids, one a line, in its order.

    raises  InputError naming an id that is not in the table, or an empty list
    """
    by_id = {sentence.id: sentence for sentence in sentences}
    wanted = read_ids(ids)
    for id in wanted:
        if id not in by_id:
            raise InputError(f"{ids}: the id '{id}' is not in the table of sentences")
    return [by_id[id] for id in wanted]


def read_ids(path: Path) -> list[str]:
    """The ids of a file, one a line, each once.

    raises  InputError for a file without any
    """
    lines = (line.strip() for line in read_text(path, what="list of ids").splitlines())
    ids = list(dict.fromkeys(line for line in lines if line))
    if not ids:
        raise InputError(f"{path}: no ids in it")
    return ids


def find_clip(folder: Path, id: str) -> Path:
    """The audio file of an id: `folder/id` with one of the suffixes of audio.

    raises  UsageError for a missing folder, InputError for a missing clip or an id that leads out of the folder
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder of clips")
    base = folder / id
    if not base.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"the id '{id}' leads out of {folder}")
    candidates = [base] if base.suffix.lower() in AUDIO_SUFFIXES else []
    candidates += [base.with_name(base.name + suffix) for suffix in AUDIO_SUFFIXES]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise InputError(f"{folder}: no clip for '{id}' (looked for {', '.join(AUDIO_SUFFIXES)})")


def _sentence(cells: list[str], columns: list[str], where: str, separator: str) -> Sentence:
    if columns:
        named = dict(zip(columns, cells, strict=False))
        text = next((named[name] for name in _TEXT_NAMES if named.get(name, "").strip()), "")
        id, speaker = named.get("id", ""), named.get("speaker", "")
    else:
        id, text = cells[0], cells[2] if len(cells) > 2 and cells[2].strip() else cells[1] if len(cells) > 1 else ""
        speaker = cells[3] if len(cells) > 3 else ""
    if not id.strip() or not text.strip():
        shown = "a tab" if separator == "\t" else f"'{separator}'"
        raise InputError(f"{where}: expected an id and a text with {shown} between")
    return Sentence(id.strip(), text.strip(), speaker.strip())
