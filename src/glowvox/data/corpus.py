"""A folder of recordings with texts, whatever its layout, as one list of utterances with their splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from glowvox.data.language import split_name
from glowvox.data.layouts.detect import LAYOUTS, detect
from glowvox.data.layouts.listing import Listing, Source, drop_duplicates
from glowvox.data.problem import Place, Problem
from glowvox.data.splits import SPLITS, Splits, find_lists, read_lists, seeded_splits, sentence_key
from glowvox.data.utterance import Utterance
from glowvox.errors import CorpusError

__all__ = ["Corpus", "LeftOut", "Utterance", "join", "read_corpus"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An utterance that is not used, and why."""

    id: str
    kind: str
    reason: str
    place: Place
    corpus: str


@dataclass(frozen=True)
class Corpus:
    """Utterances, their splits, and what is wrong with the rest.

    layout      name of the layout it was read with
    splits      ids by "train", "val" and "test"
    own_splits  whether the splits are the corpus's own lists, rather than seeded
    problems    in the order they were found
    rows        entries of its table, usable or not
    left_out    utterances that joining dropped
    """

    name: str
    root: Path
    layout: str
    utterances: tuple[Utterance, ...]
    splits: Splits
    own_splits: bool = True
    problems: tuple[Problem, ...] = ()
    rows: int = 0
    left_out: tuple[LeftOut, ...] = field(default=())

    @property
    def split_of(self) -> dict[str, str]:
        """Split by id; ids in no list are missing."""
        return {key: split for split in SPLITS for key in self.splits.get(split, ())}


def read_corpus(
    path: Path | str,
    *,
    layout: str | None = None,
    speaker: str | None = None,
    language: str | None = None,
    audio: Path | None = None,
    lists: Mapping[str, Path] | None = None,
    seed: int = 0,
) -> Corpus:
    """Read a corpus folder, or one table of it.

    layout    name of the layout; default: found by what is there
    speaker   for rows that name none; default: the folder's name without its language, "kathleen" for "kathleen-en"
    language  likewise; default: the folder's, else "und"
    audio     folder of the recordings where it is not the usual one
    lists     list files by split ("train", "val", "test"); default: the corpus's own
    seed      of the split of a corpus without lists
    raises    CorpusError when there is nothing to read; faults of single rows are in `problems`
    """
    path = Path(path)
    if not path.exists():
        raise CorpusError(f"{path}: no such folder or file", hint="give the folder that holds the corpus")
    root, table = (path, None) if path.is_dir() else (path.parent, path)
    name, tag = split_name(root.resolve().name)
    source = Source(root, table, audio, speaker or name, language or tag or "und")
    chosen = detect(source, layout)
    listing = LAYOUTS[chosen].read(source)
    listed_ids = [utterance.id for utterance in listing.utterances]
    drop_duplicates(listing)
    splits, own = _splits(listing, source, lists, seed)
    return Corpus(
        name=root.resolve().name,
        root=root,
        layout=chosen,
        utterances=tuple(listing.utterances),
        splits=splits,
        own_splits=own,
        problems=tuple(listing.problems),
        rows=max(listing.rows, len(listed_ids)),
    )


def join(corpora: Sequence[Corpus]) -> Corpus:
    """Several corpora as one without text leaks: a sentence in any val or test list leaves every train list.

    Sentences compare by letters and digits alone (`splits.sentence_key`). Ids that occur in two corpora get the corpus's
    name in front.

    raises  CorpusError when two corpora of the same name share ids
    """
    parts = _distinct(corpora)
    utterances = [(part, utterance) for part in parts for utterance in part.utterances]
    split_of = {key: split for part in parts for key, split in part.split_of.items()}
    held: dict[str, str] = {}
    for _, utterance in utterances:
        split = split_of.get(utterance.id)
        if split in ("val", "test"):
            held.setdefault(sentence_key(utterance.text), f"{split} ({utterance.id})")
    kept, left_out = [], [entry for part in parts for entry in part.left_out]
    for part, utterance in utterances:
        split = split_of.get(utterance.id)
        holder = held.get(sentence_key(utterance.text))
        if split is None:
            reason = "it is in none of the corpus's lists"
            left_out.append(LeftOut(utterance.id, "in no list", reason, utterance.place, part.name))
        elif split == "train" and holder is not None:
            reason = f"its sentence is held out in {holder}"
            left_out.append(LeftOut(utterance.id, "text leak", reason, utterance.place, part.name))
        else:
            kept.append(utterance)
    ids = {utterance.id for utterance in kept}
    return Corpus(
        name="+".join(part.name for part in parts),
        root=parts[0].root,
        layout="+".join(dict.fromkeys(part.layout for part in parts)),
        utterances=tuple(kept),
        splits={split: tuple(i for part in parts for i in part.splits.get(split, ()) if i in ids) for split in SPLITS},
        own_splits=all(part.own_splits for part in parts),
        problems=tuple(problem for part in parts for problem in part.problems),
        rows=sum(part.rows for part in parts),
        left_out=tuple(left_out),
    )


def _splits(listing: Listing, source: Source, lists: Mapping[str, Path] | None, seed: int) -> tuple[Splits, bool]:
    """The lists given, else the layout's own splits, else list files, else a seeded split."""
    usable = {utterance.id for utterance in listing.utterances}
    if lists is None and listing.splits:
        own = listing.splits
        return {split: tuple(i for i in own.get(split, ()) if i in usable) for split in SPLITS}, True
    files = dict(lists) if lists is not None else find_lists(source.root)
    if not files:
        return seeded_splits(listing.utterances, seed), False
    broken = {problem.id for problem in listing.problems if problem.id}
    splits, problems = read_lists(files, source.root, usable | broken)
    listing.problems += problems
    if "train" not in files:
        held_out = set(splits["val"]) | set(splits["test"])
        splits["train"] = tuple(u.id for u in listing.utterances if u.id not in held_out)
    return {split: tuple(i for i in splits[split] if i in usable) for split in SPLITS}, True


def _distinct(corpora: Sequence[Corpus]) -> list[Corpus]:
    """The corpora with ids that are unique over all of them."""
    if not corpora:
        raise CorpusError("no corpus given")
    counts = Counter(utterance.id for corpus in corpora for utterance in corpus.utterances)
    clashing = [any(counts[u.id] > 1 for u in corpus.utterances) for corpus in corpora]
    names = Counter(corpus.name for corpus, clashes in zip(corpora, clashing, strict=True) if clashes)
    for corpus, clashes in zip(corpora, clashing, strict=True):
        if clashes and names[corpus.name] > 1:
            raise CorpusError(
                f"{corpus.root}: two corpora named '{corpus.name}' share ids, for instance "
                f"'{next(u.id for u in corpus.utterances if counts[u.id] > 1)}'",
                hint="rename one of the folders, or give each corpus once",
            )
    return [_qualified(c) if clashes else c for c, clashes in zip(corpora, clashing, strict=True)]


def _qualified(corpus: Corpus) -> Corpus:
    return replace(
        corpus,
        utterances=tuple(replace(u, id=f"{corpus.name}/{u.id}") for u in corpus.utterances),
        splits={split: tuple(f"{corpus.name}/{key}" for key in ids) for split, ids in corpus.splits.items()},
        left_out=tuple(replace(entry, id=f"{corpus.name}/{entry.id}") for entry in corpus.left_out),
    )
