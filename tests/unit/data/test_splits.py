"""Lists as they are written, and the split of a corpus that has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from glowvox.data.splits import SplitRule, read_lists, seeded_splits, sentence_key
from glowvox.data.utterance import Utterance
from tests.fixtures.corpora import make_tree


def utterances(count: int, texts: int = 1_000_000) -> list[Utterance]:
    return [Utterance(f"id{n}", f"Text {n % texts}.", Path("x.wav"), "s", "en") for n in range(count)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("The tide turned.", "the TIDE -- turned!", True),
        ("It’s so.", "Its so", True),
        ("café", "cafe\u0301", True),
        ("Ｆｕｌｌ width", "full width", True),
        ("I like it.", "I liked it.", False),
        ("你好。", "你好", True),
        ("to day", "today", False),
    ],
)
def test_sentences_compare_by_letters_alone(one: str, other: str, same: bool) -> None:
    assert (sentence_key(one) == sentence_key(other)) is same


@pytest.mark.parametrize(
    ("clips", "held_out"), [(1, 0), (2, 0), (3, 1), (10, 1), (100, 2), (1000, 20), (5000, 100), (9000, 100)]
)
def test_two_percent_are_held_out_twice(clips: int, held_out: int) -> None:
    splits = seeded_splits(utterances(clips))
    assert {split: len(ids) for split, ids in splits.items()} == {
        "train": clips - 2 * held_out,
        "val": held_out,
        "test": held_out,
    }


def test_the_split_is_written_in_stone() -> None:
    """Anybody's split of the same ids, today and later: SHA-256 of "0:id" decides."""
    splits = seeded_splits(utterances(200))
    assert splits["test"] == ("id43", "id94", "id95", "id146")
    assert splits["val"] == ("id22", "id87", "id178", "id179")


def test_another_seed_gives_another_split() -> None:
    assert seeded_splits(utterances(200), SplitRule(seed=1))["test"] != seeded_splits(utterances(200))["test"]


def test_clips_of_one_sentence_stay_together() -> None:
    clips = utterances(300, texts=30)
    splits = seeded_splits(clips)
    text = {clip.id: clip.text for clip in clips}
    held = [{text[key] for key in splits[split]} for split in ("train", "val", "test")]
    assert [len(texts) for texts in held] == [28, 1, 1]
    assert not held[0] & held[1] | held[0] & held[2] | held[1] & held[2]


def test_what_is_wrong_with_lists_is_said_with_its_row(tmp_path: Path) -> None:
    make_tree(tmp_path, {"train.txt": "a\nb\nb\nnobody\nc\n", "val.txt": "", "test.txt": "c\n"})
    files = {split: tmp_path / f"{split}.txt" for split in ("train", "val", "test")}
    splits, problems = read_lists(files, tmp_path, ["a", "b", "c"])
    assert splits == {"train": ("a", "b"), "val": (), "test": ("c",)}
    assert [f"{p.severity}, {p}" for p in problems] == [
        "warning, val.txt: the file is empty; write one entry a line into it, or delete it",
        "warning, train.txt:3: 'b' is also in row 2; delete one of the lines",
        "error, train.txt:4: 'nobody' is not in the corpus; correct the id or delete the line",
        "error, train.txt:5: 'c' is in the train list and, in test.txt:1, in the test list; "
        "delete it from one; until then it is used for test only",
    ]
