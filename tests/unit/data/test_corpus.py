"""Rows become utterances or problems; several corpora become one without text leaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from glowvox.data.corpus import Corpus, join, read_corpus, scan_corpus
from glowvox.data.language import split_name
from glowvox.errors import CorpusError
from tests.fixtures.corpora import make_tree


def ljspeech(root: Path, rows: dict[str, str], **lists: list[str]) -> Corpus:
    files = {"metadata.csv": "".join(f"{key}|{text}|{text}\n" for key, text in rows.items())}
    files |= {f"wavs/{key}.wav": "" for key in rows}
    files |= {f"{name}.txt": "".join(f"{key}\n" for key in ids) for name, ids in lists.items()}
    return read_corpus(make_tree(root, files))


def problems(root: Path, files: dict[str, str]) -> list[str]:
    return [f"{p.severity}, {p}" for p in scan_corpus(make_tree(root, files)).problems]


def test_rows_that_give_no_utterance_are_problems_with_file_row_and_remedy(tmp_path: Path) -> None:
    table = (
        "a|Fine.|Fine.\nb||\n|No id.|No id.\nc|1|2|3|4\nd\ngone|Gone.|Gone.\n../x|No.|No.\nB|B.|B.\na|Other.|Other.\n"
    )
    assert problems(tmp_path, {"metadata.csv": table, "wavs/a.wav": "", "wavs/b.wav": ""}) == [
        "error, metadata.csv:2: 'b' has no text; write what is said, or delete the row",
        "error, metadata.csv:3, column 1: the row names no recording; write the recording's name",
        "error, metadata.csv:4: 5 columns in 'c|1|2|3|4'; "
        "write id|text, id|raw|normalised or id|raw|normalised|speaker; a text may hold no '|'",
        "error, metadata.csv:5: 1 column in 'd'; "
        "write id|text, id|raw|normalised or id|raw|normalised|speaker; a text may hold no '|'",
        "error, metadata.csv:6, column 1: no recording 'gone' (.wav, .flac, .ogg, .opus, .mp3) below wavs/; "
        "add the recording or delete the row",
        "error, metadata.csv:7, column 1: '../x' leads out of the corpus; "
        "name recordings relative to the corpus, or give their folder with --audio",
        "error, metadata.csv:8, column 1: no recording 'B' (.wav, .flac, .ogg, .opus, .mp3) below wavs/; "
        "there is 'b': use the same letter case",
        "error, metadata.csv:9, column 1: 'a' is already in metadata.csv:1, as 'Fine.', here 'Other.'; "
        "delete one of the two rows (the first is used)",
    ]
    corpus = scan_corpus(tmp_path)
    assert (corpus.rows, [u.id for u in corpus.utterances], len(corpus.left_out)) == (9, ["a"], 8)


def test_the_same_row_twice_is_a_warning(tmp_path: Path) -> None:
    found = problems(tmp_path, {"metadata.csv": "a|Fine.|Fine.\na|Fine.|Fine.\n", "wavs/a.wav": ""})
    assert found == [
        "warning, metadata.csv:2, column 1: 'a' is already in metadata.csv:1, with the same text; "
        "delete one of the two rows (the first is used)"
    ]


def test_a_header_is_passed_over(tmp_path: Path) -> None:
    make_tree(tmp_path, {"metadata.csv": "id|text|normalized\na|Fine.|Fine.\n", "wavs/a.wav": ""})
    assert [u.id for u in read_corpus(tmp_path).utterances] == ["a"]


def test_names_compare_composed_and_keep_their_dots(tmp_path: Path) -> None:
    files = {"metadata.csv": "u\u0308n|One.|One.\nv1.2|Two.|Two.\n", "wavs/ün.wav": "", "wavs/v1.2.wav": ""}
    assert [u.audio.name for u in read_corpus(make_tree(tmp_path, files)).utterances] == ["ün.wav", "v1.2.wav"]


def test_nothing_usable_is_an_error_that_names_the_first_cause(tmp_path: Path) -> None:
    make_tree(tmp_path, {"metadata.csv": "a|One.|One.\n", "wavs/b.wav": ""})
    with pytest.raises(CorpusError, match=r"metadata\.csv:1: no recording 'a'"):
        read_corpus(tmp_path)
    with pytest.raises(CorpusError, match="no such folder or file"):
        read_corpus(tmp_path / "nowhere")


def test_a_list_that_cannot_be_read_stops_everything(tmp_path: Path) -> None:
    make_tree(tmp_path, {"metadata.csv": "a|One.|One.\n", "wavs/a.wav": ""})
    (tmp_path / "train.txt").write_bytes(b"caf\xe9\n")
    with pytest.raises(CorpusError, match=r"train\.txt:1: byte 0xE9"):
        read_corpus(tmp_path)


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("kathleen-en", ("kathleen", "en")),
        ("thorsten_de_DE", ("thorsten", "de")),
        ("flite-multi-en", ("flite-multi", "en")),
        ("LJSpeech-1.1", ("LJSpeech-1.1", None)),
        ("voice-ok", ("voice-ok", None)),
        ("en", ("en", None)),
    ],
)
def test_a_folder_tells_speaker_and_language(folder: str, expected: tuple[str, str | None]) -> None:
    assert split_name(folder) == expected


def test_speaker_and_language_can_be_told(tmp_path: Path) -> None:
    make_tree(tmp_path / "x-en", {"metadata.csv": "a|One.|One.\n", "wavs/a.wav": ""})
    utterance = read_corpus(tmp_path / "x-en", speaker="ann", language="fr").utterances[0]
    assert (utterance.speaker, utterance.language) == ("ann", "fr")


def test_lists_are_the_corpus_s_own(tmp_path: Path) -> None:
    rows = {key: f"Text {key}." for key in "abcde"}
    corpus = ljspeech(tmp_path / "one", rows, train=["a", "wavs/b.wav"], val=["c|anything"], test=["d"])
    assert corpus.splits == {"train": ("a", "b"), "val": ("c",), "test": ("d",)}
    assert corpus.own_splits
    joined = join([corpus])
    assert [(entry.id, entry.kind) for entry in joined.left_out] == [("e", "in no list")]


def test_without_a_train_list_the_rest_is_for_training(tmp_path: Path) -> None:
    corpus = ljspeech(tmp_path, {key: f"Text {key}." for key in "abcd"}, val=["b"], test=["d"])
    assert corpus.splits == {"train": ("a", "c"), "val": ("b",), "test": ("d",)}


def test_a_row_that_is_broken_is_no_unknown_id(tmp_path: Path) -> None:
    files = {"metadata.csv": "a|One.|One.\nb||\n", "wavs/a.wav": "", "wavs/b.wav": "", "train.txt": "a\nb\nc\n"}
    corpus = scan_corpus(make_tree(tmp_path, files))
    assert [(p.kind, p.id) for p in corpus.problems] == [("empty text", "b"), ("unknown id in a list", "c")]
    assert corpus.splits["train"] == ("a",)


def test_joining_drops_held_out_sentences_from_every_train_list(tmp_path: Path) -> None:
    one = ljspeech(
        tmp_path / "one",
        {"a1": "The tide turned.", "a2": "It rained.", "a3": "So what?"},
        train=["a1", "a2"],
        test=["a3"],
    )
    two = ljspeech(
        tmp_path / "two",
        {"b1": "So -- what", "b2": "THE TIDE, turned", "b3": "Else.", "b4": "It’s so."},
        train=["b1", "b2", "b3", "b4"],
    )
    three = ljspeech(tmp_path / "three", {"c1": "Its so!", "c2": "it rained"}, val=["c1", "c2"])
    joined = join([one, two, three])
    assert joined.splits == {"train": ("a1", "b2", "b3"), "val": ("c1", "c2"), "test": ("a3",)}
    assert {entry.id: (entry.kind, entry.reason) for entry in joined.left_out} == {
        "a2": ("text leak", "its sentence is held out in val (c2)"),
        "b1": ("text leak", "its sentence is held out in test (a3)"),
        "b4": ("text leak", "its sentence is held out in val (c1)"),
    }
    assert str(joined.left_out[0].place) == "one/metadata.csv:2"


def test_ids_of_two_corpora_never_collide(tmp_path: Path) -> None:
    one = ljspeech(tmp_path / "one", {"a": "One.", "b": "Two."}, train=["a"], val=["b"])
    two = ljspeech(tmp_path / "two", {"a": "Three."}, train=["a"])
    three = ljspeech(tmp_path / "three", {"c": "Four."}, train=["c"])
    joined = join([one, two, three])
    assert [u.id for u in joined.utterances] == ["one/a", "one/b", "two/a", "c"]
    assert joined.splits == {"train": ("one/a", "two/a", "c"), "val": ("one/b",), "test": ()}


def test_a_corpus_given_twice_is_refused(tmp_path: Path) -> None:
    corpus = ljspeech(tmp_path / "one", {"a": "One."})
    with pytest.raises(CorpusError, match="two corpora named 'one' share ids, for instance 'a'"):
        join([corpus, corpus])


def test_real_corpora_are_read_whole(corpora_dir: Path) -> None:
    names = ("kathleen-en", "heart-en", "flite-multi-en", "lj-part")
    corpora = {name: read_corpus(corpora_dir / name) for name in names if (corpora_dir / name).is_dir()}
    counts = {
        name: [len(corpus.splits[split]) for split in ("train", "val", "test")] for name, corpus in corpora.items()
    }
    expected = {
        "kathleen-en": [1092, 20, 20],
        "heart-en": [1742, 41, 41],
        "flite-multi-en": [138, 21, 21],
        "lj-part": [36, 6, 10],
    }
    assert counts == {name: expected[name] for name in corpora}
    assert all(corpus.problems == () for corpus in corpora.values())
    if "flite-multi-en" in corpora:
        assert {u.speaker for u in corpora["flite-multi-en"].utterances} == {"slt", "rms", "awb"}
