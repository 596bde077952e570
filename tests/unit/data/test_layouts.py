"""Each layout is found by itself and gives the same kind of utterances."""

from __future__ import annotations

from pathlib import Path

import pytest

from glowvox.data.corpus import read_corpus, scan_corpus
from glowvox.data.layouts.detect import LAYOUTS, detect
from glowvox.data.layouts.listing import Source
from glowvox.errors import ConfigError, CorpusError
from tests.fixtures.corpora import make_tree

Rows = list[tuple[str, str, str, str, str]]


def rows(path: Path, **options: object) -> tuple[str, Rows]:
    """Layout and (id, text, audio relative to the corpus, speaker, language) of a corpus without problems."""
    corpus = read_corpus(path, **options)  # type: ignore[arg-type]
    assert [str(problem) for problem in corpus.problems if problem.severity != "note"] == []
    root = path if path.is_dir() else path.parent
    return corpus.layout, [
        (u.id, u.text, u.audio.relative_to(root).as_posix(), u.speaker, u.language) for u in corpus.utterances
    ]


CASES: dict[str, tuple[dict[str, str], str, Rows]] = {
    "ljspeech, three columns: the normalised one wins": (
        {"metadata.csv": "a1|It is 5.|It is five.\na2|Yes.|\n", "wavs/a1.wav": "", "wavs/a2.flac": ""},
        "ljspeech",
        [("a1", "It is five.", "wavs/a1.wav", "jane", "en"), ("a2", "Yes.", "wavs/a2.flac", "jane", "en")],
    ),
    "ljspeech, two columns": (
        {"metadata.csv": "a1|One thing.\na2|Another.\n", "wavs/a1.wav": "", "wavs/a2.wav": ""},
        "ljspeech",
        [("a1", "One thing.", "wavs/a1.wav", "jane", "en"), ("a2", "Another.", "wavs/a2.wav", "jane", "en")],
    ),
    "ljspeech with speakers": (
        {"metadata.csv": "a1|One.|One.|ann\na2|Two.|Two.|bob\n", "wavs/a1.wav": "", "wavs/a2.wav": ""},
        "ljspeech",
        [("a1", "One.", "wavs/a1.wav", "ann", "en"), ("a2", "Two.", "wavs/a2.wav", "bob", "en")],
    ),
    "piper, two columns with extensions": (
        {"metadata.csv": "a1.wav|One thing.\n", "wav/a1.wav": ""},
        "piper",
        [("a1", "One thing.", "wav/a1.wav", "jane", "en")],
    ),
    "piper with speakers": (
        {
            "metadata.csv": "a1|ann|One thing.\na2|ann|Two things.\na3|bob|Three things.\na4|bob|Four.\n",
            **{f"wavs/a{n}.wav": "" for n in range(1, 5)},
        },
        "piper",
        [
            ("a1", "One thing.", "wavs/a1.wav", "ann", "en"),
            ("a2", "Two things.", "wavs/a2.wav", "ann", "en"),
            ("a3", "Three things.", "wavs/a3.wav", "bob", "en"),
            ("a4", "Four.", "wavs/a4.wav", "bob", "en"),
        ],
    ),
    "coqui": (
        {
            "metadata.csv": "audio_file|text|speaker_name|emotion_name\nwavs/a1.wav|One thing.|ann|neutral\n",
            "wavs/a1.wav": "",
        },
        "coqui",
        [("wavs/a1", "One thing.", "wavs/a1.wav", "ann", "en")],
    ),
    "css10": (
        {"transcript.txt": "book/a1.wav|Um 5 Uhr.|Um fünf Uhr.|1.25\n", "book/a1.wav": ""},
        "css10",
        [("book/a1", "Um fünf Uhr.", "book/a1.wav", "jane", "en")],
    ),
    "m-ailabs": (
        {
            "de_DE/by_book/female/eva/emma/metadata.csv": "emma_01|Am 2. Mai.|Am zweiten Mai.\n",
            "de_DE/by_book/female/eva/emma/wavs/emma_01.wav": "",
        },
        "m-ailabs",
        [("emma_01", "Am zweiten Mai.", "de_DE/by_book/female/eva/emma/wavs/emma_01.wav", "eva", "de")],
    ),
    "vctk: the first microphone": (
        {
            "txt/p225/p225_001.txt": "Please call Stella.\n",
            "wav48_silence_trimmed/p225/p225_001_mic1.flac": "",
            "wav48_silence_trimmed/p225/p225_001_mic2.flac": "",
            "txt/p226/p226_001.txt": "Please call her.\n",
            "wav48_silence_trimmed/p226/p226_001_mic2.flac": "",
        },
        "vctk",
        [
            ("p225_001", "Please call Stella.", "wav48_silence_trimmed/p225/p225_001_mic1.flac", "p225", "en"),
            ("p226_001", "Please call her.", "wav48_silence_trimmed/p226/p226_001_mic2.flac", "p226", "en"),
        ],
    ),
    "common voice": (
        {
            "validated.tsv": 'client_id\tpath\tsentence\tlocale\n0123456789abcdef\tcv_1.mp3\tGuten "Tag.\tde\n',
            "clips/cv_1.mp3": "",
        },
        "common-voice",
        [("cv_1", 'Guten "Tag.', "clips/cv_1.mp3", "0123456789ab", "de")],
    ),
    "a text beside each recording": (
        {"one.wav": "", "one.txt": "One thing.\nor two.\n", "two.flac": "", "two.lab": "Two."},
        "folder",
        [("one", "One thing. or two.", "one.wav", "jane", "en"), ("two", "Two.", "two.flac", "jane", "en")],
    ),
    "a text beside each recording, folders of speakers": (
        {"ann/1.wav": "", "ann/1.txt": "One.", "bob/1.wav": "", "bob/1.txt": "Two."},
        "folder",
        [("ann/1", "One.", "ann/1.wav", "ann", "en"), ("bob/1", "Two.", "bob/1.wav", "bob", "en")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_layout_is_found_and_read(tmp_path: Path, name: str) -> None:
    files, layout, expected = CASES[name]
    assert rows(make_tree(tmp_path / "jane-en", files)) == (layout, expected)


def test_libritts_subsets_are_splits(tmp_path: Path) -> None:
    files = {}
    for subset in ("train-clean-100", "dev-clean", "test-clean"):
        files[f"{subset}/19/198/19_198_{subset}.normalized.txt"] = f"Text of {subset}."
        files[f"{subset}/19/198/19_198_{subset}.original.txt"] = "not this"
        files[f"{subset}/19/198/19_198_{subset}.wav"] = ""
    corpus = read_corpus(make_tree(tmp_path / "LibriTTS", files))
    assert corpus.layout == "libritts"
    assert corpus.splits == {
        "train": ("19_198_train-clean-100",),
        "val": ("19_198_dev-clean",),
        "test": ("19_198_test-clean",),
    }
    assert {u.speaker for u in corpus.utterances} == {"19"}


def test_one_subset_of_libritts_is_split_by_seed(tmp_path: Path) -> None:
    files = {}
    for n in range(5):
        files |= {f"84/121/84_121_{n}.normalized.txt": f"Text {n}.", f"84/121/84_121_{n}.wav": ""}
    corpus = read_corpus(make_tree(tmp_path / "dev-clean", files))
    assert not corpus.own_splits
    assert [len(corpus.splits[split]) for split in ("train", "val", "test")] == [3, 1, 1]


def test_common_voice_tables_are_splits(tmp_path: Path) -> None:
    head = "client_id\tpath\tsentence\tlocale\n"
    files = {
        f"{name}.tsv": f"{head}speaker{n}\tcv_{n}.mp3\tSatz {n}.\tde\n"
        for n, name in enumerate(("train", "dev", "test", "validated"))
    }
    files |= {f"clips/cv_{n}.mp3": "" for n in range(4)}
    corpus = read_corpus(make_tree(tmp_path, files))
    assert corpus.splits == {"train": ("cv_0",), "val": ("cv_1",), "test": ("cv_2",)}
    assert [u.speaker for u in corpus.utterances] == ["speaker0", "speaker1", "speaker2"]


@pytest.mark.parametrize(
    ("line", "speaker"),
    [("DUMMY/{0}.wav|Text of {0} here.", "jane"), ("DUMMY/{0}.wav|Text of {0} here.|7", "7")]
    + [("DUMMY/{0}.wav|7|Text of {0} here.", "7")],
    ids=["path|text", "path|text|speaker", "path|speaker|text"],
)
def test_filelists_are_splits(tmp_path: Path, line: str, speaker: str) -> None:
    files = {f"filelists/ljs_{split}_filelist.txt": line.format(split) + "\n" for split in ("train", "val", "test")}
    files |= {f"wavs/{split}.wav": "" for split in ("train", "val", "test")}
    corpus = read_corpus(make_tree(tmp_path / "jane", files))
    assert corpus.layout == "filelist"
    assert corpus.splits == {"train": ("train",), "val": ("val",), "test": ("test",)}
    assert [(u.text, u.speaker) for u in corpus.utterances] == [
        (f"Text of {split} here.", speaker) for split in ("test", "train", "val")
    ]


def test_one_filelist_by_name_with_recordings_elsewhere(tmp_path: Path) -> None:
    make_tree(tmp_path, {"lists/train.txt": "/data/LJ/wavs/a1.wav|One thing.\n", "sound/a1.wav": ""})
    corpus = read_corpus(tmp_path / "lists" / "train.txt", audio=tmp_path / "sound")
    assert (corpus.layout, corpus.utterances[0].audio) == ("filelist", tmp_path / "sound" / "a1.wav")


def test_coqui_tables_are_splits(tmp_path: Path) -> None:
    head = "audio_file|text|speaker_name\n"
    files = {
        "metadata_train.csv": f"{head}wavs/a1.wav|One.|ann\n",
        "metadata_eval.csv": f"{head}wavs/a2.wav|Two.|ann\n",
        "wavs/a1.wav": "",
        "wavs/a2.wav": "",
    }
    corpus = read_corpus(make_tree(tmp_path, files))
    assert corpus.splits == {"train": ("wavs/a1",), "val": ("wavs/a2",), "test": ()}


def test_a_layout_can_be_forced(tmp_path: Path) -> None:
    make_tree(tmp_path / "jane-en", {"metadata.csv": "a1|ann|One thing.\n", "wavs/a1.wav": ""})
    assert rows(tmp_path / "jane-en")[1][0][1:4:2] == ("One thing.", "jane")
    assert rows(tmp_path / "jane-en", layout="piper")[1][0][1:4:2] == ("One thing.", "ann")


def test_an_unknown_layout_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="unknown layout 'pipr'; did you mean 'piper'?"):
        detect(Source(Path(), None, None, "", ""), "pipr")


def test_the_error_of_detection_says_what_was_looked_for(tmp_path: Path) -> None:
    make_tree(tmp_path, {"a.wav": "", "b.wav": "", "texts.tsv": "a\tone\n"})
    with pytest.raises(CorpusError) as caught:
        read_corpus(tmp_path)
    assert caught.value.message == (
        f"{tmp_path}: no corpus of a known layout; it has 2 recordings and the tables texts.tsv: give one by name"
    )
    assert caught.value.hint is not None
    assert all(name in caught.value.hint and layout.sign in caught.value.hint for name, layout in LAYOUTS.items())


def test_a_table_of_another_kind_is_refused(tmp_path: Path) -> None:
    make_tree(tmp_path, {"texts.json": "{}"})
    with pytest.raises(CorpusError, match=r"texts\.json: not a table of a known layout"):
        read_corpus(tmp_path / "texts.json")


def test_a_table_with_another_separator_is_one_problem(tmp_path: Path) -> None:
    make_tree(tmp_path, {"metadata.csv": "a1,One.\na2,Two.\n"})
    assert [str(problem) for problem in scan_corpus(tmp_path).problems] == [
        "metadata.csv: no row has a '|', the first is 'a1,One.'; "
        "write id|text, id|raw|normalised or id|raw|normalised|speaker"
    ]


def test_recordings_without_text_and_texts_that_cannot_be_read_are_rows(tmp_path: Path) -> None:
    make_tree(tmp_path, {"one.wav": "", "one.txt": "One.", "two.wav": "", "three.wav": ""})
    (tmp_path / "three.txt").write_bytes("Drü".encode("latin-1"))
    corpus = scan_corpus(tmp_path)
    assert [u.id for u in corpus.utterances] == ["one"]
    assert {(p.severity, p.kind, p.id) for p in corpus.problems} == {
        ("error", "missing text", "two"),
        ("error", "encoding", "three"),
    }
