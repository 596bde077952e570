"""`glowvox data check` and `glowvox data prepare`, as a person runs them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from glowvox.cli.main import main
from glowvox.data.prepared import Prepared
from tests.fixtures.corpora import make_bad, make_ljspeech, make_tree

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def glowvox(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process: exit code, standard output, standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["glowvox", *map(str, arguments)])
        code: object = 0
        try:
            main()
        except SystemExit as left:
            code = left.code or 0
        said = capsys.readouterr()
        assert isinstance(code, int)
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return run


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return make_ljspeech(tmp_path / "jane-en")


def test_a_ready_corpus_ends_in_its_verdict_and_exit_code_0(glowvox: Run, corpus: Path) -> None:
    code, out, _ = glowvox("data", "check", corpus, "--workers", 1)
    assert code == 0
    assert out.startswith("jane-en: ljspeech layout\nclips by speaker: jane (12, ")
    assert out.splitlines()[-1] == "12 clips, 26 s, ready"


def test_a_corpus_to_be_fixed_ends_in_exit_code_3(glowvox: Run, corpus: Path) -> None:
    with (corpus / "metadata.csv").open("a") as table:
        table.write("gone|Gone.|Gone.\n")
    code, out, err = glowvox("data", "check", corpus, "--workers", 1)
    assert (code, err) == (3, "")
    assert "   metadata.csv:13, column 1: no recording 'gone' (.wav, .flac, .ogg, .opus, .mp3) below wavs/\n" in out
    assert out.splitlines()[-1].startswith("not ready: 1 thing to fix (missing audio 1); usable as it is: 12 clips")


def test_json_says_the_same_to_a_program(glowvox: Run, tmp_path: Path) -> None:
    bad = make_bad(tmp_path / "bad")
    code, out, _ = glowvox("data", "check", bad / "metadata_missing_file.csv", "--workers", 1, "--json")
    assert code == 3
    found = json.loads(out)
    assert (found["ready"], found["clips"], found["layouts"]) == (False, 2, {"bad": "ljspeech"})
    assert found["words"].startswith("not ready: 1 thing to fix")
    assert found["problems"][0] == {
        "severity": "error",
        "kind": "missing audio",
        "file": "metadata_missing_file.csv",
        "row": 3,
        "cause": "no recording 'does_not_exist' (.wav, .flac, .ogg, .opus, .mp3) below wavs/",
        "remedy": "add the recording or delete the row",
        "column": "1",
        "id": "does_not_exist",
    }


def test_lists_can_be_given(glowvox: Run, tmp_path: Path) -> None:
    bad = make_bad(tmp_path / "bad")
    table, unknown = bad / "metadata_no_newline_end.csv", bad / "train_unknown_id.txt"
    code, out, _ = glowvox("data", "check", table, "--list", f"train={unknown}", "--workers", 1)
    assert code == 3
    assert "train_unknown_id.txt:2: 'not_in_metadata' is not in the corpus" in out
    code, _, err = glowvox("data", "prepare", table, "--list", f"train={unknown}", "--workers", 1, "-o", tmp_path / "o")
    assert code == 0
    assert err.startswith("warning: train_unknown_id.txt:2: 'not_in_metadata' is not in the corpus")


def test_preparing_says_what_there_is_and_the_second_time_that_it_was_done(
    glowvox: Run, corpus: Path, tmp_path: Path
) -> None:
    with (corpus / "metadata.csv").open("a") as table:
        table.write("gone|Gone.|Gone.\n")
    out_folder = tmp_path / "prepared"
    code, out, err = glowvox("data", "prepare", corpus, "-o", out_folder, "--workers", 1)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == f"{out_folder}: 12 clips ready"
    assert lines[1].startswith("splits: train 10 (")
    assert lines[2] == "speakers: jane; 84 symbols"
    assert lines[-2:] == [
        "left out, missing audio: 1",
        "  metadata.csv:13 'gone': no recording 'gone' (.wav, .flac, .ogg, .opus, .mp3) below wavs/",
    ]
    assert len(Prepared.load(out_folder).clips("train")) == 10
    again = glowvox("data", "prepare", corpus, "-o", out_folder, "--workers", 1)[1].splitlines()
    assert again[0] == f"{out_folder}: 12 clips ready, 12 of them found done"
    assert again[1:] == lines[1:]


def test_shards_are_joined_by_a_run_without(glowvox: Run, corpus: Path, tmp_path: Path) -> None:
    for part in ("1/2", "2/2"):
        code, out, _ = glowvox(
            "data", "prepare", corpus, "-o", tmp_path / "p", "--shard", part, "--workers", 1, "--json"
        )
        assert (code, json.loads(out)["clips"], json.loads(out)["summary"]) == (0, 6, None)
    code, out, _ = glowvox("data", "prepare", corpus, "-o", tmp_path / "p", "--workers", 1, "--json")
    found = json.loads(out)
    assert (found["reused"], found["summary"]["clips"]) == (12, {"train": 10, "val": 1, "test": 1})


def test_settings_come_from_file_options_and_set_in_this_order(glowvox: Run, corpus: Path, tmp_path: Path) -> None:
    make_tree(
        tmp_path,
        {"mine.toml": "front_end = 'english'\nmax_seconds = 1.0\ntrim = false\n", "mel.toml": "[mel]\nbands = 40\n"},
    )
    options = ["--config", tmp_path / "mine.toml", "--mel-config", tmp_path / "mel.toml", "--front-end", "characters"]
    options += ["--max-seconds", 9, "--set", "mel.hop=200", "--workers", 1]
    assert glowvox("data", "prepare", corpus, "-o", tmp_path / "p", *options)[0] == 0
    prepared = Prepared.load(tmp_path / "p")
    assert (prepared.front_end, prepared.mel.bands, prepared.mel.hop) == ("characters", 40, 200)
    assert len(prepared.clips("train")) == 10


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["{}/nowhere"], 3, "error: {}/nowhere: no such folder or file"),
        (["{}/jane-en", "--layout", "ljspech"], 2, "error: unknown layout 'ljspech'; did you mean 'ljspeech'?"),
        (["{}/jane-en", "--shard", "one"], 2, "error: --shard one: expected I/N, as 1/4"),
        (["{}/jane-en", "--shard", "5/4"], 2, "error: shard 5/4: expected i/n with 1 <= i <= n, as 1/4"),
        (["{}/jane-en", "--list", "dev=x"], 2, "error: --list dev=x: expected train=FILE, val=FILE or test=FILE"),
        (["{}/jane-en", "{}/jane-en", "--list", "val=x"], 2, "error: --list: belongs to one corpus, but several"),
        (["{}/jane-en", "--set", "trimdb=3"], 2, "error: data settings: unknown key 'trimdb'; did you mean 'trim_db'?"),
        (["{}/jane-en", "--set", "keep_s=-1"], 2, "error: keep_s = -1.0"),
        (["{}/jane-en", "--mel-config", "{}/none.toml"], 2, "error: {}/none.toml: no such file"),
        (["{}/jane-en", "--front-end", "englsh"], 2, "error: unknown front end 'englsh'; did you mean 'english'?"),
        (["{}/jane-en", "--audio", "{}/nowhere"], 3, "error: {}/nowhere: no such folder of recordings"),
        (["{}/bad/metadata_latin1.csv"], 3, "error: {}/bad/metadata_latin1.csv:1: byte 0xE9 at byte 11 of line 1"),
        (
            ["{}/bad"],
            3,
            "error: {}/bad: no corpus of a known layout; it has 20 recordings and the tables metadata_audio",
        ),
    ],
)
def test_what_cannot_be_done_is_one_message_and_writes_nothing(
    glowvox: Run, corpus: Path, tmp_path: Path, options: list[str], code: int, message: str
) -> None:
    make_bad(tmp_path / "bad")
    given = [option.format(tmp_path) for option in options]
    found, out, err = glowvox("data", "prepare", *given, "-o", tmp_path / "p", "--workers", 1)
    assert (found, out) == (code, "")
    assert err.startswith(message.format(tmp_path))
    assert not (tmp_path / "p").exists()


def test_help_says_what_it_does_with_an_example(glowvox: Run) -> None:
    for verb in ("check", "prepare"):
        code, out, _ = glowvox("data", verb, "--help")
        assert code == 0
        assert f"glowvox data {verb} my_recordings/" in out
        assert all(line.strip() for line in out.split("Options:")[1].strip().splitlines())


def test_progress_goes_to_standard_error_in_plain_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from glowvox.cli import progress

    clock = iter([0.0, 4.0, 12.0, 13.0, 24.0, 36.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.progress("preparing") as tell:
        for done in (10, 30, 40, 60, 80):
            tell(done, 80)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "preparing: 30 of 80, about 20 s left\npreparing: 60 of 80, about 8 s left\n"
