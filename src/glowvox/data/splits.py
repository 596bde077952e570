"""Which utterance is for training, for choosing (val) and for reporting (test); no sentence in two of them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from glowvox.data.audio_files import stem
from glowvox.data.problem import Place, Problem, shorten
from glowvox.data.table import EMPTY, read_lines, relative
from glowvox.data.utterance import Utterance
from glowvox.errors import ConfigError

SPLITS = ("train", "val", "test")
LIST_FILES = {
    "train": ("train.txt", "train_ids.txt", "training.txt"),
    "val": ("val.txt", "valid.txt", "dev.txt", "validation.txt"),
    "test": ("test.txt", "eval.txt"),
}

UNKNOWN_ID = "unknown id in a list"  # kinds of problem that concern a list and not the clip
OVERLAP = "overlapping lists"
LIST_KINDS = (UNKNOWN_ID, OVERLAP)

Splits = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SplitRule:
    """How a corpus without lists is split: so much for val, and again for test.

    size  below 1 a share of the sentences, from 1 on their number
    most  sentences that a share may come to; more tells no more. None sets no limit
    seed  another one holds other sentences out
    """

    size: float = 0.02
    most: int | None = 100
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.size < 1 or (self.size >= 1 and self.size == int(self.size))):
            raise ConfigError(
                f"held out: {self.size:g}: expected a share of the sentences below 1, as 0.02, or their number, as 50"
            )
        if self.most is not None and self.most < 1:
            raise ConfigError(f"held out: at most {self.most}: expected at least 1 sentence")

    def held_out(self, sentences: int) -> int:
        """Sentences for val, and again for test, of so many.

        raises  ConfigError where nothing would be left to train on
        """
        if self.size >= 1:
            count = int(self.size)
            if 2 * count >= sentences:
                raise ConfigError(
                    f"held out: {count} sentences for val and as many for test, but the corpus has {sentences} in all"
                )
            return count
        if not self.size or sentences < 3:
            return 0
        count = max(1, round(self.size * sentences))
        count = count if self.most is None else min(self.most, count)
        if 2 * count >= sentences:
            raise ConfigError(
                f"held out: a share of {self.size:g} for val and as much for test leaves nothing of {sentences} "
                "sentences to train on"
            )
        return count


USUAL = SplitRule()


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


def seeded_splits(utterances: Sequence[Utterance], rule: SplitRule = USUAL) -> Splits:
    """Val and test by a rule: 2 % of the sentences each, at least one and at most a hundred, unless it says otherwise.

    Sentences are ordered by SHA-256 of "seed:id" (the least of their clips' where several say the same), the first go
    to test, the next to val: independent of the order of the table and of the machine, and one more clip moves few.
    Fewer than three sentences make no split.
    """
    rank: dict[str, str] = {}
    for utterance in utterances:
        digest = hashlib.sha256(f"{rule.seed}:{utterance.id}".encode()).hexdigest()
        key = sentence_key(utterance.text)
        rank[key] = min(digest, rank.get(key, digest))
    order = sorted(rank, key=lambda key: rank[key])
    held_out = rule.held_out(len(order))
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
