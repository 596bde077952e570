"""Clips left out for the length of their texts, and corpora split by another rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glowvox.data.check import check
from glowvox.data.corpus import read_corpus, scan_corpus
from glowvox.data.prepare import prepare
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.prepared import Prepared
from glowvox.data.report import prepare_lines
from glowvox.data.splits import SplitRule, seeded_splits, sentence_key
from glowvox.data.utterance import Utterance
from glowvox.errors import ConfigError
from tests.fixtures.corpora import make_ljspeech


def test_texts_out_of_the_limits_are_left_out_and_told(tmp_path: Path) -> None:
    corpus = read_corpus(make_ljspeech(tmp_path / "jane-en"))
    out = tmp_path / "out"
    prepare([corpus], out, config=PrepareConfig(), processes=1)
    before = Prepared.load(out)
    lengths = {clip.id: len(clip.ids) for split in ("train", "val", "test") for clip in before.clips(split)}
    texts = {utterance.id: len(utterance.text) for utterance in corpus.utterances}
    middle = sorted(lengths.values())[len(lengths) // 2]
    report = prepare([corpus], out, config=PrepareConfig(max_tokens=middle), processes=1)
    kept = {clip.id for split in ("train", "val", "test") for clip in Prepared.load(out).clips(split)}
    assert kept == {name for name, count in lengths.items() if count <= middle}
    assert 0 < len(kept) < len(lengths)
    lines = list(prepare_lines(report, 50))
    assert f"left out, length of the text: {len(lengths) - len(kept)}" in lines
    long = max(lengths, key=lambda name: lengths[name])
    assert any(f"'{long}': {lengths[long]} tokens, expected at most {middle}" in line for line in lines)
    logged = [json.loads(line) for line in (out / "left_out.jsonl").read_text().splitlines()]
    assert {entry["id"] for entry in logged if entry["kind"] == "length of the text"} == set(lengths) - kept
    # other limits bring them back, without touching a mel
    stamps = {path: path.stat().st_mtime_ns for path in (out / "mels").iterdir()}
    least = sorted(texts.values())[2]
    again = prepare([corpus], out, config=PrepareConfig(min_characters=least), processes=1)
    assert {path: path.stat().st_mtime_ns for path in (out / "mels").iterdir()} == stamps
    assert {entry.id for entry in again.left_out} == {name for name, count in texts.items() if count < least}


def test_check_warns_of_them(tmp_path: Path) -> None:
    corpus = scan_corpus(make_ljspeech(tmp_path / "jane-en"))
    problems = check([corpus], PrepareConfig(max_characters=10), processes=1).problems
    found = [problem for problem in problems if problem.kind == "length of the text"]
    assert len(found) == sum(len(utterance.text) > 10 for utterance in corpus.utterances)
    assert "characters, expected at most 10; it will be left out" in found[0].cause


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"min_tokens": 9, "max_tokens": 3}, "min_tokens = 9, max_tokens = 3: expected 0 <= min_tokens <= max_tokens"),
        ({"max_characters": 0}, "min_characters = 1, max_characters = 0: expected"),
    ],
)
def test_limits_that_leave_nothing_are_refused(limits: dict[str, int], message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("(", "\\(")):
        PrepareConfig(**limits)  # type: ignore[arg-type]


def utterances(count: int) -> list[Utterance]:
    return [
        Utterance(id=f"c{n}", text=f"sentence number {n}", audio=Path("x"), speaker="a", language="en")
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("rule", "count", "held"),
    [
        (SplitRule(), 1_000, 20),
        (SplitRule(), 100_000, 100),  # more tells no more
        (SplitRule(most=None), 10_000, 200),
        (SplitRule(size=0.1), 500, 50),
        (SplitRule(size=0.1, most=7), 500, 7),
        (SplitRule(size=33), 500, 33),
        (SplitRule(size=0), 500, 0),
        (SplitRule(size=0.001), 500, 1),  # a share holds at least one out
    ],
)
def test_the_rule_says_how_many_sentences_are_held_out(rule: SplitRule, count: int, held: int) -> None:
    assert rule.held_out(count) == held
    if count <= 1_000:
        splits = seeded_splits(utterances(count), rule)
        assert {name: len(ids) for name, ids in splits.items()} == {
            "train": count - 2 * held, "val": held, "test": held,
        }  # fmt: skip


def test_held_out_sentences_of_a_smaller_rule_are_among_those_of_a_larger_one() -> None:
    small = seeded_splits(utterances(300), SplitRule(size=10))
    large = seeded_splits(utterances(300), SplitRule(size=30))
    assert set(small["test"]) <= set(large["test"])


def test_a_sentence_is_in_one_split_however_often_it_is_said() -> None:
    said = [
        *utterances(50),
        *(Utterance(f"again{n}", f"Sentence  number {n}!", Path("x"), "b", "en") for n in range(50)),
    ]
    splits = seeded_splits(said, SplitRule(size=0.2))
    where: dict[str, set[str]] = {}
    texts = {utterance.id: utterance.text for utterance in said}
    for split, ids in splits.items():
        for name in ids:
            where.setdefault(sentence_key(texts[name]), set()).add(split)
    assert all(len(found) == 1 for found in where.values())


@pytest.mark.parametrize(
    ("size", "most", "message"),
    [
        (1.5, None, "held out: 1.5: expected a share of the sentences below 1, as 0.02, or their number"),
        (-0.1, None, "held out: -0.1: expected a share"),
        (0.1, 0, "held out: at most 0: expected at least 1 sentence"),
    ],
)
def test_what_is_no_share_and_no_number_is_refused(size: float, most: int | None, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        SplitRule(size=size, most=most)


def test_a_rule_that_leaves_nothing_to_train_on_is_refused() -> None:
    with pytest.raises(ConfigError, match="held out: 10 sentences for val and as many for test, but the corpus has 20"):
        seeded_splits(utterances(20), SplitRule(size=10))
    with pytest.raises(ConfigError, match="a share of 0.5 for val and as much for test leaves nothing of 40"):
        seeded_splits(utterances(40), SplitRule(size=0.5))
