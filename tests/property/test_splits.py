"""Splits of any corpus: a partition, whatever the order of the table, and no sentence on both sides."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from glowvox.data.corpus import Corpus, join
from glowvox.data.splits import SPLITS, SplitRule, seeded_splits, sentence_key
from glowvox.data.utterance import Utterance

TEXTS = st.sampled_from(["One.", "one", "Two!", "two two", "Three", "THREE?", "Four", "Five.", "Six", "你好"])
CORPORA = st.lists(st.lists(st.tuples(TEXTS, st.sampled_from(SPLITS)), max_size=12), min_size=1, max_size=4)


def utterances(texts: list[str], name: str = "") -> list[Utterance]:
    return [Utterance(f"{name}{n}", text, Path("x.wav"), "s", "en") for n, text in enumerate(texts)]


@given(st.lists(TEXTS, max_size=40), st.randoms(use_true_random=False), st.integers(0, 5))
def test_a_seeded_split_is_a_partition_that_order_does_not_touch(texts: list[str], random: object, seed: int) -> None:
    clips = utterances(texts)
    splits = seeded_splits(clips, SplitRule(seed=seed))
    assert sorted(key for ids in splits.values() for key in ids) == sorted(clip.id for clip in clips)
    text = {clip.id: sentence_key(clip.text) for clip in clips}
    held = {split: {text[key] for key in splits[split]} for split in SPLITS}
    assert not held["train"] & (held["val"] | held["test"])
    random.shuffle(clips)  # type: ignore[attr-defined]
    again = seeded_splits(clips, SplitRule(seed=seed))
    assert {split: set(ids) for split, ids in again.items()} == {split: set(ids) for split, ids in splits.items()}


@given(CORPORA)
def test_joined_corpora_never_train_on_a_held_out_sentence(parts: list[list[tuple[str, str]]]) -> None:
    corpora = []
    for number, rows in enumerate(parts):
        clips = utterances([text for text, _ in rows], f"c{number}_")
        splits = {s: tuple(c.id for c, (_, split) in zip(clips, rows, strict=True) if split == s) for s in SPLITS}
        corpora.append(Corpus(f"c{number}", Path(f"c{number}"), "test", tuple(clips), splits))
    joined = join(corpora)
    text = {u.id: sentence_key(u.text) for u in joined.utterances}
    train = {text[key] for key in joined.splits["train"]}
    held = {text[key] for split in ("val", "test") for key in joined.splits[split]}
    assert not train & held
    assert len(joined.utterances) + len(joined.left_out) == sum(len(rows) for rows in parts)
