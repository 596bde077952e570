"""`glowvox explain` as a person meets it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from click.testing import CliRunner

from glowvox.cli.explain import command
from glowvox.errors import TextError, UsageError

REPOSITORY = Path(__file__).resolve().parents[2]


def run(*arguments: str, text: str | None = None) -> str:
    result = CliRunner().invoke(command, arguments, input=text, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def failing(*arguments: str, text: str | None = None) -> BaseException | None:
    return CliRunner().invoke(command, arguments, input=text).exception


def test_a_table_shows_every_rewrite() -> None:
    lines = run("Dr. Smith saw 2 ☂. [pause:0.5s] Привет, I read.").splitlines()
    assert lines == [
        "1. Dr. Smith saw 2 ☂.  [0-18]",
        "   written  spoken    phonemes             from     rule          place",
        "   Dr.      doctor    D AA1 K T ER0        lexicon  abbreviation  0-3",
        "   Smith    smith     S M IH1 TH           lexicon                4-9",
        "   saw      saw       S AO1                lexicon                10-13",
        "   2        two       T UW1                lexicon  number        14-15",
        "   ☂        umbrella  AH0 M B R EH1 L AH0  lexicon  symbol        16-17",
        "   symbols: D AA1 K T ER0 ␣ S M IH1 TH ␣ S AO1 ␣ T UW1 ␣ AH0 M B R EH1 L AH0 .",
        "   then silence for 0.5 s",
        "",
        "2. Привет, I read.  [32-47]",
        "   written  spoken  phonemes  from       rule  place",
        "   I        i       AY0       weak form        40-41",
        "   read     read    R IY1 D   heteronym        42-46",
        "   symbols: AY0 ␣ R IY1 D .",
        "",
        "Notes:",
        lines[-1],
    ]
    assert lines[-1].startswith("   32-38: cannot speak 'Привет'")
    assert "U+041F" in lines[-1]


def test_json_carries_everything() -> None:
    shown = json.loads(run("--json", "Hi {K AE1 T}"))
    assert shown["front_end"] == "english"
    assert shown["symbols"] == ["^", "HH", "AY1", " ", "K", "AE1", "T", ".", "$"]
    (sentence,) = shown["sentences"]
    assert sentence["words"][1] == {
        "text": "{K AE1 T}",
        "span": [3, 12],
        "spoken": "{K AE1 T}",
        "phonemes": ["K", "AE1", "T"],
        "source": "inline",
        "rule": None,
    }
    assert sentence["tokens"][0] == {"symbol": "HH", "span": [0, 2]}
    assert (sentence["pause_after_s"], sentence["notes"]) == (0.0, [])


def test_text_comes_from_arguments_files_or_stdin(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("\ufeffHi there.", encoding="utf-8")
    expected = run("Hi", "there.")
    assert run("-f", str(path)) == expected
    assert run(text="Hi there.") == expected
    assert run("-f", "-", text="Hi there.") == expected


def test_lexicon_and_front_end_are_used(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("glowvox  G L OW1 V AA2 K S\n")
    assert "G L OW1 V AA2 K S  user" in run("--lexicon", str(path), "Glowvox")
    assert "symbols: 你 好" in run("--front-end", "characters", "你好")


def test_mistakes_are_errors_of_ours(tmp_path: Path) -> None:
    assert isinstance(failing("-f", str(tmp_path / "gone"), ""), UsageError | TextError)
    error = failing("-f", str(tmp_path / "gone"))
    assert isinstance(error, TextError)
    assert "gone: no such file" in str(error)
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    assert "byte 3 is not UTF-8" in str(failing("-f", str(tmp_path / "latin")))
    assert "not both" in str(failing("-f", "x", "y"))
    assert "column 1: 'AH7'" in str(failing("{AH7}"))


def test_nothing_to_speak_is_said() -> None:
    assert run("") == "nothing to speak\n"


def test_the_manual_shows_what_comes_out() -> None:
    manual = (REPOSITORY / "docs" / "text.md").read_text(encoding="utf-8")
    examples = re.findall(r'```console\n\$ glowvox explain "(.*?)"\n(.*?)```', manual, re.S)
    assert len(examples) == 2
    for text, shown in examples:
        lines = shown.rstrip().splitlines()
        for line, ours in zip(lines, run(text).splitlines(), strict=False):
            assert ours.startswith(line.removesuffix("…"))


def test_the_python_of_the_manual_runs() -> None:
    manual = (REPOSITORY / "docs" / "text.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", manual, re.S)
    exec(code, {})
