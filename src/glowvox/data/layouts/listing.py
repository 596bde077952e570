"""What every layout is given and what it gives back; the checks of a row that all layouts share."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from glowvox.data.audio_files import AudioFiles, escapes, stem
from glowvox.data.problem import Place, Problem
from glowvox.data.table import LONGEST_TEXT, relative
from glowvox.data.utterance import Utterance


@dataclass(frozen=True, slots=True)
class Source:
    """Where a corpus is and what was said about it.

    root      its folder
    table     the table or list given by name, or None to look for the usual ones
    audio     folder of the recordings, or None to look in the usual places
    speaker   the name for rows that have none
    language  likewise
    """

    root: Path
    table: Path | None
    audio: Path | None
    speaker: str
    language: str


@dataclass(slots=True)
class Listing:
    """The utterances of a corpus, what is wrong with its rows, and the splits that its own files make."""

    utterances: list[Utterance] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    splits: dict[str, list[str]] = field(default_factory=dict)
    rows: int = 0

    def error(self, kind: str, place: Place, cause: str, remedy: str, column: str | None = None) -> None:
        """Report a row that cannot be used."""
        self.problems.append(Problem("error", kind, place, cause, remedy, column))


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as a layout understood it; `name` is the recording as the row names it."""

    place: Place
    name: str
    text: str
    speaker: str
    language: str
    split: str | None = None
    id: str | None = None  # default: the name without its extension


def add(listing: Listing, entry: Entry, files: AudioFiles, root: Path) -> None:
    """Put an entry's utterance into the listing, or report why it is none."""
    name, place = entry.name.strip(), entry.place
    if not name:
        listing.error("empty id", place, "the row names no recording", "write the recording's name", "1")
        return
    if escapes(name):
        remedy = "name recordings relative to the corpus, or give their folder with --audio"
        listing.error("path leaves the corpus", place, f"'{shorten(name)}' leads out of the corpus", remedy, "1")
        return
    if not entry.text.strip():
        listing.error("empty text", place, f"'{shorten(name)}' has no text", "write what is said, or delete the row")
        return
    if len(entry.text) > LONGEST_TEXT:
        cause = f"a text of {len(entry.text):,} characters, starting '{shorten(entry.text)}'"
        remedy = f"split the recording into sentences (texts over {LONGEST_TEXT:,} characters are refused)"
        listing.error("huge text", place, cause, remedy)
        return
    path = files.find(name)
    if path is None:
        _report_missing(listing, entry, files, root)
        return
    key = entry.id or stem(name)
    listing.utterances.append(Utterance(key, entry.text.strip(), path, entry.speaker, entry.language, place))
    if entry.split is not None:
        listing.splits.setdefault(entry.split, []).append(key)


def drop_duplicates(listing: Listing) -> None:
    """Keep the first utterance of an id; report the others, as a fault where their text differs."""
    first: dict[str, Utterance] = {}
    for utterance in listing.utterances:
        kept = first.setdefault(utterance.id, utterance)
        if kept is utterance:
            continue
        same = kept.text == utterance.text and kept.audio == utterance.audio
        cause = f"'{shorten(utterance.id)}' is also in row {kept.place.row} of {kept.place.file}"
        cause += ", with the same text" if same else ", with another text or recording"
        remedy = "delete one of the two rows (the first is used)"
        severity = "warning" if same else "error"
        listing.problems.append(Problem(severity, "duplicate id", utterance.place, cause, remedy, "1", utterance.id))
    listing.utterances = list(first.values())


def shorten(text: str, longest: int = 60) -> str:
    """The text as it fits into a message."""
    visible = "".join(letter if letter.isprintable() else "�" for letter in text)
    return visible if len(visible) <= longest else visible[: longest - 1] + "…"


def _report_missing(listing: Listing, entry: Entry, files: AudioFiles, root: Path) -> None:
    near = files.near(entry.name)
    where = ", ".join(relative(folder, root) + "/" for folder in files.folders)
    cause = f"no recording '{shorten(entry.name)}' (.wav, .flac, .ogg, .opus or .mp3) in {where}"
    remedy = f"there is '{near}': use the same letter case" if near else "add the recording or delete the row"
    listing.error("missing audio", entry.place, cause, remedy, "1")
