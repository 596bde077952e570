"""scripts/make_libritts_shape.py: a corpus of several speakers in LibriTTS's layout, with its own lists as subsets."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from glowvox.audio.wave import Audio, write_wav
from glowvox.data.corpus import read_corpus

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "make_libritts_shape.py"


def test_speakers_texts_and_lists_come_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "two-en"
    (source / "wavs").mkdir(parents=True)
    lists: dict[str, list[str]] = {"train": [], "val": [], "test": []}
    rows = []
    for number in range(8):
        speaker, key = ("zoe", "abe")[number % 2], f"clip{number}"
        write_wav(source / "wavs" / f"{key}.wav", Audio(np.full(1600 + number, 0.1, np.float32), 16_000))
        rows.append(f"{key}|Sentence {number}.|Sentence {number}.|{speaker}\n")
        lists["val" if number in (4, 5) else "test" if number > 5 else "train"].append(key)
    (source / "metadata.csv").write_text("".join(rows))
    for split, keys in lists.items():
        (source / f"{split}.txt").write_text("".join(f"{key}\n" for key in keys))
    monkeypatch.setattr("sys.argv", [str(SCRIPT), str(source), str(tmp_path / "LibriTTS"), "--rate", "24000"])
    with pytest.raises(SystemExit) as left:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    assert left.value.code == 0
    corpus = read_corpus(tmp_path / "LibriTTS")
    assert (corpus.layout, corpus.left_out) == ("libritts", ())
    texts = {split: {u.text for u in corpus.utterances if u.id in corpus.splits[split]} for split in lists}
    assert texts == {
        "train": {f"Sentence {n}." for n in range(4)},
        "val": {"Sentence 4.", "Sentence 5."},
        "test": {"Sentence 6.", "Sentence 7."},
    }
    names = dict(line.split(" | ") for line in (tmp_path / "LibriTTS" / "SPEAKERS.txt").read_text().splitlines())
    assert names == {"100": "abe", "101": "zoe"}
    assert {u.speaker for u in corpus.utterances if u.text in ("Sentence 0.", "Sentence 6.")} == {"101"}
    first = next(u for u in corpus.utterances if u.text == "Sentence 0.")
    assert first.audio.relative_to(tmp_path / "LibriTTS").parts[:2] == ("train-clean-100", "101")
    assert len(first.audio.read_bytes()) == pytest.approx(44 + 2 * 2400, abs=4)
