"""`doctor` says what is there, and fails where speech would."""

from __future__ import annotations

import json
import shutil
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
    missing, voice = found["voice"]
    assert "the one that comes with glowvox is not in" in missing["said"]
    assert missing["remedy"] == "pip install --force-reinstall --no-deps glowvox"
    assert voice["verdict"] == "wrong"
    assert "voice.json: says no format" in voice["said"]
    assert "2 things are wrong" in outcome.err


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


def test_without_the_voice_of_the_package_it_is_said_how_to_get_it_again(tones: Path, glowvox: Command) -> None:
    Path("voices/tones/voice.json").unlink()
    outcome = glowvox("doctor", "--json")
    found = findings(outcome.out)
    assert outcome.status == 1
    assert [finding["verdict"] for finding in found["voice"]] == ["wrong"]
    assert f"the one that comes with glowvox is not in {tones}/bundled" in found["speech"][0]["said"]
    assert "pip install --force-reinstall --no-deps glowvox" in found["speech"][0]["remedy"]


def test_a_run_that_cannot_be_read_is_only_noted(tones: Path, glowvox: Command, exported: Path) -> None:
    """What lies about in ./runs does not make an installation wrong; vocoders there are no voices at all."""
    Path("voices/tones/voice.json").unlink()
    shutil.copytree(exported, "bundled/duo")
    for name, text in (("old", "[train]\nnonsense = 1\n"), ("sound", '[train]\nkind = "vocoder"\n')):
        Path("runs", name).mkdir(parents=True)
        Path("runs", name, "run.toml").write_text(text)
    Path("weights").mkdir()
    header = json.dumps({"__metadata__": {"glowvox": json.dumps({"settings": '[train]\nkind = "vocoder"\n'})}}).encode()
    Path("weights/sound.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    outcome = glowvox("doctor", "--json")
    assert outcome.status == 0, outcome.err
    said = [(finding["verdict"], finding["said"].split()[0]) for finding in findings(outcome.out)["voice"]]
    assert said == [("ok", "duo"), ("note", "old")]
