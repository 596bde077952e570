"""The voice inside the package: there, whole, heard without torch or a network, and missed in words where it is not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import glowvox as package
from glowvox.audio.read import read_audio
from glowvox.runtime import places
from glowvox.runtime.bundle import Bundle
from tests.cli.conftest import Command

VOICE = places.BUNDLED / "duo"
SENTENCE = "The lighthouse keeper counted seven ships before breakfast."
AGAIN = "pip install --force-reinstall --no-deps glowvox"


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of a user who has no voices of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GLOWVOX_VOICE", raising=False)
    monkeypatch.delenv("GLOWVOX_VOICE_PATH", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


def test_the_package_holds_one_small_voice_and_its_card_says_what_it_is_worth() -> None:
    assert [place.name for place in places.BUNDLED.iterdir()] == ["duo"]
    bundle = Bundle(VOICE)
    settings = bundle.settings
    assert sum(len(content) for content in bundle.read_all().values()) < 12_000_000
    assert {path.name for path in VOICE.iterdir()} == {*settings.files, "voice.json"}
    assert set(settings.speakers) == {"heart", "michael"}
    assert settings.vocoder.kind == "istft"
    assert settings.speakers[0] not in settings.experimental or len(settings.experimental) == len(settings.speakers)
    card = bundle.read("CARD.md").decode()
    for said in ("Kokoro-82M", "Apache-2.0", "CC0", "## Training", "## Scores", "## Known faults", "## Credit"):
        assert said in card
    scores = {row.split("|")[1].strip(): row for row in card.splitlines() if row.startswith(("| heart |", "| michael"))}
    assert set(scores) == set(settings.speakers)
    assert {name for name, row in scores.items() if "**experimental**" in row} == set(settings.experimental)


def test_a_sentence_is_spoken_by_either_speaker(bare: Path, glowvox: Command) -> None:
    assert glowvox(SENTENCE, "-o", "hello.wav").status == 0
    for speaker in ("michael", "heart"):
        assert glowvox(SENTENCE, "--voice", "duo", "--speaker", speaker, "-o", f"{speaker}.wav").status == 0
    sounds = {name: read_audio(Path(f"{name}.wav")).audio.samples for name in ("hello", "michael", "heart")}
    for samples in sounds.values():
        assert 2.0 < len(samples) / 22_050 < 6.0
        assert 0.1 < np.abs(samples).max() < 1.0
        assert 0.01 < np.sqrt(np.mean(samples**2)) < 0.3
    same = sounds[Bundle(VOICE).settings.speakers[0]]
    np.testing.assert_array_equal(sounds["hello"], same)
    assert not np.array_equal(sounds["michael"], sounds["heart"])


def test_it_speaks_without_torch_and_without_a_network(bare: Path) -> None:
    program = (
        "import socket, sys\n"
        "sys.modules['torch'] = None\n"
        "def refuse(*_): raise OSError('no network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from glowvox.cli.main import main\n"
        "sys.argv = ['glowvox', 'Hello.', '-o', 'hello.opus']\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert Path("hello.opus").stat().st_size > 1000


def test_it_is_listed_shown_and_verified(bare: Path, glowvox: Command) -> None:
    (listed,) = [json.loads(line) for line in glowvox("voices", "--json").out.splitlines()]
    assert (listed["name"], listed["place"]) == ("duo", str(VOICE))
    shown = glowvox("voices", "show", "duo")
    assert shown.status == 0
    assert "licence      Apache-2.0" in shown.out
    for name in Bundle(VOICE).settings.experimental:
        assert name in next(line for line in shown.out.splitlines() if "experimental" in line)
    verified = glowvox("voices", "verify", "duo")
    assert (verified.status, "all whole; it speaks" in verified.out) == (0, True)
    assert glowvox("doctor").status == 0


def test_from_python_it_is_the_default(bare: Path) -> None:
    assert package.load().name == package.load("duo").name == "duo"
    said = package.say("Noon came.")
    assert [word.text for word in said.words] == ["Noon", "came"]
    assert said.seconds > 0.5


def _cut(voice: Path) -> None:
    (voice / "decoder.onnx").write_bytes((voice / "decoder.onnx").read_bytes()[:-1])


BREAKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda voice: (voice / "encoder.onnx").unlink(), "encoder.onnx is missing"),
    "cut": (_cut, "decoder.onnx has"),
    "no settings": (lambda voice: (voice / "voice.json").unlink(), "the one that comes with glowvox is not in"),
    "no folder": (shutil.rmtree, "the one that comes with glowvox is not in"),
}


@pytest.mark.parametrize("kind", BREAKS)
def test_an_installation_that_is_not_whole_says_how_to_mend_it(
    bare: Path, glowvox: Command, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    spoil, message = BREAKS[kind]
    shutil.copytree(VOICE, bare / "package" / "duo")
    spoil(bare / "package" / "duo")
    monkeypatch.setattr(places, "BUNDLED", bare / "package")
    monkeypatch.setattr(places, "folders", lambda: (bare / "package",))
    outcome = glowvox("Hello.", "-o", "x.wav")
    assert (outcome.status, outcome.out) == (3, "")
    assert message in outcome.err
    assert AGAIN in outcome.err
    assert "Traceback" not in outcome.err
    assert not Path("x.wav").exists()
    with pytest.raises(package.GlowvoxError, match=message) as raised:
        package.load()
    assert AGAIN in str(raised.value.hint)
    doctor = glowvox("doctor")
    assert doctor.status == 1
    assert AGAIN in doctor.out
