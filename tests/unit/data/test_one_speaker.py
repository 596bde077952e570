from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from glowvox.data.corpus import join, read_corpus
from glowvox.data.one_speaker import one_speaker
from glowvox.errors import CorpusError
from tests.fixtures.corpora import SENTENCES, make_ljspeech


def test_a_few_sentences_are_held_out_and_all_clips_get_the_name(tmp_path: Path) -> None:
    corpus = one_speaker(read_corpus(make_ljspeech(tmp_path / "mine")), "ada")
    assert {utterance.speaker for utterance in corpus.utterances} == {"ada"}
    assert {split: len(ids) for split, ids in corpus.splits.items()} == {"train": 10, "val": 2, "test": 0}
    assert not set(corpus.splits["train"]) & set(corpus.splits["val"])
    again = one_speaker(read_corpus(tmp_path / "mine"), "ada")
    assert again.splits == corpus.splits


def test_a_sentence_that_is_read_twice_is_held_out_twice_or_not_at_all(tmp_path: Path) -> None:
    corpus = one_speaker(read_corpus(make_ljspeech(tmp_path / "mine", SENTENCES * 2)), "ada")
    assert len(corpus.splits["val"]) == 4
    assert len(join([corpus]).left_out) == 0


def test_six_in_a_hundred_of_many_and_none_of_two(tmp_path: Path) -> None:
    many = [f"Sentence number {word} of the {thing}." for word in "abcdefghij" for thing in "klmnopqrst"]
    assert len(one_speaker(read_corpus(make_ljspeech(tmp_path / "many", many)), "x").splits["val"]) == 6
    few = one_speaker(read_corpus(make_ljspeech(tmp_path / "few", SENTENCES[:2])), "x")
    assert (len(few.splits["train"]), few.splits["val"]) == (2, ())


def test_lists_of_the_corpus_are_kept_and_a_missing_val_list_is_taken_from_train(tmp_path: Path) -> None:
    root = make_ljspeech(tmp_path / "mine")
    ids = [f"clip_{number:02d}" for number in range(12)]
    (root / "test.txt").write_text("\n".join(ids[:3]))
    (root / "train.txt").write_text("\n".join(ids[3:10]))  # and two in no list
    splits = one_speaker(read_corpus(root), "ada").splits
    assert splits["test"] == tuple(ids[:3])
    assert sorted([*splits["train"], *splits["val"]]) == ids[3:10]
    assert len(splits["val"]) == 2
    (root / "val.txt").write_text("\n".join(ids[10:]))
    assert one_speaker(read_corpus(root), "ada").splits == {
        "train": tuple(ids[3:10]),
        "val": tuple(ids[10:]),
        "test": tuple(ids[:3]),
    }


def test_several_people_are_refused(tmp_path: Path) -> None:
    corpus = read_corpus(make_ljspeech(tmp_path / "crowd", SENTENCES[:4]))
    two = tuple(replace(u, speaker=f"speaker{number % 2}") for number, u in enumerate(corpus.utterances))
    with pytest.raises(CorpusError, match=r"2 people speak there \(speaker0, speaker1\)"):
        one_speaker(replace(corpus, utterances=two), "ada")
