"""A folder of recordings with texts, whatever its layout, as one list of utterances with their splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from glowvox.data.language import split_name
from glowvox.data.layouts.detect import LAYOUTS, detect
from glowvox.data.layouts.listing import Listing, Source
from glowvox.data.problem import LeftOut, Place, Problem
from glowvox.data.splits import SPLITS, USUAL, SplitRule, Splits, find_lists, read_lists, seeded_splits, sentence_key
from glowvox.data.utterance import Utterance
from glowvox.errors import CorpusError

__all__ = ["Corpus", "Utterance", "join", "read_corpus", "scan_corpus"]

TEXT_LEAK = "text leak"  # kinds of what joining leaves out
IN_NO_LIST = "in no list"
NOTHING = Problem("error", "no utterance", Place(""), "holds no utterance", "write one row a recording")


@dataclass(frozen=True)
class Corpus:
    """Utterances, their splits, and what is wrong with the rest.

    layout      name of the layout it was read with
    utterances  those that can be used
    splits      ids by "train", "val" and "test"
    own_splits  whether the splits are the corpus's own lists, rather than seeded
    problems    in the order they were found
    rows        entries of its table, usable or not
    left_out    rows that give no utterance, and utterances that joining dropped
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
    rule: SplitRule = USUAL,
) -> Corpus:
    """Read a corpus folder, or one table of it.

    layout    name of the layout; default: found by what is there
    speaker   for rows that name none; default: the folder's name without its language, "kathleen" for "kathleen-en"
    language  likewise; default: the folder's, else "und"
    audio     folder of the recordings where it is not the usual one
    lists     list files by split ("train", "val", "test"); default: the corpus's own
    rule      of the split of a corpus without lists
    returns   faults of single rows are in its `problems` and `left_out`
    raises    CorpusError when a file cannot be read as a whole or no row can be used
    """
    corpus = scan_corpus(path, layout=layout, speaker=speaker, language=language, audio=audio, lists=lists, rule=rule)
    worst = next((problem for problem in corpus.problems if problem.severity == "fatal"), None)
    if worst is None and not corpus.utterances:
        worst = next((problem for problem in corpus.problems if problem.severity == "error"), NOTHING)
    if worst is not None:
        raise CorpusError(f"{corpus.root / worst.place.file}{_row(worst)}: {worst.cause}", hint=worst.remedy)
    return corpus


def scan_corpus(
    path: Path | str,
    *,
    layout: str | None = None,
    speaker: str | None = None,
    language: str | None = None,
    audio: Path | None = None,
    lists: Mapping[str, Path] | None = None,
    rule: SplitRule = USUAL,
) -> Corpus:
    """`read_corpus` for whoever wants to know all that is wrong: it raises only where there is no corpus at all.

    raises  CorpusError when the folder is missing or of no known layout
    """
    path = Path(path)
    if not path.exists():
        raise CorpusError(f"{path}: no such folder or file", hint="give the folder that holds the corpus")
    if audio is not None and not audio.is_dir():
        raise CorpusError(f"{audio}: no such folder of recordings")
    root, table = (path, None) if path.is_dir() else (path.parent, path)
    name, tag = split_name(root.resolve().name)
    source = Source(root, table, audio, speaker or name, language or tag or "und")
    chosen = detect(source, layout)
    listing = LAYOUTS[chosen].read(source)
    listing.drop_duplicates()
    splits, own = _splits(listing, source, lists, rule)
    return Corpus(
        name=root.resolve().name,
        root=root,
        layout=chosen,
        utterances=tuple(listing.utterances),
        splits=splits,
        own_splits=own,
        problems=tuple(listing.problems),
        rows=listing.rows,
        left_out=tuple(listing.refused),
    )


def join(corpora: Sequence[Corpus]) -> Corpus:
    """Several corpora as one without text leaks: a sentence in any val or test list leaves every train list.

    Sentences compare by letters and digits alone (`splits.sentence_key`). Ids that occur in two corpora get the name of
    their corpus in front, and so does every file that a problem names.

    raises  CorpusError when two corpora of the same name share ids
    """
    parts = _distinct(corpora)
    split_of = {key: split for part in parts for key, split in part.split_of.items()}
    utterances = [utterance for part in parts for utterance in part.utterances]
    held = _held_out(utterances, split_of)
    kept, left_out = [], [entry for part in parts for entry in part.left_out]
    for utterance in utterances:
        split = split_of.get(utterance.id)
        holder = held.get(sentence_key(utterance.text))
        if split is None:
            reason = "it is in none of the corpus's lists"
            left_out.append(LeftOut(utterance.id, IN_NO_LIST, reason, utterance.place))
        elif split == "train" and holder is not None:
            left_out.append(LeftOut(utterance.id, TEXT_LEAK, f"its sentence is held out in {holder}", utterance.place))
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


def _held_out(utterances: Sequence[Utterance], split_of: Mapping[str, str]) -> dict[str, str]:
    """Sentences of all val and test lists, and which list and clip holds each."""
    held: dict[str, str] = {}
    for utterance in utterances:
        split = split_of.get(utterance.id)
        if split in ("val", "test"):
            held.setdefault(sentence_key(utterance.text), f"{split} ({utterance.id})")
    return held


def _splits(listing: Listing, source: Source, lists: Mapping[str, Path] | None, rule: SplitRule) -> tuple[Splits, bool]:
    """The lists given, else the layout's own splits, else list files, else a seeded split."""
    usable = {utterance.id for utterance in listing.utterances}
    if lists is None and listing.splits:
        own = listing.splits
        return {split: tuple(i for i in own.get(split, ()) if i in usable) for split in SPLITS}, True
    files = dict(lists) if lists is not None else find_lists(source.root)
    if not files:
        return seeded_splits(listing.utterances, rule), False
    refused = {entry.id for entry in listing.refused if entry.id}
    splits, problems = read_lists(files, source.root, usable | refused)
    listing.problems += problems
    if "train" not in files:
        held_out = set(splits["val"]) | set(splits["test"])
        splits["train"] = tuple(u.id for u in listing.utterances if u.id not in held_out)
    return {split: tuple(i for i in splits[split] if i in usable) for split in SPLITS}, True


def _row(problem: Problem) -> str:
    return "" if problem.place.row is None else f":{problem.place.row}"


def _distinct(corpora: Sequence[Corpus]) -> list[Corpus]:
    """The corpora with ids that are unique over all of them."""
    if not corpora:
        raise CorpusError("no corpus given")
    if len(corpora) == 1:
        return list(corpora)
    counts = Counter(utterance.id for corpus in corpora for utterance in corpus.utterances)
    names = Counter(corpus.name for corpus in corpora)
    parts = []
    for corpus in corpora:
        shared = next((u.id for u in corpus.utterances if counts[u.id] > 1), None)
        if shared is not None and names[corpus.name] > 1:
            raise CorpusError(
                f"{corpus.root}: two corpora named '{corpus.name}' share ids, for instance '{shared}'",
                hint="rename one of the folders, or give each corpus once",
            )
        parts.append(_qualified(corpus, ids=shared is not None))
    return parts


def _qualified(corpus: Corpus, *, ids: bool) -> Corpus:
    """The corpus with its name before every file and, on request, every id."""
    front = f"{corpus.name}/" if ids else ""

    def place(old: Place) -> Place:
        return Place(f"{corpus.name}/{old.file}", old.row)

    def key(old: str | None) -> str | None:
        return f"{front}{old}" if old else old

    return replace(
        corpus,
        utterances=tuple(replace(u, id=f"{front}{u.id}", place=place(u.place)) for u in corpus.utterances),
        splits={split: tuple(f"{front}{i}" for i in members) for split, members in corpus.splits.items()},
        problems=tuple(replace(p, id=key(p.id), place=place(p.place)) for p in corpus.problems),
        left_out=tuple(replace(e, id=key(e.id) or "", place=place(e.place)) for e in corpus.left_out),
    )
