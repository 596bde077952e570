"""A corpus as the recordings of one person, with a few sentences held out."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from glowvox.data.corpus import Corpus
from glowvox.data.splits import Splits, sentence_key
from glowvox.errors import CorpusError

SHARE, FEWEST, MOST = 0.06, 2, 20  # sentences held out of a corpus without lists


def one_speaker(corpus: Corpus, name: str) -> Corpus:
    """The corpus with all its clips under one name.

    Lists of its own are kept. Where none says what to validate on, 6 % of the sentences are held out, at least two and
    at most twenty, in the order of SHA-256 of their clips' ids; fewer than three sentences are all trained on.

    raises  CorpusError where it has several speakers
    """
    found = sorted({utterance.speaker for utterance in corpus.utterances})
    if len(found) > 1:
        more = ", …" if len(found) > 6 else ""
        raise CorpusError(
            f"{corpus.root}: {len(found)} people speak there ({', '.join(found[:6])}{more}); a new voice is of one",
            hint="put the recordings of each person into a folder of their own",
        )
    splits = corpus.splits if corpus.own_splits and corpus.splits.get("val") else _held_out(corpus)
    return replace(corpus, utterances=tuple(replace(u, speaker=name) for u in corpus.utterances), splits=splits)


def _held_out(corpus: Corpus) -> Splits:
    """A val list out of the train list where the corpus has its own, else out of all clips."""
    own = corpus.own_splits
    listed = set(corpus.splits.get("train", ()))
    pool = [utterance for utterance in corpus.utterances if utterance.id in listed or not own]
    rank: dict[str, str] = {}
    for utterance in pool:
        key, digest = sentence_key(utterance.text), hashlib.sha256(utterance.id.encode()).hexdigest()
        rank[key] = min(digest, rank.get(key, digest))
    count = min(MOST, max(FEWEST, round(SHARE * len(rank)))) if len(rank) >= 3 else 0
    held = set(sorted(rank, key=lambda key: rank[key])[:count])
    val = tuple(u.id for u in pool if sentence_key(u.text) in held)
    train = tuple(u.id for u in pool if sentence_key(u.text) not in held)
    return {"train": train, "val": val, "test": corpus.splits.get("test", ()) if own else ()}
