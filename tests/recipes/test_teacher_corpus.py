"""`recipes/teacher_corpus.py` with a toy for a teacher."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile

from glowvox.data.check import check
from glowvox.data.corpus import read_corpus, scan_corpus
from glowvox.data.prepare_config import PrepareConfig

SCRIPT = Path(__file__).resolve().parents[2] / "recipes" / "teacher_corpus.py"
SENTENCES = [f"The tide turned at noon on day {word}." for word in ("one", "two", "three", "four", "five", "six")]
TOY = """
import numpy as np
from pathlib import Path

def speak(text):
    with Path("asked.txt").open("a") as file:
        file.write(text + "\\n")
    if "five" in text and not Path("cured").exists():
        raise RuntimeError("cannot count so far")
    if "six" in text:
        return np.zeros(16000), 16000
    if "seven" in text:
        return 0.3 * np.sin(np.arange(16000 * 30) / 20), 16000
    if "eight" in text:
        raise KeyboardInterrupt
    time = np.arange(round(16000 * len(text) / 14)) / 16000
    return (0.3 * np.sin(2 * np.pi * 150 * time))[None], 16000
"""

Run = Callable[..., int]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "toy_teacher", raising=False)
    (tmp_path / "toy_teacher.py").write_text(TOY)
    write(SENTENCES)
    return tmp_path


def write(sentences: list[str]) -> None:
    Path("sentences.txt").write_text("\n".join(sentences) + "\n", encoding="utf-8")


def make(*more: str, teacher: str = "toy_teacher:speak") -> int:
    arguments = ["sentences.txt", "toy-en", "--teacher", teacher, "--licence", "CC0-1.0", "--credit", "a toy", *more]
    status: int = runpy.run_path(str(SCRIPT))["main"](arguments)
    return status


def asked() -> list[str]:
    path = Path("asked.txt")
    texts = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return texts


def test_a_list_becomes_a_corpus_that_prepares(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert make() == 0
    assert capsys.readouterr().out == "toy-en: 4 clips, 0.2 min; 2 left out\n"
    corpus = read_corpus("toy-en")
    assert [u.text for u in corpus.utterances] == SENTENCES[:4]
    assert {(u.speaker, u.language) for u in corpus.utterances} == {("toy", "en")}
    assert corpus.own_splits
    assert sum(map(len, corpus.splits.values())) == 4
    verdict = check([scan_corpus("toy-en")], PrepareConfig(), processes=1)
    assert verdict.ready, verdict.problems
    assert soundfile.info("toy-en/wavs/toy_0001.flac").samplerate == 16_000
    left_out = Path("toy-en/left_out.tsv").read_text().splitlines()
    assert left_out[0] == f"toy_0005\tthe teacher failed: RuntimeError: cannot count so far\t{SENTENCES[4]}"
    assert left_out[1].split("\t")[:2] == ["toy_0006", "silence"]
    page = Path("toy-en/README.md").read_text()
    assert "- Licence: CC0-1.0\n- Credit: a toy\n- Teacher: toy_teacher:speak; texts: sentences.txt\n" in page
    assert "4 utterances, 0.2 minutes, 32 words" in page


def test_only_what_is_new_changed_or_failed_is_said_again(here: Path) -> None:
    make()
    asked()
    Path("cured").touch()
    write([*SENTENCES[:1], "Nobody saw the red cat.", *SENTENCES[2:], "We like the rain."])
    assert make() == 0
    assert asked() == ["Nobody saw the red cat.", SENTENCES[4], SENTENCES[5], "We like the rain."]
    rows = Path("toy-en/metadata.csv").read_text().splitlines()
    assert rows[1] == "toy_0002|Nobody saw the red cat.|Nobody saw the red cat."
    assert [row.partition("|")[0] for row in rows] == [f"toy_000{n}" for n in (1, 2, 3, 4, 5, 7)]
    Path("toy-en/wavs/toy_0003.flac").unlink()
    make()
    assert asked() == [SENTENCES[2], SENTENCES[5]]


def test_an_interrupted_run_goes_on(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write([*SENTENCES[:2], "Then number eight came.", *SENTENCES[2:4]])
    assert make() == 130
    assert "the same command goes on" in capsys.readouterr().err
    assert not Path("toy-en/metadata.csv").exists()
    with Path("toy-en/made.jsonl").open("a") as file:
        file.write('{"id": "toy_00')  # killed while writing
    write([*SENTENCES[:2], "Then another came.", *SENTENCES[2:4]])
    asked()
    assert make() == 0
    assert asked() == ["Then another came.", *SENTENCES[2:4]]
    assert [
        json.loads(line)["id"] for line in Path("toy-en/made.jsonl").read_text().splitlines() if line[-1:] == "}"
    ] == [f"toy_000{n}" for n in range(1, 6)]


def test_lists_depend_on_the_words_alone(here: Path) -> None:
    list_of = runpy.run_path(str(SCRIPT))["list_of"]
    texts = [f"Sentence number {number} of many." for number in range(4000)]
    counts = {name: sum(list_of(text) == name for text in texts) for name in ("train", "val", "test")}
    assert counts["train"] > 3750
    assert 70 < counts["val"] < 130
    assert 70 < counts["test"] < 130
    assert list_of("the tide, turned at NOON") == list_of("The tide turned at noon.")


def test_clips_that_are_too_long_for_their_text_are_left_out(here: Path) -> None:
    write([*SENTENCES[:2], "The year of number seven."])
    make()
    assert "something else is said as well" in Path("toy-en/left_out.tsv").read_text()


@pytest.mark.parametrize(
    ("sentences", "teacher", "status", "message"),
    [
        (["One|two."], "toy_teacher:speak", 2, "sentences.txt: line 1: '|' ends a text"),
        ([""], "toy_teacher:speak", 2, "no sentences in it"),
        (["One."], "toy_teacher:sing", 2, "there is no 'sing' in toy_teacher"),
        (["One."], "no_such_module:speak", 2, "the package 'no_such_module' is not installed"),
        (["One."], "espeak", 2, "expected piper, kokoro-onnx or MODULE:FUNCTION"),
        (["Number six."], "toy_teacher:speak", 1, "gave nothing that can be used"),
    ],
)
def test_what_is_wrong_is_said(
    here: Path, capsys: pytest.CaptureFixture[str], sentences: list[str], teacher: str, status: int, message: str
) -> None:
    write(sentences)
    assert make(teacher=teacher) == status
    assert message in capsys.readouterr().err
