"""What every layout is given and what it gives back; the checks of a row that all layouts share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from glowvox.data.audio_files import AudioFiles, escapes, stem
from glowvox.data.problem import LeftOut, Place, Problem, Severity, shorten
from glowvox.data.table import LONGEST_TEXT, NUL, Line, read_lines, relative
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


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as a layout understood it.

    name   the recording as the row names it
    split  where the layout's own files say so
    id     default: the name without its extension
    """

    place: Place
    name: str
    text: str
    speaker: str
    language: str
    split: str | None = None
    id: str | None = None


@dataclass(slots=True)
class Listing:
    """The utterances of a corpus, what is wrong with its rows, and the splits that its own files make.

    refused  rows that give no utterance
    rows     entries seen, usable or not
    """

    utterances: list[Utterance] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refused: list[LeftOut] = field(default_factory=list)
    splits: dict[str, list[str]] = field(default_factory=dict)
    rows: int = 0

    def lines(self, path: Path, root: Path) -> list[Line]:
        """The lines of one of the corpus's files; what is wrong with the others goes into the listing."""
        lines, problems = read_lines(path, root)
        for problem in problems:
            if problem.kind == NUL:
                self.refuse(problem)
            else:
                self.problems.append(problem)
        return lines

    def clip_text(self, path: Path, root: Path, key: str) -> str | None:
        """The whole text of a file that belongs to one clip; where there is none, the clip is refused."""
        lines, problems = read_lines(path, root)
        for problem in problems[:1]:
            self.refuse(replace(problem, severity="error", id=key))
        return None if problems else " ".join(line.text.strip() for line in lines)

    def refuse(self, problem: Problem) -> None:
        """Report a row that gives no utterance."""
        self.problems.append(problem)
        self.refused.append(LeftOut(problem.id or "", problem.kind, problem.cause, problem.place))
        self.rows += 1

    def add(self, entry: Entry, files: AudioFiles, source: Source) -> None:
        """Put an entry's utterance into the listing, or report why it is none."""
        problem = _fault(entry, source)
        path = files.find(entry.name) if problem is None else None
        if problem is None and path is None:
            problem = _missing(entry, files, source.root)
        if problem is not None or path is None:
            assert problem is not None
            self.refuse(problem)
            return
        key = entry.id or stem(entry.name.strip())
        speaker, language = entry.speaker.strip() or source.speaker, entry.language or source.language
        self.utterances.append(Utterance(key, entry.text.strip(), path, speaker, language, entry.place))
        self.rows += 1
        if entry.split is not None:
            self.splits.setdefault(entry.split, []).append(key)

    def drop_duplicates(self) -> None:
        """Keep the first utterance of an id; report the others, as a fault where text or recording differ."""
        first: dict[str, Utterance] = {}
        for utterance in self.utterances:
            kept = first.setdefault(utterance.id, utterance)
            if kept is not utterance:
                self._report_duplicate(utterance, kept)
        self.utterances = list(first.values())

    def _report_duplicate(self, utterance: Utterance, kept: Utterance) -> None:
        same = kept.text == utterance.text and kept.audio == utterance.audio
        cause = f"'{shorten(utterance.id)}' is already in {kept.place}"
        cause += (
            ", with the same text" if same else f", as '{shorten(kept.text, 30)}', here '{shorten(utterance.text, 30)}'"
        )
        remedy = "delete one of the two rows (the first is used)"
        severity: Severity = "warning" if same else "error"
        problem = Problem(severity, "duplicate id", utterance.place, cause, remedy, "1", utterance.id)
        self.rows -= 1
        self.refuse(problem)


def _fault(entry: Entry, source: Source) -> Problem | None:
    """What is wrong with an entry, the recording's existence apart."""
    name, text, place = entry.name.strip(), entry.text.strip(), entry.place
    if not name:
        return Problem("error", "empty id", place, "the row names no recording", "write the recording's name", "1")
    if escapes(name) and (source.audio is None or ".." in name):
        cause = f"'{shorten(name)}' leads out of the corpus"
        remedy = "name recordings relative to the corpus, or give their folder with --audio"
        return Problem("error", "path leaves the corpus", place, cause, remedy, "1", name)
    if not text:
        cause = f"'{shorten(name)}' has no text"
        return Problem("error", "empty text", place, cause, "write what is said, or delete the row", id=name)
    if len(text) > LONGEST_TEXT:
        return huge_text(place, name, text)
    return None


def huge_text(place: Place, name: str, text: str) -> Problem:
    """A text that no clip of a useful length can hold: a line break is missing, or the recording is a chapter."""
    cause = f"a text of {len(text):,} characters, starting '{shorten(text, 30)}'"
    remedy = f"cut text and recording into sentences (texts over {LONGEST_TEXT:,} characters are refused)"
    return Problem("error", "huge text", place, cause, remedy, id=name or None)


def _missing(entry: Entry, files: AudioFiles, root: Path) -> Problem:
    name = entry.name.strip()
    near = files.near(name)
    where = ", ".join(f"{relative(folder, root)}/" for folder in files.folders)
    cause = f"no recording '{shorten(name)}' (.wav, .flac, .ogg, .opus, .mp3) below {where}"
    remedy = f"there is '{near}': use the same letter case" if near else "add the recording or delete the row"
    return Problem("error", "missing audio", entry.place, cause, remedy, "1", name)
