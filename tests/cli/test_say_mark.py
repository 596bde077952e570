"""Whatever way `say` writes a file, the file says that a machine speaks."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

from glowvox.audio.riff import MARK
from glowvox.audio.write import FORMATS
from tests.cli.conftest import Command


def comment(path: Path) -> str:
    with soundfile.SoundFile(path) as file:
        return str(file.comment)


def test_the_mark_is_the_one_that_was_promised() -> None:
    assert MARK == "synthetic: glowvox"


@pytest.mark.parametrize("ending", FORMATS)
def test_a_file_of_every_format_is_marked(ending: str, tones: Path, glowvox: Command) -> None:
    assert glowvox("say", "Hello.", "-o", f"hello{ending}").status == 0
    assert comment(tones / f"hello{ending}") == MARK


@pytest.mark.parametrize("ending", FORMATS)
def test_files_of_a_batch_are_marked(ending: str, tones: Path, glowvox: Command) -> None:
    (tones / "texts.tsv").write_text("a\tHello.\nb\tNoon came.\n")
    outcome = glowvox("say", "--batch", "texts.tsv", "--output-dir", "out", "--format", ending.removeprefix("."))
    assert outcome.status == 0, outcome.err
    assert [comment(tones / "out" / f"{name}{ending}") for name in "ab"] == [MARK, MARK]


def test_a_file_where_nothing_plays_is_marked(tones: Path, glowvox: Command) -> None:
    assert glowvox("Hello.").status == 0
    assert comment(tones / "glowvox.wav") == MARK
