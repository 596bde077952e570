"""`scripts/campaign.py` with a recogniser that is told what to hear."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from glowvox.audio.wave import Audio, write_wav
from tests.fixtures.exported import make_voice_folder

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "campaign.py"
HEARD = {"a": "the tide turned at noon", "b": "we rain", "c": "stop the clock stop the clock", "d": "hallo"}
TEXTS = {"a": "The tide turned at noon.", "b": "We really like the rain.", "c": "Stop the clock!", "d": "Hello."}


class Listener:
    """Hears by the length of a clip which of the texts it is."""

    identity = "a listener"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def hear(self, audio: Audio) -> str:
        return HEARD["abcd"[round(10 * audio.seconds) - 1]]


def call(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """The script's main with these arguments, and judges that need no weights."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("campaign", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.syspath_prepend(SCRIPT.parent)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "FasterWhisper", Listener)
    monkeypatch.setattr(module, "english_normaliser", lambda: lambda text: text.lower().strip(".!"))
    monkeypatch.setattr(sys, "argv", ["campaign.py", *map(str, arguments)])
    status: int = module.main()
    return status


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    (tmp_path / "texts.tsv").write_text("".join(f"{key}\t{text}\n" for key, text in TEXTS.items()))
    (tmp_path / "clips").mkdir()
    for number, key in enumerate(TEXTS, start=1):
        write_wav(tmp_path / "clips" / f"{key}.wav", Audio(np.zeros(800 * number, np.float32), 8000))
    return tmp_path


def test_runs_come_first_and_every_place_is_listed(
    clips: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--clips", "--texts", clips / "texts.tsv", "--recogniser", "none", "--json", clips / "heard.json")
    assert call(monkeypatch, "words", clips / "clips", *options) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:3] == [
        "clips: 4 texts, 14 words, 7 errors (50.0 %)",
        "runs of two or more words: 1 lost, 1 repeated, 0 added",
    ]
    assert [line.rsplit("  ", 1)[0].split("  ")[1].strip() for line in lines[3:]] == [
        "lost words", "repeated words", "recogniser spelling",
    ]  # fmt: skip
    assert [line.split(" → ")[0].split()[2] for line in lines[3:]] == ["b", "c", "d"]
    assert lines[3].endswith("really like the → -")
    kept = json.loads((clips / "heard.json").read_text())
    assert [text["heard"] for text in kept[0]["texts"]] == list(HEARD.values())
    assert kept[0]["places"][0] == {
        "id": "b", "cause": "lost words", "said": "really like the", "heard": "", "both": False
    }  # fmt: skip


def test_a_voice_that_is_heard_right_passes(
    clips: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--clips", "--texts", clips / "texts.tsv", "--recogniser", "none", "--limit", 1)
    assert call(monkeypatch, "words", clips / "clips", *options) == 0
    assert "1 texts, 5 words, 0 errors (0.0 %)" in capsys.readouterr().out


def test_evenness_of_an_exported_voice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_voice_folder(tmp_path / "voice")
    (tmp_path / "passage.txt").write_text("The tide turned at noon and we like the rain. " * 12)
    status = call(monkeypatch, "evenness", tmp_path / "voice", "--texts", tmp_path / "passage.txt")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + 6 + 1 + 2
    assert lines[8].startswith("12 sentences of voice: ")
    assert lines[-1].startswith(f"voice, by stretches of twenty words: {'NOT EVEN' if status else 'even'}; pace ")
    assert float(lines[2].split()[0]) < 0.5


def test_another_engine_stands_in_the_next_row(
    clips: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--clips", "--texts", clips / "texts.tsv", "--recogniser", "none", "--scores", clips)
    beside = ("--beside", f"Twin={clips / 'clips'}")
    assert call(monkeypatch, "words", clips / "clips", *options, *beside, "--as", "rows") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("| clips | 4 texts, 14 words, 7 errors (50.0 %) | 2 | 0 |")
    assert lines[3].startswith("| Twin | 4 texts, 14 words, 7 errors (50.0 %) | 2 | 0 |")
    assert len(list((clips / "memory").glob("*/*.json"))) == 4
    assert call(monkeypatch, "words", clips / "clips", *options, *beside, "--as", "places") == 1
    text = capsys.readouterr().out
    assert "; 3 places, 2 of them misheard of another engine too (†)." in text
    assert "| b | really like the | – † | lost words |" in text
    assert "| c | – | stop the clock | repeated words |" in text


def test_what_a_voice_said_is_kept_beside_the_scores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_voice_folder(tmp_path / "voice")
    (tmp_path / "texts.tsv").write_text("a\tThe tide turned at noon.\n")
    monkeypatch.setattr(Listener, "hear", lambda self, audio: "the tide turned at noon")
    options = ("--texts", tmp_path / "texts.tsv", "--recogniser", "none", "--scores", tmp_path / "scores")
    assert call(monkeypatch, "words", tmp_path / "voice", *options) == 0
    (clip,) = (tmp_path / "scores" / "clips").glob("voice-*/a.wav")
    content = clip.read_bytes()
    monkeypatch.setattr(Listener, "hear", lambda self, audio: "nothing")
    assert call(monkeypatch, "words", tmp_path / "voice", *options) == 0
    assert clip.read_bytes() == content
    assert capsys.readouterr().out.count("voice: 1 texts, 5 words, 0 errors (0.0 %)") == 2


def test_evenness_beside_clips_of_another_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_voice_folder(tmp_path / "voice")
    (tmp_path / "passage.txt").write_text("The tide turned at noon and we like the rain. " * 12)
    sound = Audio(np.sin(np.arange(16_000) / 7).astype(np.float32) / 2, 8000)
    for number in range(1, 13):
        write_wav(tmp_path / f"passage-{number:02d}.wav", sound)
    options = ("--texts", tmp_path / "passage.txt", "--as", "rows", "--beside", f"Steady={tmp_path}")
    call(monkeypatch, "evenness", tmp_path / "voice", *options)
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("| voice | 12 | ")
    # ten words and 27 phonemes in 87 frames of 23 ms, all alike; frames at the edges are half silence
    assert lines[3] == "| Steady | 12 | 13.3 | 0.0 | +0.0 | 4.94 | 0.0 | −9.1 | 0.00 | +0.00 |"
