"""`doctor` says what is there, and fails where speech would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glowvox.cli import doctor
from tests.cli.conftest import Command


def findings(out: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for line in out.splitlines():
        finding = json.loads(line)
        found.setdefault(finding["about"], []).append(finding)
    return found


def test_a_broken_voice_is_wrong_and_speech_is_tried_all_the_same(tones: Path, glowvox: Command) -> None:
    outcome = glowvox("doctor", "--json")
    found = findings(outcome.out)
    assert outcome.status == 1
    assert found["speech"][0]["verdict"] == "ok"
    assert "tones: loaded in" in found["speech"][0]["said"]
    (voice,) = found["voice"]
    assert voice["verdict"] == "wrong"
    assert "voice.json: says no format" in voice["said"]
    assert "1 thing is wrong" in outcome.err


def test_what_is_installed_is_told(tones: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"onnxruntime": "1.31.1", "onnxruntime-gpu": "1.31.1", "click": "8", "numpy": "2", "msgspec": "1"}
    monkeypatch.setattr(doctor, "_version", versions.get)
    outcome = glowvox("doctor")
    assert outcome.status == 1
    assert "WRONG  packages     missing: soundfile" in outcome.out
    assert "-> pip install soundfile" in outcome.out
    assert "onnxruntime-gpu and onnxruntime overwrite each other" in outcome.out
    assert "pip install 'glowvox[play]'" in outcome.out
    assert "note   players      none: speech goes to files" in outcome.out


def test_without_a_voice_it_is_said_where_voices_go(tones: Path, glowvox: Command) -> None:
    Path("voices/tones/voice.json").unlink()
    outcome = glowvox("doctor", "--json")
    found = findings(outcome.out)
    assert outcome.status == 1
    assert "none in" in found["voice"][0]["said"]
    assert "no voice to speak with" in found["speech"][0]["said"]
