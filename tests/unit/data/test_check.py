"""Verdicts: ready or what to fix, worst first; and what makes a clip stand out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from glowvox.data.check import Verdict, check, rank, verdict
from glowvox.data.corpus import scan_corpus
from glowvox.data.findings import clip_problems, outliers, problems_of
from glowvox.data.inspection import Facts
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.problem import Place, Problem, Severity
from glowvox.data.report import verdict_lines
from glowvox.data.utterance import Utterance
from tests.fixtures.corpora import RATE, clip, make_ljspeech

CONFIG = PrepareConfig()


def judge(*corpora: Path) -> Verdict:
    return check([scan_corpus(path) for path in corpora], CONFIG, processes=1)


def kinds(found: Verdict) -> list[tuple[str, str]]:
    return [(group[0].severity, group[0].kind) for group in found.groups()]


def facts(**values: object) -> Facts:
    usual = {
        "id": "a",
        "digest": "d",
        "rate": 22050,
        "seconds": 3.0,
        "sound_s": 2.5,
        "speech_db": -23.0,
        "noise_db": -60.0,
        "tokens": 40,
        "frames": 215,
    }
    return Facts(**(usual | values))  # type: ignore[arg-type]


def utterance(key: str = "a", text: str = "The tide turned at noon.", speaker: str = "jane") -> Utterance:
    return Utterance(key, text, Path(f"{key}.wav"), speaker, "en", Place("metadata.csv", 1))


def test_a_good_corpus_is_ready(tmp_path: Path) -> None:
    corpus = make_ljspeech(tmp_path / "jane-en")
    found = judge(corpus)
    minutes = sum(soundfile.info(path).duration for path in (corpus / "wavs").iterdir()) / 60
    assert found.ready
    assert found.words == f"12 clips, {60 * minutes:.0f} s, ready"
    assert found.minutes == pytest.approx(minutes, abs=0.01)
    assert {name: share.clips for name, share in found.speakers.items()} == {"jane": 12}
    assert found.splits == {"train": 10, "val": 1, "test": 1}
    assert kinds(found) == [("note", "little speech")]


def test_what_must_be_fixed_comes_first_and_most_frequent_first(tmp_path: Path) -> None:
    corpus = make_ljspeech(tmp_path / "jane-en")
    table = (corpus / "metadata.csv").read_text()
    (corpus / "metadata.csv").write_text(table + "gone|Gone.|Gone.\nlost|Lost.|Lost.\nclip_00|Again.|Again.\n")
    soundfile.write(corpus / "wavs" / "clip_01.wav", np.zeros(RATE, np.float32), RATE)
    soundfile.write(corpus / "wavs" / "clip_02.wav", np.clip(9 * clip(1.6), -0.6, 0.6), RATE)
    found = judge(corpus)
    assert not found.ready
    assert kinds(found)[:4] == [
        ("error", "missing audio"),
        ("error", "duplicate id"),
        ("error", "silence"),
        ("warning", "clipped"),
    ]
    assert found.words.startswith(
        "not ready: 4 things to fix (missing audio 2, duplicate id 1, silence 1); usable as it is: 11 clips,"
    )
    assert found.splits["train"] + found.splits["val"] + found.splits["test"] == found.clips == 11


def test_the_report_ends_in_the_verdict_and_shows_as_many_rows_as_asked(tmp_path: Path) -> None:
    corpus = make_ljspeech(tmp_path / "jane-en")
    rows = "".join(f"gone_{n}|Gone.|Gone.\n" for n in range(4))
    (corpus / "metadata.csv").write_text((corpus / "metadata.csv").read_text() + rows)
    found = judge(corpus)
    lines = list(verdict_lines(found, rows=2))
    assert lines[:2] == ["jane-en: ljspeech layout", f"clips by speaker: jane (12, {found.minutes:.1f} min)"]
    assert lines[2] == "splits: train 10, val 1, test 1 (seeded split, for there are no lists)"
    missing = "no recording 'gone_{}' (.wav, .flac, .ogg, .opus, .mp3) below wavs/"
    assert lines[4:9] == [
        "1. error: missing audio (4)",
        f"   metadata.csv:13, column 1: {missing.format(0)}",
        f"   metadata.csv:14, column 1: {missing.format(1)}",
        "     → add the recording or delete the row",
        "   … and 2 more (--rows, --json)",
    ]
    assert lines[-1] == found.words


def test_leaks_between_corpora_are_counted(tmp_path: Path) -> None:
    one, two = make_ljspeech(tmp_path / "ann-en", prefix="a"), make_ljspeech(tmp_path / "bob-en", prefix="b")
    (one / "test.txt").write_text("a_00\na_01\n")
    (two / "val.txt").write_text("b_01\nb_02\n")
    found = judge(one, two)
    causes = {problem.kind: problem.cause for problem in found.problems}
    assert causes["text leak"] == "2 clips for training with a sentence that a val or test list holds"
    assert causes["val and test overlap"] == "1 sentence both in a val and in a test list"
    assert found.splits == {"train": 18, "val": 2, "test": 2}


@pytest.mark.parametrize(
    ("values", "severity", "kind", "cause"),
    [
        ({"fault": "holds no samples"}, "error", "unusable audio", "'a': holds no samples"),
        ({"text_fault": "nothing to speak"}, "error", "unspeakable text", "'a': nothing to speak"),
        ({"speech_db": -95.0}, "error", "silence", "'a': nothing but silence"),
        ({"sound_s": 0.03}, "error", "too short", "'a': 0.03 s of sound, shorter than 0.05 s"),
        ({"sound_s": 25.0}, "warning", "too long", "'a': 25.0 s of sound, longer than 20 s; it will be left out"),
        (
            {"tokens": 300},
            "error",
            "text longer than audio",
            "'a': 300 tokens for 215 frames of mel: the text is longer than what is said",
        ),
        ({"noise_db": -30.0}, "warning", "noisy", "'a': speech only 7 dB above its quietest parts"),
        ({"notes": ["clipped: 3.1 % of samples"]}, "warning", "clipped", "'a': clipped: 3.1 % of samples"),
        ({"notes": ["constant offset of +0.1"]}, "warning", "constant offset", "'a': constant offset of +0.1"),
        ({"notes": ["something new"]}, "warning", "audio", "'a': something new"),
    ],
)
def test_a_clip_s_faults(values: dict[str, object], severity: str, kind: str, cause: str) -> None:
    found = list(clip_problems(utterance(), facts(**values), CONFIG))
    assert [(p.severity, p.kind, p.cause, str(p.place), p.id) for p in found] == [
        (severity, kind, cause, "metadata.csv:1", "a")
    ]
    assert found[0].remedy


@pytest.mark.parametrize("note", ["resampled from 16000 to 22050 Hz", "downmixed from 2 channels: took their mean"])
def test_harmless_remarks_are_no_problems(note: str) -> None:
    assert list(clip_problems(utterance(), facts(notes=[note]), CONFIG)) == []


def speaker(rates: list[float], levels: list[float]) -> list[tuple[Utterance, Facts]]:
    """Clips of twenty letters at so many letters a second."""
    return [
        (utterance(f"c{n}", "a" * 20), facts(id=f"c{n}", sound_s=20 / rate, speech_db=level))
        for n, (rate, level) in enumerate(zip(rates, levels, strict=True))
    ]


def test_clips_that_stand_out_from_their_speaker() -> None:
    rates = [12.0, 13.0, 14.0, 12.5, 13.5, 13.0, 12.8, 5.0, 30.0]
    levels = [-23.0, -24.0, -22.0, -23.5, -45.0, -23.0, -22.5, -23.2, -24.1]
    assert [(p.kind, p.id, p.cause, p.remedy) for p in outliers(speaker(rates, levels))] == [
        (
            "speaking rate",
            "c7",
            "'c7': 5.0 letters a second, the speaker's middle is 13.0",
            "does the recording say more than the text?",
        ),
        (
            "speaking rate",
            "c8",
            "'c8': 30.0 letters a second, the speaker's middle is 13.0",
            "does the text say more than the recording?",
        ),
        ("level", "c4", "'c4': speech at -45 dB, the speaker's middle is -23 dB", "listen to it: is it the same take?"),
    ]


def test_few_clips_or_a_varied_speaker_have_no_outliers() -> None:
    assert list(outliers(speaker([12.0, 13.0, 40.0], [-20.0, -23.0, -60.0]))) == []
    assert list(outliers(speaker([8.0, 11.0, 14.0, 17.0, 20.0, 23.0, 26.0, 29.0], [-23.0] * 8))) == []


def test_what_concerns_the_whole_corpus_is_said_once() -> None:
    clips = [utterance(f"c{n}", f"Text {n}.") for n in range(4)]
    measured = {
        "c0": facts(id="c0", digest="0", rate=8000, guessed=["subiaco", "tide"]),
        "c1": facts(id="c1", digest="1", rate=8000, guessed=["subiaco"]),
        "c2": facts(id="c2", digest="2"),
        "c3": facts(id="c3", digest="2"),
    }
    found = {problem.kind: problem.cause for problem in problems_of(clips, measured, CONFIG)}
    assert found == {
        "same recording": "'c3' is the same recording as 'c2' (metadata.csv:1)",
        "sample rates": "several sample rates: 8,000 Hz (2), 22,050 Hz (2)",
        "low sample rate": "2 at 8,000 Hz (the first is 'c0'): nothing above 4,000 Hz, "
        "but the features go up to 8,000 Hz",
        "guessed words": "in no dictionary, and guessed: 2 words: subiaco, tide",
    }


def problem(severity: Severity, kind: str, row: int) -> Problem:
    return Problem(severity, kind, Place("metadata.csv", row), "cause", "remedy")


def test_rank() -> None:
    unordered = [
        problem("note", "n", 1),
        problem("error", "once", 2),
        problem("error", "twice", 9),
        problem("warning", "w", 3),
        problem("error", "twice", 4),
        problem("fatal", "f", 5),
    ]
    assert [(p.kind, p.place.row) for p in rank(unordered)] == [
        ("f", 5),
        ("twice", 4),
        ("twice", 9),
        ("once", 2),
        ("w", 3),
        ("n", 1),
    ]


@pytest.mark.parametrize(
    ("clips", "minutes", "problems", "words"),
    [
        (612, 71.2, [], "612 clips, 71 min, ready"),
        (1132, 57.0, [problem("warning", "w", 1)], "1,132 clips, 57 min, ready; 1 warning worth a look"),
        (1, 0.1, [problem("note", "n", 1)], "1 clip, 6 s, ready"),
        (0, 0.0, [], "not ready: there is no clip to use"),
        (
            5,
            2.0,
            [problem("error", "silence", 1)],
            "not ready: 1 thing to fix (silence 1); usable as it is: 5 clips, 2 min",
        ),
        (5, 2.0, [problem("fatal", "encoding", 3)], "not ready: metadata.csv:3 cannot be used (encoding)"),
    ],
)
def test_verdicts_in_words(clips: int, minutes: float, problems: list[Problem], words: str) -> None:
    assert verdict(clips, minutes, problems) == words
