"""The sample corpus that ships: small, whole, and what its script makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from glowvox.data.corpus import join, read_corpus

REPOSITORY = Path(__file__).resolve().parents[3]
SAMPLE = REPOSITORY / "examples" / "kathleen-sample"


def test_the_sample_is_small_whole_and_free() -> None:
    corpus = read_corpus(SAMPLE)
    assert {split: len(ids) for split, ids in corpus.splits.items()} == {"train": 124, "val": 8, "test": 8}
    assert (corpus.problems, join([corpus]).left_out) == ((), ())
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()) <= 4_000_000
    readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
    assert "CC0 1.0" in readme
    assert "https://github.com/rhasspy/dataset-voice-kathleen" in readme


def test_the_script_makes_the_same_again(corpora_dir: Path, tmp_path: Path) -> None:
    script = REPOSITORY / "scripts" / "make_sample_corpus.py"
    arguments = [sys.executable, str(script), str(corpora_dir / "kathleen-en"), str(tmp_path / "again")]
    assert subprocess.run(arguments, check=True, capture_output=True, text=True).stdout.endswith(
        "again: 140 clips, 3,556,746 bytes\n"
    )
    made = {path.relative_to(SAMPLE): path.read_bytes() for path in SAMPLE.rglob("*") if path.is_file()}
    again = tmp_path / "again"
    assert {path.relative_to(again): path.read_bytes() for path in again.rglob("*") if path.is_file()} == made
