"""Which utterance is for training, for choosing (val) and for reporting (test); no sentence in two of them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from glowvox.data.audio_files import stem
from glowvox.data.problem import Place, Problem, shorten
from glowvox.data.table import EMPTY, read_lines, relative
from glowvox.data.utterance import Utterance

SPLITS = ("train", "val", "test")
LIST_FILES = {
    "train": ("train.txt", "train_ids.txt", "training.txt"),
    "val": ("val.txt", "valid.txt", "dev.txt", "validation.txt"),
    "test": ("test.txt", "eval.txt"),
}
HELD_OUT_SHARE = 0.02  # of the sentences, for val and again for test
HELD_OUT_MOST = 100  # sentences: more tells no more

UNKNOWN_ID = "unknown id in a list"  # kinds of problem that concern a list and not the clip
OVERLAP = "overlapping lists"
LIST_KINDS = (UNKNOWN_ID, OVERLAP)

Splits = dict[str, tuple[str, ...]]


def sentence_key(text: str) -> str:
    """A text as it compares with others: letters and digits only, whatever the case, accents composed."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", plain.replace("'", "").replace("’", "")))


def find_lists(root: Path) -> dict[str, Path]:
    """The corpus's own list files, by split."""
    found = {}
    for split, names in LIST_FILES.items():
        path = next((root / name for name in names if (root / name).is_file()), None)
        if path is not None:
            found[split] = path
    return found


def read_lists(lists: Mapping[str, Path], root: Path, known: Iterable[str]) -> tuple[Splits, list[Problem]]:
    """Ids by split, and what is wrong with the lists: unknown ids, an id in two lists or twice in one.

    A line is an id, a recording's path, or either followed by `|` and anything.

    known  ids of the corpus, usable or not
    """
    by_name = {_bare(key): key for key in known}
    by_name |= {key: key for key in by_name.values()}
    splits: dict[str, list[str]] = {}
    problems: list[Problem] = []
    seen: dict[str, tuple[str, Place]] = {}
    for split in (name for name in ("test", "val", "train") if name in lists):
        lines, faults = read_lines(lists[split], root)
        problems += [replace(p, severity="warning") if p.kind == EMPTY else p for p in faults]
        splits[split] = []
        for line in lines:
            name = line.text.partition("|")[0].strip()
            place = Place(relative(lists[split], root), line.row)
            key = by_name.get(stem(name)) or by_name.get(_bare(name))
            if key is None:
                cause = f"'{shorten(name)}' is not in the corpus"
                remedy = "correct the id or delete the line"
                problems.append(Problem("error", UNKNOWN_ID, place, cause, remedy, id=name))
            elif key in seen:
                problems.append(_listed_twice(key, split, place, *seen[key]))
            else:
                seen[key] = (split, place)
                splits[split].append(key)
    return {split: tuple(splits.get(split, ())) for split in SPLITS}, problems


def seeded_splits(utterances: Sequence[Utterance], seed: int = 0) -> Splits:
    """Val and test: 2 % of the sentences each, at least one and at most a hundred; fewer than three make no split.

    Sentences are ordered by SHA-256 of "seed:id" (the least of their clips' where several say the same), the first go
    to test, the next to val: independent of the order of the table and of the machine, and one more clip moves few.
    """
    rank: dict[str, str] = {}
    for utterance in utterances:
        digest = hashlib.sha256(f"{seed}:{utterance.id}".encode()).hexdigest()
        key = sentence_key(utterance.text)
        rank[key] = min(digest, rank.get(key, digest))
    order = sorted(rank, key=lambda key: rank[key])
    held_out = min(HELD_OUT_MOST, max(1, round(HELD_OUT_SHARE * len(order)))) if len(order) >= 3 else 0
    split_of = {key: "test" if place < held_out else "val" for place, key in enumerate(order[: 2 * held_out])}
    splits: dict[str, list[str]] = {split: [] for split in SPLITS}
    for utterance in utterances:
        splits[split_of.get(sentence_key(utterance.text), "train")].append(utterance.id)
    return {split: tuple(ids) for split, ids in splits.items()}


def _bare(name: str) -> str:
    return stem(name).replace("\\", "/").rpartition("/")[2]


def _listed_twice(key: str, split: str, place: Place, other: str, other_place: Place) -> Problem:
    if other == split:
        cause = f"'{shorten(key)}' is also in row {other_place.row}"
        return Problem("warning", "id listed twice", place, cause, "delete one of the lines", id=key)
    cause = f"'{shorten(key)}' is in the {split} list and, in {other_place}, in the {other} list"
    remedy = f"delete it from one; until then it is used for {other} only"
    return Problem("error", OVERLAP, place, cause, remedy, id=key)
