"""`voices` and exported voices from the command line: found, whole or broken, added, spoken with."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from glowvox.runtime import places
from tests.cli.conftest import Command
from tests.fixtures.runs import make_run


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which no voice is found."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GLOWVOX_VOICE", raising=False)
    monkeypatch.delenv("GLOWVOX_VOICE_PATH", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(places, "BUNDLED", tmp_path / "bundled")
    return tmp_path


def test_nothing_found_says_where_it_looked(place: Path, glowvox: Command) -> None:
    outcome = glowvox("voices")
    assert (outcome.status, outcome.out) == (0, "")
    assert f"no voices in {place}/bundled, {place}/data/glowvox/voices, weights, runs" in outcome.err


def test_added_voices_are_found_by_name_everywhere(place: Path, glowvox: Command, exported: Path) -> None:
    outcome = glowvox("voices", "add", exported)
    assert outcome.status == 0
    assert 'duo added; hear it: glowvox say --voice duo "Hello."' in outcome.out
    (listed,) = [json.loads(line) for line in glowvox("voices", "--json").out.splitlines()]
    assert (listed["name"], listed["speakers"]) == ("duo", ["anna", "ben"])
    assert (listed["licence"], listed["data"]) == ("CC0-1.0", "none at all")
    assert glowvox("Hello.", "-o", "a.wav").status == 0
    assert glowvox("say", "Hello.", "--voice", "duo", "-o", "b.wav").status == 0
    assert glowvox("say", "Hello.", "--voice", exported.with_suffix(".glowvox"), "-o", "c.wav").status == 0
    assert glowvox("say", "Hello.", "--voice", exported / "voice.json", "-o", "d.wav").status == 0
    assert len({Path(f"{name}.wav").read_bytes() for name in "abcd"}) == 1
    outcome = glowvox("voices", "add", exported.with_suffix(".glowvox"))
    assert outcome.status == 2
    assert "there is a voice of this name already" in outcome.err
    assert glowvox("voices", "add", exported.with_suffix(".glowvox"), "--replace").status == 0
    assert [path.name for path in (place / "data/glowvox/voices").iterdir()] == ["duo.glowvox"]


def test_what_lies_beside_a_voice_is_not_copied(place: Path, glowvox: Command, exported: Path) -> None:
    shutil.copytree(exported, "duo")
    Path("duo/notes.txt").write_text("mine")
    assert glowvox("voices", "add", "duo").status == 0
    copied = {path.name for path in (place / "data/glowvox/voices/duo").iterdir()}
    assert copied == {path.name for path in exported.iterdir()}


def test_exported_voices_come_before_runs(place: Path, glowvox: Command, exported: Path) -> None:
    make_run(Path("runs/aaa"))
    Path("weights").mkdir()
    shutil.copytree(exported, "weights/zzz")
    told = json.loads(glowvox("say", "Hello.", "-o", "x.wav", "--json").out)
    assert told["voice"] == "duo"
    names = [json.loads(line)["name"] for line in glowvox("voices", "--json").out.splitlines()]
    assert names == ["zzz", "aaa"]


def test_show_tells_everything_and_the_card(place: Path, glowvox: Command, exported: Path) -> None:
    outcome = glowvox("voices", "show", exported)
    assert outcome.status == 0
    for line in (
        "speakers     anna, ben",
        "sample rate  22050",
        "vocoder      istft",
        "consent      nobody is heard",
    ):
        assert line in outcome.out
    assert json.loads(glowvox("voices", "show", exported, "--json").out)["sample_rate"] == 22_050
    assert glowvox("voices", "show", exported, "--card").out.strip() == (exported / "CARD.md").read_text().strip()


def test_verify_speaks(place: Path, glowvox: Command, exported: Path) -> None:
    outcome = glowvox("voices", "verify", exported, exported.with_suffix(".glowvox"))
    assert outcome.status == 0
    assert outcome.out.count("all whole; it speaks") == 2
    make_run(Path("runs/aaa"))
    outcome = glowvox("voices", "verify", "aaa")
    assert outcome.status == 2
    assert "a run in training has no checksums" in outcome.err


def _later(voice: Path) -> None:
    settings = json.loads((voice / "voice.json").read_text())
    (voice / "voice.json").write_text(json.dumps(settings | {"format": 99}))


def _swapped(voice: Path) -> None:
    shutil.copyfile(voice / "decoder.onnx", voice / "encoder.onnx")


def _cut(voice: Path) -> None:
    whole = (voice / "decoder.onnx").read_bytes()
    (voice / "decoder.onnx").write_bytes(whole[:-10])


def _changed(voice: Path) -> None:
    whole = bytearray((voice / "encoder.onnx").read_bytes())
    whole[len(whole) // 2] ^= 1
    (voice / "encoder.onnx").write_bytes(whole)


BREAKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda voice: (voice / "encoder.onnx").unlink(), "encoder.onnx is missing"),
    "cut": (_cut, "decoder.onnx has"),
    "swapped": (_swapped, "encoder.onnx has"),
    "changed": (_changed, "encoder.onnx is not the file this voice was made with"),
    "later": (_later, "format 99; this glowvox reads formats up to"),
    "garbage": (lambda voice: (voice / "voice.json").write_text("{"), "not valid JSON"),
    "other": (lambda voice: (voice / "voice.json").write_text('{"format": 1, "nam": 2}'), "unknown key 'nam'"),
}


@pytest.mark.parametrize("kind", BREAKS)
def test_broken_voices_are_refused_in_words(place: Path, glowvox: Command, exported: Path, kind: str) -> None:
    spoil, message = BREAKS[kind]
    shutil.copytree(exported, "duo")
    spoil(Path("duo"))
    for command in (
        ("say", "Hi.", "--voice", "duo", "-o", "x.wav"),
        ("voices", "verify", "duo"),
        ("voices", "add", "duo"),
    ):
        outcome = glowvox(*command)
        assert outcome.status == 3
        assert message in outcome.err
        assert "Traceback" not in outcome.err
    assert not Path("x.wav").exists()
    assert not Path("data").exists()


def test_a_broken_zip_is_refused(place: Path, glowvox: Command, exported: Path) -> None:
    whole = exported.with_suffix(".glowvox").read_bytes()
    Path("cut.glowvox").write_bytes(whole[: len(whole) // 2])
    outcome = glowvox("say", "Hi.", "--voice", "cut.glowvox", "-o", "x.wav")
    assert outcome.status == 3
    assert "cut.glowvox: not a voice" in outcome.err
    (told,) = glowvox("voices", ".").out.splitlines()[1:]
    assert "broken" in told


def test_an_exported_voice_speaks_without_torch(place: Path, exported: Path) -> None:
    code = (
        "import sys\nfrom glowvox.cli.main import main\n"
        f"sys.argv = ['glowvox', 'say', 'Hello.', '--voice', {str(exported)!r}, '-o', 'x.wav', '-q']\n"
        "try:\n    main()\nfinally:\n"
        "    print(sorted({'torch', 'soundfile', 'scipy', 'numba', 'rich'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert Path("x.wav").stat().st_size > 1000


@pytest.mark.parametrize(
    "text",
    ["a", "{HH}", "...", "?!", "\x00\x07Hi\x1b[31m", "🙂", "Hello 日本 мир", "\ud800", "[pause:0.5s]", "1" * 400],
)
def test_odd_texts_are_spoken_or_refused_by_a_real_voice(
    place: Path, glowvox: Command, exported: Path, text: str
) -> None:
    outcome = glowvox("say", text, "--voice", exported, "-o", "x.wav", "--json")
    assert "Traceback" not in outcome.err
    if outcome.status:
        assert (outcome.status, outcome.out) == (3, "")
        assert "nothing to speak" in outcome.err
        assert not Path("x.wav").exists()
        return
    told = json.loads(outcome.out)
    assert told["seconds"] > 0
    for timed in (*told["words"], *told["phonemes"]):
        assert 0 <= timed["start"] <= timed["end"] <= told["seconds"] + 1e-3
        assert 0 <= timed["span"][0] <= timed["span"][1] <= len(text)
