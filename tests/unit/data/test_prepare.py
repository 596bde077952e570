"""Preparing: what is written, what is kept, and that nothing is ever half done."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import soundfile

from glowvox.audio.mel import MelConfig, log_mel
from glowvox.data.corpus import read_corpus
from glowvox.data.prepare import PrepareReport, prepare
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.prepared import Prepared
from glowvox.data.sound import clean
from glowvox.errors import ConfigError, CorpusError, GlowvoxError
from tests.fixtures.corpora import RATE, SENTENCES, clip, make_ljspeech, make_tree

FILES = ("index.jsonl", "prepared.toml", "left_out.jsonl")
WINDOWS = sys.platform == "win32"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return make_ljspeech(tmp_path / "jane-en")


def run(corpus: Path, out: Path, config: PrepareConfig | None = None, **options: Any) -> PrepareReport:
    options = {"processes": 1, **options}
    return prepare([read_corpus(corpus)], out, config=config or PrepareConfig(), **options)


def content(out: Path) -> dict[str, bytes]:
    """All files that matter, by name."""
    return {name: (out / name).read_bytes() for name in FILES} | {
        path.name: path.read_bytes() for path in sorted((out / "mels").iterdir())
    }


def test_the_folder_holds_what_training_reads(corpus: Path, tmp_path: Path) -> None:
    report = run(corpus, tmp_path / "out")
    assert (report.clips, report.reused, report.left_out) == (12, 0, ())
    prepared = Prepared.load(tmp_path / "out")
    assert (prepared.speakers, prepared.front_end, prepared.mel) == (("jane",), "english", MelConfig())
    source = read_corpus(corpus)
    clips = {c.id: c for split in ("train", "val", "test") for c in prepared.clips(split)}
    assert {split: tuple(c.id for c in prepared.clips(split)) for split in source.splits} == source.splits
    for utterance in source.utterances:
        ready = clips[utterance.id]
        assert (ready.text, ready.speaker) == (utterance.text, 0)
        assert prepared.symbols.decode(ready.ids) == list(ready.symbols)
        assert (ready.symbols[0], ready.symbols[-1]) == ("^", "$")
        mel = ready.mel()
        expected = log_mel(clean(utterance.audio, PrepareConfig()).samples, MelConfig()).T
        assert mel.shape == (len(expected) // 2 * 2, 80) == (ready.frames, 80)
        assert (mel.dtype, mel.flags.c_contiguous) == (np.float32, True)
        np.testing.assert_array_equal(mel, expected[: ready.frames])
    row = json.loads((tmp_path / "out" / "index.jsonl").read_text().splitlines()[0])
    assert row["seconds"] == pytest.approx(row["frames"] * 256 / 22050, abs=1e-3)
    assert row["mel"].startswith("mels/")


def test_odd_frames_are_cut_and_counted(corpus: Path, tmp_path: Path) -> None:
    whole = run(corpus, tmp_path / "one", PrepareConfig(frame_multiple=1)).summary
    even = run(corpus, tmp_path / "two").summary
    four = run(corpus, tmp_path / "four", PrepareConfig(frame_multiple=4)).summary
    assert whole is not None
    assert even is not None
    assert four is not None
    frames = [c.frames for split in ("train", "val", "test") for c in Prepared.load(tmp_path / "one").clips(split)]
    assert (whole.cut_frames, whole.cut_clips) == (0, 0)
    assert (even.cut_frames, even.cut_clips) == (sum(n % 2 for n in frames), sum(n % 2 > 0 for n in frames))
    assert (four.cut_frames, four.cut_clips) == (sum(n % 4 for n in frames), sum(n % 4 > 0 for n in frames))
    assert all(row["frames"] % 4 == 0 for row in map(json.loads, (tmp_path / "four/index.jsonl").open()))


def test_done_clips_are_not_done_again(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(corpus, out)
    before = content(out)
    times = {path: path.stat().st_mtime_ns for path in (out / "mels").iterdir()}
    report = run(corpus, out)
    assert report.reused == report.clips == 12
    assert content(out) == before
    assert {path: path.stat().st_mtime_ns for path in (out / "mels").iterdir()} == times


def test_only_what_changed_is_done_again(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(corpus, out)
    mels = set((out / "mels").iterdir())
    table = corpus / "metadata.csv"
    table.write_text(table.read_text().replace("We like the rain.", "We like the red mat."))
    assert run(corpus, out).reused == 11
    assert set((out / "mels").iterdir()) == mels  # a new text needs no new mel
    soundfile.write(corpus / "wavs" / "clip_03.wav", clip(1.7, pitch=99.0), RATE)
    assert run(corpus, out).reused == 11
    assert len(set((out / "mels").iterdir()) - mels) == 1
    assert run(corpus, out, PrepareConfig(keep_s=0.1)).reused == 0
    lexicon = tmp_path / "mine.txt"
    lexicon.write_text("tide  T AY1 D\n")
    with_lexicon = PrepareConfig(keep_s=0.1, lexicon=str(lexicon))
    assert run(corpus, out, with_lexicon).reused == 0
    assert run(corpus, out, with_lexicon).reused == 12
    fresh = tmp_path / "fresh"
    run(corpus, fresh, with_lexicon)
    assert all((out / name).read_bytes() == (fresh / name).read_bytes() for name in FILES)


def test_a_damaged_or_missing_mel_is_written_again(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(corpus, out)
    before = content(out)
    first, second, *_ = sorted((out / "mels").iterdir())
    first.unlink()
    second.write_bytes(second.read_bytes()[:-4])
    run(corpus, out)
    assert content(out) == before


def test_shards_make_the_same_folder(corpus: Path, tmp_path: Path) -> None:
    run(corpus, tmp_path / "whole")
    out = tmp_path / "parts"
    for part in (3, 1, 2):
        report = run(corpus, out, shard=(part, 3))
        assert (report.clips, report.summary) == (4, None)
        assert not (out / "index.jsonl").exists()
    assert sorted(path.name for path in (out / "cache").iterdir()) == [f"{n}-of-3.jsonl" for n in (1, 2, 3)]
    assert run(corpus, out).reused == 12
    assert content(out) == content(tmp_path / "whole")


class Eager(Executor):
    """An executor of somebody else: works at once, gives back plain futures."""

    def __init__(self) -> None:
        self.calls = 0

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.calls += 1
        future: Future[Any] = Future()
        future.set_result(work(*args, **kwargs))
        return future


def test_any_executor_gives_the_same_bytes(corpus: Path, tmp_path: Path) -> None:
    run(corpus, tmp_path / "alone")
    expected = content(tmp_path / "alone")
    eager = Eager()
    run(corpus, tmp_path / "eager", executor=eager)
    assert eager.calls == 2  # tasks of eight clips
    with ThreadPoolExecutor(3) as threads:
        run(corpus, tmp_path / "threads", executor=threads)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as processes:
        run(corpus, tmp_path / "processes", executor=processes)
    run(corpus, tmp_path / "own", processes=2)
    for name in ("eager", "threads", "processes", "own"):
        assert content(tmp_path / name) == expected, name


def test_progress_counts_to_the_end(corpus: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    run(corpus, tmp_path / "out", progress=lambda done, total: told.append((done, total)))
    assert told == [(8, 12), (12, 12)]


def test_every_clip_left_out_is_named_with_its_reason(corpus: Path, tmp_path: Path) -> None:
    wavs = corpus / "wavs"
    soundfile.write(wavs / "clip_01.wav", np.zeros(RATE, np.float32), RATE)
    soundfile.write(wavs / "clip_02.wav", clip(0.1), RATE)
    (wavs / "clip_03.wav").write_text("not audio")
    table = (corpus / "metadata.csv").read_text().replace(SENTENCES[4], "...").replace(SENTENCES[5], "Привет!")
    (corpus / "metadata.csv").write_text(table + "gone|Gone.|Gone.\nclip_06||\n")
    report = run(corpus, tmp_path / "out", PrepareConfig(max_seconds=2.0))
    lines = [json.loads(line) for line in (tmp_path / "out" / "left_out.jsonl").read_text().splitlines()]
    assert lines == [entry.plain() for entry in report.left_out]
    found = {(line["id"], line["row"], line["kind"]): line["reason"] for line in lines}
    missing = "no recording 'gone' (.wav, .flac, .ogg, .opus, .mp3) below wavs/"
    assert found.pop(("gone", 13, "missing audio")) == missing
    assert found.pop(("clip_06", 14, "empty text")) == "'clip_06' has no text"
    assert found.pop(("clip_01", 2, "audio")) == "nothing but silence (-120 dB at its loudest)"
    assert "tokens but only 18 frames" in found.pop(("clip_02", 3, "text longer than audio"))
    assert found.pop(("clip_03", 4, "audio")).startswith("cannot be decoded")
    assert found.pop(("clip_04", 5, "text")) == "the front end 'english' finds nothing to speak in it"
    assert found.pop(("clip_05", 6, "text")) == "the front end 'english' finds nothing to speak in it"
    assert {"clip_09", "clip_10"} <= {key for key, _, _ in found}  # the longest sentences
    assert set(found.values()) <= {f"{seconds} s of sound, expected at most 2 s" for seconds in ("2.0", "2.1")}
    assert report.clips == 12 - 5 - len(found) > 0
    assert {row["id"] for row in map(json.loads, (tmp_path / "out/index.jsonl").open())}.isdisjoint(
        line["id"] for line in lines if line["id"] != "clip_06"
    )


def test_characters_bring_their_inventory_along(tmp_path: Path) -> None:
    corpus = make_ljspeech(tmp_path / "mei-zh", ("你好世界", "世界你好", "好 bé"))
    run(corpus, tmp_path / "out", PrepareConfig(front_end="characters"))
    prepared = Prepared.load(tmp_path / "out")
    assert prepared.symbols.names[:4] == ("_", "^", "$", " ")
    assert prepared.symbols.names[4:] == tuple(sorted("你好世界bé"))
    clips = [clip for split in ("train", "val", "test") for clip in prepared.clips(split)]
    assert {clip.symbols for clip in clips} == {
        ("^", *"你好世界", "$"),
        ("^", *"世界你好", "$"),
        ("^", "好", " ", "b", "é", "$"),
    }


def test_speakers_and_splits_of_joined_corpora(tmp_path: Path) -> None:
    one = make_ljspeech(tmp_path / "ann-en", SENTENCES[:4], prefix="a")
    two = make_ljspeech(tmp_path / "bob-en", SENTENCES[2:8], prefix="b")
    (one / "test.txt").write_text("a_02\n")
    (two / "val.txt").write_text("b_05\n")
    report = prepare([read_corpus(one), read_corpus(two)], tmp_path / "out", config=PrepareConfig(), processes=1)
    prepared = Prepared.load(tmp_path / "out")
    assert prepared.speakers == ("ann", "bob")
    assert [(clip.id, clip.speaker) for clip in prepared.clips("test")] == [("a_02", 0)]
    assert [(clip.id, clip.speaker) for clip in prepared.clips("val")] == [("b_05", 1)]
    assert [entry.id for entry in report.left_out] == ["b_00"]  # says what a_02 says
    assert len(prepared.clips("train")) == 3 + 4


def test_nothing_usable_is_an_error_with_the_first_reasons(tmp_path: Path) -> None:
    corpus = make_ljspeech(tmp_path / "x", ("...", "!!!"))
    with pytest.raises(CorpusError) as caught:
        run(corpus, tmp_path / "out")
    assert caught.value.message == "no clip can be used"
    assert caught.value.hint == "\n".join(
        f"metadata.csv:{n}: the front end 'english' finds nothing to speak in it" for n in (1, 2)
    )
    assert not (tmp_path / "out" / "index.jsonl").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shard": (0, 3)}, "shard 0/3: expected i/n with 1 <= i <= n"),
        ({"shard": (4, 3)}, "shard 4/3"),
        ({"processes": 0}, "workers = 0: expected at least 1"),
        ({"config": PrepareConfig(front_end="englisch")}, "unknown front end 'englisch'; did you mean 'english'"),
        ({"config": PrepareConfig(lexicon="/no/such/file")}, "lexicon = /no/such/file: no such file"),
    ],
)
def test_wrong_arguments_are_said_at_once(corpus: Path, tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        run(corpus, tmp_path / "out", **options)


def test_a_folder_that_cannot_be_made_is_said(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(GlowvoxError, match=r"file/out: cannot write: Not a directory"):
        run(corpus, tmp_path / "file" / "out")


def command(corpus: Path, out: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "glowvox", "data", "prepare", str(corpus), "-o", str(out), *options]


@pytest.mark.skipif(WINDOWS, reason="needs file size limits")
def test_a_full_disk_leaves_nothing_half_written(corpus: Path, tmp_path: Path) -> None:
    import resource

    out = tmp_path / "out"
    biggest = 40_000  # some mels are larger, some smaller

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (biggest, biggest))

    full = subprocess.run(command(corpus, out, "--workers", "1"), capture_output=True, text=True, preexec_fn=limit)
    assert full.returncode == 1
    assert ".npy: cannot write: File too large" in full.stderr
    assert "make room, then give the same command again" in full.stderr
    assert "Traceback" not in full.stderr
    assert [path.name for path in out.rglob("*") if path.is_file() and path.suffix not in (".npy", ".jsonl")] == []
    assert not (out / "index.jsonl").exists()
    assert all(np.load(path).shape[1] == 80 for path in (out / "mels").glob("*.npy"))
    run(corpus, out)
    run(corpus, tmp_path / "undisturbed")
    assert content(out) == content(tmp_path / "undisturbed")


@pytest.mark.skipif(WINDOWS, reason="needs signals")
def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    corpus = make_ljspeech(tmp_path / "long-en", [f"{text} Part {n}." for n in range(4) for text in SENTENCES[:6]])
    out = tmp_path / "out"
    process = subprocess.Popen(command(corpus, out, "--workers", "1"), stderr=subprocess.DEVNULL)
    cache = out / "cache" / "all.jsonl"
    while process.poll() is None and not (cache.is_file() and cache.stat().st_size):
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (out / "index.jsonl").exists(), "the run was over before it could be killed"
    with cache.open("ab") as stream:
        stream.write(b'{"id": "long_')  # as a kill within a write leaves it
    done = len(cache.read_bytes().splitlines()) - 1
    assert done >= 8
    report = run(corpus, out)
    assert report.reused >= 8
    run(corpus, tmp_path / "undisturbed")
    for name in FILES:
        assert (out / name).read_bytes() == (tmp_path / "undisturbed" / name).read_bytes()
    assert run(corpus, out).reused == report.clips


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")
def test_workers_do_not_outlive_a_killed_parent(corpus: Path, tmp_path: Path) -> None:
    many = tmp_path / "many-en"
    shutil.copytree(corpus, many)
    rows = (corpus / "metadata.csv").read_text().splitlines()
    for copy in range(1, 30):
        for row in rows:
            key, rest = row.split("|", 1)
            os.link(many / "wavs" / f"{key}.wav", many / "wavs" / f"{key}_{copy}.wav")
            with (many / "metadata.csv").open("a") as table:
                table.write(f"{key}_{copy}|{rest}\n")
    process = subprocess.Popen(command(many, tmp_path / "out", "--workers", "2"), stderr=subprocess.PIPE, text=True)
    cache = tmp_path / "out" / "cache" / "all.jsonl"
    listing = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    children: list[str] = []
    while process.poll() is None and not (len(children) >= 2 and cache.is_file() and cache.stat().st_size):
        with suppress(OSError):
            children = listing.read_text().split()
        time.sleep(0.005)
    assert process.poll() is None, process.communicate()
    process.kill()
    process.wait()
    until = time.monotonic() + 20
    while time.monotonic() < until and any(running(child) for child in children):
        time.sleep(0.05)
    assert [child for child in children if running(child)] == []


def running(process: str) -> bool:
    """Whether a process is alive; one that ended and was not collected is not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_worker_that_dies_is_said_and_nothing_is_lost(corpus: Path, tmp_path: Path) -> None:
    class Dying(Eager):
        def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            from concurrent.futures.process import BrokenProcessPool

            if self.calls:
                future: Future[Any] = Future()
                future.set_exception(BrokenProcessPool("gone"))
                return future
            return super().submit(work, *args, **kwargs)

    with pytest.raises(GlowvoxError, match="a worker process died"):
        run(corpus, tmp_path / "out", executor=Dying())
    assert run(corpus, tmp_path / "out").clips == 12


def test_settings_travel_with_the_folder(corpus: Path, tmp_path: Path) -> None:
    config = PrepareConfig(mel=MelConfig(sample_rate=16000, bands=40, hop=200))
    run(corpus, tmp_path / "out", config)
    prepared = Prepared.load(tmp_path / "out")
    assert prepared.mel == config.mel
    assert prepared.clips("train")[0].mel().shape[1] == 40


def test_features_of_the_cache_can_be_read_back(corpus: Path, tmp_path: Path) -> None:
    from glowvox.data.clip import Features

    run(corpus, tmp_path / "out")
    lines = (tmp_path / "out" / "cache" / "all.jsonl").read_bytes().splitlines()
    assert [msgspec.json.decode(line, type=Features).id for line in lines] == [f"clip_{n:02d}" for n in range(12)]


def test_a_corpus_without_recordings_is_refused(tmp_path: Path) -> None:
    make_tree(tmp_path, {"metadata.csv": "a|One.|One.\n"})
    with pytest.raises(CorpusError, match=r"metadata\.csv:1: no recording 'a'"):
        read_corpus(tmp_path)


@pytest.mark.skipif(WINDOWS, reason="needs signals")
def test_ctrl_c_ends_in_one_line_and_keeps_what_is_done(tmp_path: Path) -> None:
    corpus = make_ljspeech(tmp_path / "long-en", [f"{text} Part {n}." for n in range(25) for text in SENTENCES[:6]])
    out = tmp_path / "out"
    process = subprocess.Popen(command(corpus, out, "--workers", "1"), stderr=subprocess.PIPE, text=True)
    cache = out / "cache" / "all.jsonl"
    while process.poll() is None and not (cache.is_file() and cache.stat().st_size):
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert (process.returncode, said.strip()) == (130, "interrupted")
    assert not (out / "index.jsonl").exists()
    assert run(corpus, out).reused >= 8
