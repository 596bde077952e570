"""`scripts/score_voice.py` and its tables, with judges whose answers are known."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from glowvox.audio.wave import Audio, write_wav
from glowvox.evaluate.report import Judges
from glowvox.evaluate.scores import ClipScore, Heard, Scores, scores_of
from glowvox.evaluate.words import Errors
from tests.fixtures.exported import make_voice_folder

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(SCRIPTS)
    return load("score_voice")


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Listener:
    """Hears nothing but one word, and counts how often it was asked."""

    name, identity, asked = "whisper", "a listener", 0

    def hear(self, audio: Audio) -> str:
        type(self).asked += 1
        return "noon"


class Friend:
    identity = "a friend"

    def score(self, audio: Audio) -> dict[str, float]:
        return {"distillmos": 4.5}


def corpus(folder: Path) -> None:
    """A corpus of two recordings, one in each held-out list."""
    (folder / "wavs").mkdir(parents=True)
    texts = {"h1": "The tide turned at noon.", "h2": "We like the rain.", "h3": "Stop the clock."}
    (folder / "metadata.csv").write_text("".join(f"{key}|{text}|{text}\n" for key, text in texts.items()))
    for number, (key, list_name) in enumerate(zip(texts, ("train", "val", "test"), strict=True)):
        (folder / f"{list_name}.txt").write_text(f"{key}\n")
        wave = 0.3 * np.sin(2 * np.pi * (150 + 10 * number) * np.arange(22_050) / 22_050)
        write_wav(folder / "wavs" / f"{key}.wav", Audio(wave.astype(np.float32), 22_050))


def test_a_clip_is_made_and_judged_once(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus(tmp_path / "corpora" / "heart-en")
    make_voice_folder(tmp_path / "voice")
    judges = Judges((Listener(),), (Friend(),), normalise=lambda text: text.lower().strip("."))
    monkeypatch.setattr(script.Panel, "load", lambda self: judges)
    call = ["score_voice.py", "scores", tmp_path / "corpora", tmp_path / "out", "--limit", 2, "--voice"]
    monkeypatch.setattr(sys, "argv", [*map(str, call), str(tmp_path / "voice")])
    assert script.main() == 0
    first, asked = capsys.readouterr().out, Listener.asked
    # recordings and Griffin-Lim copies of 2 sentences; both speakers of the voice on these, 2 of our own and 2 varied
    assert asked == 16
    assert "**heart-en** (2 texts)" in first
    assert "| recordings | 100.0 [" in first
    assert "Judged by a listener." in first
    made = sorted(path.relative_to(tmp_path / "out" / "clips") for path in (tmp_path / "out").glob("clips/*/*.wav"))
    assert len({path.parent.name for path in made}) == 3
    assert sum(path.parent.name == "griffin-lim" for path in made) == 2
    assert script.main() == 0
    assert capsys.readouterr().out == first
    assert Listener.asked == asked


def test_texts_for_another_engine(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus(tmp_path / "corpora" / "lj-part")
    monkeypatch.setattr(sys, "argv", ["x", "texts", str(tmp_path / "corpora"), str(tmp_path / "out")])
    assert script.main() == 0
    rows = [line.split("\t") for line in (tmp_path / "out" / "texts.tsv").read_text().splitlines()]
    assert [id for id, _ in rows[:3]] == ["h3", "h2", "own-01"]
    assert sum(id.startswith("passage-") for id, _ in rows) == 21
    assert len(rows) == 2 + 64 + 200 + 21
    assert rows[-1][1] == "None of us was, so he took the goat instead, and led it up the hill."


def row(name: str, errors: list[int], rating: float) -> Scores:
    """Clips of ten words."""
    clips = [
        ClipScore(
            str(number),
            "",
            1.0,
            heard={"whisper": Heard("", Errors(count, 10), Errors(0, 1))},
            values={"distillmos": rating, "dnsmos": rating - 1, "f0_spread_ratio": 0.9},
        )
        for number, count in enumerate(errors)
    ]
    return scores_of(name, clips)


def test_targets_are_held_against_the_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(SCRIPTS)
    tables = load("score_tables")
    found = [row("recordings", [0] * 20, 4.5), row("vocoder copies", [0] * 20, 4.24), row("heart", [0, 1] * 10, 4.2)]
    found += [row("Piper", [1] * 20, 4.1)]
    text = tables.targets_table([tables.Table("heart-en", found), tables.Table("varied", found[2:])])
    lines = dict(line.strip("| ").split(" | ", 1) for line in text.splitlines()[2:])
    assert lines["heart-en: DistillMOS lost by the vocoder"] == "at most 0.25 | 0.26 [0.26, 0.26] | **no**"
    beyond = lines["heart: WER above recordings, points"]
    assert beyond.startswith("upper end at most 3 | 5.0 [")
    assert beyond.endswith("**no**")
    assert lines["heart: DistillMOS"] == "at least 4.15 | 4.20 [4.20, 4.20] | yes"
    assert lines["heart: DNSMOS"] == "at least 3.25 | 3.20 [3.20, 3.20] | **no**"
    assert lines["heart: F0 spread of the recordings'"] == "at least 0.85 | 0.90 [0.90, 0.90] | yes"
    assert lines["heart: WER less Piper's, points, varied"].startswith("below 0 | −5.0 [")
    differences = tables.differences_table([tables.Table("heart-en", found)]).splitlines()[2:]
    assert [line.split(" | ")[1] for line in differences] == [
        "vocoder copies − recordings", "heart − recordings", "heart − Piper",
    ]  # fmt: skip


def test_a_page_keeps_what_is_around_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n\n<!-- a -->\nold\n<!-- /a -->\n\n<!-- b -->\n<!-- /b -->\nafter\n")
    fill = load("fill_page")
    fill.fill(page, "a", "| new |\n")
    fill.fill(page, "b", "other\n")
    assert page.read_text() == (
        "before\n\n<!-- a -->\n\n| new |\n\n<!-- /a -->\n\n<!-- b -->\n\nother\n\n<!-- /b -->\nafter\n"
    )
    with pytest.raises(SystemExit, match="no place for 'c'"):
        fill.fill(page, "c", "x")
