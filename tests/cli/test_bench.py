"""`bench` measures what it says it measures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glowvox.cli import bench, bench_process
from glowvox.errors import GlowvoxError
from glowvox.evaluate.speed import PASSAGES
from tests.cli.conftest import Command


def test_the_whole_table(glowvox: Command, exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "STARTS", 1)
    found = json.loads(glowvox("bench", "--voice", exported, "--quick", "--rounds", 1, "--json").out)
    assert [row["text"] for row in found["texts"]] == ["2 s", "6 s", "20 s"]
    for row in found["texts"]:
        assert row["rtf"] == pytest.approx(row["cpu_s"] / row["seconds"], rel=0.01)
        assert row["characters"] == len(PASSAGES[row["text"]])
    assert found["threads"] == 1
    assert found["start_to_2_s_wav_s"]["least"] > 0
    assert found["first_sound_ms"]["least"] > 0
    assert found["first_sound_cpu_ms"]["least"] > 0
    assert 40 < found["peak_mb_2_s"] < 2000
    assert found["peak_mb_20_s"] > 40
    assert found["voice_mb"] == pytest.approx(sum(f.stat().st_size for f in exported.iterdir()) / 1e6, abs=0.01)
    assert {"numpy", "onnxruntime", "glowvox", "click", "msgspec"} <= found["packages_mib"].keys()


def test_a_table_for_people(glowvox: Command, exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "STARTS", 1)
    monkeypatch.setattr(bench_process, "start_to_wav", lambda place, text: bench_process.Started(0.25, 0.2, 100.0))
    monkeypatch.setattr(
        bench_process, "speak_for_an_hour", lambda place, text: bench_process.Hour(3600.0, 100.0, 101.5)
    )
    outcome = glowvox("bench", "--voice", exported, "--quick", "--rounds", 1, "--hour")
    assert outcome.status == 0
    assert "start of a process to a finished 2 s WAV   0.250 s" in outcome.out
    assert outcome.out.count("    of that, of the processor") == 2
    assert "100.0 MB after a minute, 101.5 MB at the end" in outcome.out
    head = next(line for line in outcome.out.splitlines() if line.startswith("text"))
    assert head.split("  ")[0] == "text"
    assert "of 6 s" in head


def test_a_process_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(GlowvoxError, match="not a voice"):
        bench_process.start_to_wav(tmp_path, "Hello.")


def test_a_long_text_in_a_process_of_its_own(exported: Path) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("the system does not tell memory through /proc")
    spoken = bench_process.speak_for_an_hour(
        exported, "The tide turned before noon, and nobody saw it. " * 40, seconds=62
    )
    assert spoken.seconds >= 62
    assert spoken.minute_mb > 40
    assert spoken.end_mb > 40
