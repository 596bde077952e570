from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import soundfile

from tests.cli.conftest import Command
from tests.fixtures.corpora import SENTENCES, make_ljspeech
from tests.fixtures.prepared import make_prepared
from tests.fixtures.runs import make_run


def test_the_worst_clips_in_words(glowvox: Command, tmp_path: Path) -> None:
    corpus, run = make_ljspeech(tmp_path / "corpus", SENTENCES[:4]), make_run(tmp_path / "run").folder
    soundfile.write(corpus / "wavs" / "clip_02.wav", np.zeros(16_000), 16_000)
    left = glowvox("data", "audit", run, corpus, "--worst", 2)
    assert left.status == 0
    lines = left.out.splitlines()
    assert lines[0].startswith("4 clips; half score below ")
    assert lines[2] == "1. clip_02  metadata.csv:3  unusable"
    assert lines[3] == "   nothing but silence (-120 dB at its loudest) “Two birds sat on a mat.”"
    assert lines[4] == "   → put the recording or its text right, or take the clip out"
    assert lines[6].startswith("2. clip_0")
    assert sum(line.startswith("   → ") for line in lines) == 2


def test_json_says_the_same_of_a_prepared_folder(glowvox: Command, tmp_path: Path) -> None:
    prepared = make_prepared(tmp_path / "prepared", clips=3, speakers=2)
    run = make_run(tmp_path / "run", speakers=("speaker1", "speaker0")).folder
    left = glowvox("data", "audit", run, prepared, "--json", "--split", "train")
    assert left.status == 0
    found = json.loads(left.out)
    assert (found["clips"], found["data"]) == (3, str(prepared))
    scores = [finding["score"] for finding in found["findings"]]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    assert set(found["findings"][0]) == {
        *("id", "place", "score", "start_s", "end_s", "words", "cause", "remedy", "remarks")
    }


def test_errors_are_said_and_nothing_else(glowvox: Command, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", speakers=("anna", "ben")).folder
    corpus = make_ljspeech(tmp_path / "corpus", SENTENCES[:2])
    unknown = glowvox("data", "audit", run, corpus)
    assert unknown.status != 0
    assert unknown.out == ""
    assert "the voice does not know its speaker 'corpus'" in unknown.err
    assert "--speaker anna or ben" in unknown.err
    missing = glowvox("data", "audit", run, tmp_path / "nothing")
    assert missing.status != 0
    assert f"{tmp_path / 'nothing'}: no such folder or file" in missing.err
    assert "Traceback" not in unknown.err + missing.err
