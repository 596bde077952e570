"""A voice on disk: whole, or refused with the reason."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from glowvox.errors import CheckpointError
from glowvox.runtime.bundle import Bundle, is_voice
from glowvox.runtime.voice import Voice
from tests.fixtures.exported import make_made, make_voice_folder


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """A voice that may be changed."""
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def change(copy: Path, **fields: object) -> None:
    table = json.loads((copy / "voice.json").read_text())
    (copy / "voice.json").write_text(json.dumps({**table, **fields}))


def cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


def swap(copy: Path) -> None:
    encoder, decoder = (copy / f"{name}.onnx" for name in ("encoder", "decoder"))
    one, other = encoder.read_bytes(), decoder.read_bytes()
    encoder.write_bytes(other)
    decoder.write_bytes(one)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing graph": (lambda copy: (copy / "vocoder.onnx").unlink(), "vocoder.onnx is missing"),
    "missing card": (lambda copy: (copy / "CARD.md").unlink(), "CARD.md is missing"),
    "truncated": (lambda copy: cut(copy / "decoder.onnx", 1000), r"decoder\.onnx has 1000 bytes, expected \d+"),
    "empty": (lambda copy: cut(copy / "encoder.onnx", 0), "encoder.onnx has 0 bytes"),
    "one bit": (lambda copy: flip(copy / "decoder.onnx"), "decoder.onnx is not the file.*checksum differs"),
    "no settings": (lambda copy: (copy / "voice.json").unlink(), "no voice here: there is no voice.json"),
    "cut settings": (lambda copy: cut(copy / "voice.json", 40), "voice.json: not valid JSON"),
    "settings of something else": (lambda copy: (copy / "voice.json").write_text("[1]"), "says no format"),
    "later format": (lambda copy: change(copy, format=2), "format 2; this glowvox reads formats up to 1"),
    "unknown key": (lambda copy: change(copy, speekers=[]), "unknown key 'speekers'; did you mean 'speakers'"),
    "wrong type": (lambda copy: change(copy, squeeze="two"), "voice.json: squeeze: Expected `int`"),
    "no speaker": (lambda copy: change(copy, speakers=[]), "at least one speaker"),
    "other speakers": (lambda copy: change(copy, speakers=["a", "b", "c"]), "expected a row for each of 3"),
    "other mel": (lambda copy: change(copy, mel_fingerprint="0" * 12), "mel_fingerprint = 000000000000"),
    "outside": (lambda copy: change(copy, files={"../x": {"bytes": 1, "sha256": ""}}), "lies outside the voice"),
    "fewer files": (lambda copy: change(copy, files={}), "names no encoder.onnx"),
    "no such front end": (lambda copy: change(copy, front_end="englisch"), "unknown front end 'englisch'"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_named(copy: Path, damage: str) -> None:
    harm, message = DAMAGES[damage]
    harm(copy)
    with pytest.raises(Exception, match=message) as caught:
        Voice.load(copy)
    assert isinstance(caught.value, CheckpointError) or damage == "no such front end"


def test_swapped_files_say_what_they_are(copy: Path) -> None:
    swap(copy)
    with pytest.raises(CheckpointError, match="bytes, expected"):
        Voice.load(copy)
    # of the same size, the checksum tells, and whose it is
    blob = (copy / "CARD.md").read_bytes()
    table = json.loads((copy / "voice.json").read_text())
    table["files"]["LICENSE"]["bytes"] = len(blob)
    (copy / "voice.json").write_text(json.dumps(table))
    (copy / "LICENSE").write_bytes(blob)
    with pytest.raises(CheckpointError, match=r"LICENSE is not the file .*: it is its CARD\.md"):
        Bundle(copy).read("LICENSE")


def test_a_graph_that_is_none_is_refused(copy: Path) -> None:
    (copy / "encoder.onnx").write_bytes(b"no graph")
    table = json.loads((copy / "voice.json").read_text())
    import hashlib

    table["files"]["encoder.onnx"] = {"bytes": 8, "sha256": hashlib.sha256(b"no graph").hexdigest()}
    (copy / "voice.json").write_text(json.dumps(table))
    with pytest.raises(CheckpointError, match=r"encoder\.onnx: ONNX Runtime cannot load this graph"):
        Voice.load(copy)


def test_a_zip_is_the_folder(folder: Path, voice: Voice, tmp_path: Path) -> None:
    zipped = tmp_path / "tiny.glowvox"
    with zipfile.ZipFile(zipped, "w") as archive:
        for path in folder.iterdir():
            archive.write(path, path.name)
    expected = voice.say("Noon.").samples
    for place in (zipped, folder / "voice.json", str(folder)):
        np.testing.assert_array_equal(Voice.load(place).say("Noon.").samples, expected)
    assert is_voice(zipped)
    assert is_voice(folder)
    assert not is_voice(tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"RIFF"])
def test_a_file_that_is_no_zip(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "x.glowvox"
    place.write_bytes(content)
    with pytest.raises(CheckpointError, match="not a voice"):
        Voice.load(place)


def test_a_cut_zip_is_refused(folder: Path, tmp_path: Path) -> None:
    whole = make_voice_folder(tmp_path / "cut.glowvox")
    cut(whole, whole.stat().st_size // 2)
    with pytest.raises(CheckpointError, match="not a voice"):
        Voice.load(whole)


def test_a_damaged_file_inside_a_zip_is_named(folder: Path, tmp_path: Path) -> None:
    place = make_voice_folder(tmp_path / "bad.glowvox")
    content = bytearray(place.read_bytes())
    with zipfile.ZipFile(place) as archive:
        start = archive.getinfo("decoder.onnx").header_offset
    content[start + 2000] ^= 0xFF
    place.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"decoder\.onnx (cannot be read|is not the file)"):
        Voice.load(place)


def test_nothing_there(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none", tmp_path / "none.glowvox"):
        with pytest.raises(CheckpointError, match="no voice here"):
            Voice.load(place)


@pytest.mark.parametrize("ending", ["", ".glowvox"])
def test_a_voice_may_bring_its_lexicon(tmp_path: Path, ending: str) -> None:
    from glowvox.export.writing import write_voice

    place = tmp_path / f"own{ending}"
    write_voice(make_made(vocoder=False, lexicon=b"Xq  HH AH0 L OW1\n"), place)
    voice = Voice.load(place)
    assert [p.text for p in voice.say("Xq.").phonemes] == ["HH", "AH0", "L", "OW1"]
    other = tmp_path / "other.txt"
    other.write_text("Xq  N OW1\n")
    assert [p.text for p in Voice.load(place, lexicon=other).say("Xq.").phonemes] == ["N", "OW1"]
