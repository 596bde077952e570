"""The texts that voices are judged by are the ones whose hashes were fixed, and what their page says of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from glowvox.data.splits import sentence_key
from glowvox.evaluate.listing import read_ids, read_sentences

REPOSITORY = Path(__file__).resolve().parents[2]
TEXTS = REPOSITORY / "examples" / "texts"
SUMS = dict(reversed(line.split("  ")) for line in (TEXTS / "SHA256SUMS").read_text(encoding="utf-8").splitlines())


def test_every_text_has_a_hash_and_it_holds() -> None:
    files = {path.relative_to(TEXTS).as_posix() for path in TEXTS.rglob("*") if path.is_file()}
    assert files - {"README.md", "SHA256SUMS"} == set(SUMS)
    for name, digest in SUMS.items():
        assert hashlib.sha256((TEXTS / name).read_bytes()).hexdigest() == digest, f"{name} was changed"


def test_the_lists_are_as_long_and_as_varied_as_said() -> None:
    own, varied = read_sentences(TEXTS / "own.tsv"), read_sentences(TEXTS / "varied.tsv")
    held_out = sum(len(read_ids(path)) for path in (TEXTS / "held-out").iterdir())
    assert (len(own), len(varied), held_out) == (64, 200, 138)
    kinds = Counter(sentence.id.split("-")[0] for sentence in varied)
    assert kinds == {
        **{"number": 25, "date": 15, "money": 10, "name": 20, "question": 25, "short": 25},
        **{"long": 20, "list": 15, "quote": 15, "tricky": 15, "other": 15},
    }
    words = {sentence.id: len(sentence.text.split()) for sentence in varied}
    assert all(count >= 40 for key, count in words.items() if key.startswith("long"))
    assert all(count <= 3 for key, count in words.items() if key.startswith("short"))
    assert all("?" in sentence.text for sentence in varied if sentence.id.startswith("question"))
    assert len((TEXTS / "passage.txt").read_text(encoding="utf-8").split()) == 300


def test_no_sentence_stands_twice() -> None:
    keys = [sentence_key(s.text) for name in ("own", "varied") for s in read_sentences(TEXTS / f"{name}.tsv")]
    assert len(set(keys)) == len(keys) == 264


@pytest.mark.parametrize("corpus", ["heart-en", "kathleen-en", "lj-part"])
def test_held_out_ids_are_the_corpora_s_own(corpus: str, corpora_dir: Path) -> None:
    lists = {name: read_ids(corpora_dir / corpus / f"{name}.txt") for name in ("train", "val", "test")}
    ids = read_ids(TEXTS / "held-out" / f"{corpus}.txt")
    assert sorted(ids) == sorted([*lists["test"], *lists["val"]])
    assert not set(ids) & set(lists["train"])


def test_our_own_sentences_stand_in_no_corpus(corpora_dir: Path) -> None:
    known = {
        sentence_key(sentence.text)
        for path in corpora_dir.glob("*-*/metadata.csv")
        for sentence in read_sentences(path)
    }
    assert len(known) > 2500
    own = [s.text for name in ("own", "varied") for s in read_sentences(TEXTS / f"{name}.tsv")]
    assert not [text for text in own if sentence_key(text) in known and len(text.split()) > 3]
