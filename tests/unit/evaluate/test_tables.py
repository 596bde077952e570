"""Alignments written and read back, in each format."""

from __future__ import annotations

from pathlib import Path

import pytest

from glowvox.errors import GlowvoxError, InputError
from glowvox.evaluate.tables import read_alignments, write_json, write_table, write_textgrid
from glowvox.evaluate.tiers import Alignment, Interval, Tier

PHONES = Tier("phones", (Interval(0.0, 0.2, "DH"), Interval(0.2, 0.35, "AH0"), Interval(0.5, 0.75, '"')))
WORDS = Tier("words", (Interval(0.0, 0.35, 'the "tide"'), Interval(0.5, 0.75, "turned, ünï 你好")))
CLIP = Alignment("clip_1", 1.0, (PHONES, WORDS))


def test_textgrid_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "clip_1.TextGrid"
    write_textgrid(path, CLIP)
    assert read_alignments(path) == [CLIP]


def test_textgrid_covers_the_whole_recording_without_gaps(tmp_path: Path) -> None:
    path = tmp_path / "clip_1.TextGrid"
    write_textgrid(path, CLIP)
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines[:7] == [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        "xmin = 0",
        "xmax = 1",
        "tiers? <exists>",
        "size = 2",
    ]
    assert lines.count("intervals: size = 5") == 1  # three phones, two gaps
    assert 'text = """"' in lines  # quotes are doubled


def test_textgrid_is_read_by_praatio(tmp_path: Path) -> None:
    textgrid = pytest.importorskip("praatio.textgrid", reason="praatio is not installed")
    path = tmp_path / "clip_1.TextGrid"
    write_textgrid(path, CLIP)
    found = textgrid.openTextgrid(str(path), includeEmptyIntervals=False)
    assert found.tierNames == ("phones", "words")
    for tier in CLIP.tiers:
        expected = [(i.start_s, i.end_s, i.label.replace('"', '""')) for i in tier.intervals]
        # praatio leaves doubled quotes doubled
        entries = [
            (e.start, e.end, e.label.replace('""', '"').replace('"', '""')) for e in found.getTier(tier.name).entries
        ]
        assert entries == expected


def test_short_textgrid_with_a_point_tier_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.TextGrid"
    path.write_text(
        'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n1.5\n<exists>\n2\n"TextTier"\n"marks"\n0\n1.5\n1\n'
        '0.5\n"click"\n"IntervalTier"\n"phones"\n0\n1.5\n2\n0\n0.7\n"AA1"\n0.7\n1.5\n""\n',
        encoding="utf-8",
    )
    assert read_alignments(path) == [Alignment("a", 1.5, (Tier("phones", (Interval(0.0, 0.7, "AA1"),)),))]


def test_json_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    other = Alignment("clip_2", 0.4, (Tier("phones", ()),))
    write_json(path, [CLIP, other])
    assert read_alignments(path) == [CLIP, other]


def test_table_has_the_columns_of_published_phone_times(tmp_path: Path) -> None:
    path = tmp_path / "phones.tsv"
    write_table(path, [CLIP])
    assert path.read_text(encoding="utf-8").splitlines()[:2] == [
        "id\tindex\tphone\tstart\tend",
        "clip_1\t0\tDH\t0.0000\t0.2000",
    ]
    assert read_alignments(path) == [Alignment("clip_1", 0.75, (PHONES,))]


def test_table_of_words(tmp_path: Path) -> None:
    path = tmp_path / "words.tsv"
    write_table(path, [CLIP], tier="words")
    assert read_alignments(path)[0].tier("words") == WORDS


def test_folder_of_textgrids(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write_textgrid(tmp_path / f"{name}.TextGrid", CLIP)
    assert [alignment.id for alignment in read_alignments(tmp_path)] == ["a", "b"]


def test_published_table_is_read(corpora_dir: Path) -> None:
    found = {a.id: a for a in read_alignments(corpora_dir / "flite-multi-en" / "phones.tsv")}
    assert len(found) == 180
    assert found["slt_b0319"].tier("phones").intervals[2] == Interval(0.243, 0.402, "ey")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,phone\n", "expected columns id, index, phone, start, end"),
        ("id\tindex\tphone\tstart\tend\na\t0\taa\t0.0\n", "line 2: 4 columns, expected 5"),
        ("id\tindex\tphone\tstart\tend\na\t0\taa\t0.0\tsoon\n", "line 2: start '0.0' and end 'soon'"),
        ("id\tindex\tphone\tstart\tend\na\t0\taa\t0.5\t0.2\n", "a: tier 'phones', interval 0 'aa': 0.5 to 0.2 s"),
        ("id\tindex\tphone\tstart\tend\na\t0\taa\tnan\t0.2\n", "is not a time"),
    ],
)
def test_wrong_tables_are_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "wrong.tsv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_alignments(path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "hello", 'File type = "ooTextFile"\n"TextGrid"\n0\n1\n<exists>\n1\n"IntervalTier"']
)
def test_what_is_no_textgrid_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "wrong.TextGrid"
    path.write_text(text)
    with pytest.raises(InputError, match="not a TextGrid"):
        read_alignments(path)


def test_json_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_text('[{"id": "a"}]')
    with pytest.raises(InputError, match="not an alignment file"):
        read_alignments(path)


def test_a_tab_in_a_label_needs_another_format(tmp_path: Path) -> None:
    clip = Alignment("a", 1.0, (Tier("phones", (Interval(0.0, 1.0, "a\tb"),)),))
    with pytest.raises(InputError, match="use JSON or TextGrid"):
        write_table(tmp_path / "a.tsv", [clip])
    assert list(tmp_path.iterdir()) == []


def test_missing_folder_is_named_and_missing_tier_lists_the_others(tmp_path: Path) -> None:
    with pytest.raises(GlowvoxError, match="cannot write"):
        write_json(tmp_path / "nowhere" / "a.json", [CLIP])
    with pytest.raises(InputError, match="no tier 'syllables'; the tiers there: phones, words"):
        CLIP.tier("syllables")
