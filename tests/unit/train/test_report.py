"""The report page of a run."""

from __future__ import annotations

import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import msgspec
import pytest

from glowvox.train.metrics import Metrics
from glowvox.train.report import stages, write_report
from glowvox.train.run import Run
from glowvox.train.samples import SampleSheet, SentenceSample
from glowvox.train.summary import read_summary, summarise, write_summary
from tests.unit.train.conftest import Sampled

VOID = {"meta", "img", "br", "link", "input"}


class Page(HTMLParser):
    """Checks that elements are closed in order, and gathers links, headings and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def written(run: Run, **options: str) -> Page:
    return Page(write_report(run, **options).read_text(encoding="utf-8"))


def copied(sampled: Sampled, folder: Path) -> Run:
    shutil.copytree(sampled.run.folder, folder)
    return Run.load(folder)


def with_settings(run: Run, **changes: object) -> Run:
    train = msgspec.structs.replace(run.settings.train, **changes)
    return Run.create(run.folder, msgspec.structs.replace(run.settings, train=train))


def test_everything_a_person_wants_is_on_the_page(sampled: Sampled) -> None:
    page = written(sampled.run)
    assert "step 5,000 of 30,000 (17 %)" in page.text
    assert "left if it goes on at this pace" in page.text
    assert "The held-out loss fell from 0.236 at step 1,000 to 0.025 at step 5,000." in page.text
    assert page.tags.count("svg") == 6
    assert page.tags.count("audio") == 4  # a sentence, and a recording in three forms
    assert page.tags.count("img") == 3
    assert f"is {sampled.sheet.clips[0].difference:.2f} from the real one on average" in page.text
    assert "The cat." in page.text
    assert "weight_decay = 1e-06" in page.text
    assert "diagnostic" not in page.text
    assert "skipped" in page.text
    assert "Skipped steps" not in page.text  # the table appears where there is something in it


def test_the_page_needs_nothing_but_the_run_folder(sampled: Sampled) -> None:
    page = written(sampled.run)
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert page.links
    for link in page.links:
        assert ":" not in link
        assert (sampled.run.folder / unquote(link)).is_file(), link


def test_the_ending_takes_the_place_of_the_time_left(sampled: Sampled, tmp_path: Path) -> None:
    page = written(copied(sampled, tmp_path / "run"), ending="stopped by SIGINT")
    assert "stopped by SIGINT" in page.text
    assert "left if" not in page.text


def test_a_diagnostic_is_headed_as_one(sampled: Sampled, tmp_path: Path) -> None:
    run = with_settings(copied(sampled, tmp_path / "run"), overfit=4)
    page = written(run)
    assert "This is a diagnostic, not a voice. It was trained on 4 clips only" in page.text
    assert "Real and generated, of the clips it was trained on" in page.text
    assert "overfitting" not in page.text
    assert "by heart" in page.text
    assert "the same clips, without dropout" in page.text


def test_skipped_steps_are_listed(sampled: Sampled, tmp_path: Path) -> None:
    run = copied(sampled, tmp_path / "run")
    run.log({"step": 5080, "nll": 0.02, "duration": 0.3, "skipped": 3.0, "seconds": 1900.0})
    page = written(run)
    assert "Skipped steps" in page.text
    assert "4,961 to 5,080" in page.text


def test_words_of_the_data_cannot_break_the_page(sampled: Sampled, tmp_path: Path) -> None:
    run = with_settings(copied(sampled, tmp_path / "a run <b>"), test_sentences=("</pre><script>alert(1)</script>",))
    evil = SentenceSample(text="</section><script>", speaker='"><img src=x>', audio="a b.wav", picture="p?.png")
    folder = run.samples / "step-0000007"
    folder.mkdir()
    (folder / "samples.json").write_bytes(msgspec.json.encode(SampleSheet(step=7, sentences=(evil,))))
    page = written(run)
    assert "script" not in page.tags
    assert page.tags.count("img") == 4
    assert "</section><script>" in page.text
    assert "samples/step-0000007/a%20b.wav" in page.links
    assert "samples/step-0000007/p%3F.png" in page.links


def test_a_run_without_anything_yet_has_a_page(sampled: Sampled, tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", sampled.run.settings)
    page = written(run)
    assert "step 0 of 30,000" in page.text
    assert "No step has been written down yet." in page.text
    assert "The prepared folder of this run is not here any more." in page.text


def test_what_could_not_be_sampled_is_said(sampled: Sampled, tmp_path: Path) -> None:
    run = copied(sampled, tmp_path / "run")
    sheet = msgspec.json.decode((sampled.folder / "samples.json").read_bytes(), type=SampleSheet)
    failed = msgspec.structs.replace(sheet, sentences=(SentenceSample(text="x", speaker="y", problem="no such phone"),))
    (run.samples / "step-0000003" / "samples.json").write_bytes(msgspec.json.encode(failed))
    assert "no such phone" in written(run).text


def test_the_data_are_summed_by_speaker_and_list(sampled: Sampled, tmp_path: Path) -> None:
    train, held_out = sampled.prepared.clips("train"), sampled.prepared.clips("val")
    summary = summarise(sampled.prepared, train, held_out)
    assert [(s.speaker, s.split, s.clips) for s in summary.shares] == [
        ("speaker0", "train", 4),
        ("speaker1", "train", 4),
        ("speaker0", "val", 1),
        ("speaker1", "val", 1),
    ]
    frames = sum(clip.frames for clip in train if clip.speaker == 0)
    assert summary.shares[0].minutes == pytest.approx(frames * 256 / 22050 / 60, abs=0.006)
    run = Run.create(tmp_path / "run", sampled.run.settings)
    assert read_summary(run) is None
    write_summary(run, summary)
    assert read_summary(run) == summary
    assert "8 clips, 0 minutes, 2 speakers to train on; 84 symbols of the front end “english”" in written(run).text


def test_a_run_of_before_counts_its_prepared_folder(sampled: Sampled, tmp_path: Path) -> None:
    run = with_settings(copied(sampled, tmp_path / "run"), prepared=str(sampled.prepared.folder))
    summary = read_summary(run)
    assert summary is not None
    assert sum(share.clips for share in summary.shares) == 10


def test_stages_are_the_end_of_the_warm_up_and_the_best(sampled: Sampled, tmp_path: Path) -> None:
    run = copied(sampled, tmp_path / "run")
    metrics = Metrics(run.read_metrics())
    assert [(mark.step, mark.name) for mark in stages(run, metrics)] == [(1000, "warm-up ends")]
    run.mark_best(run.checkpoints / "step-0000003", 1.0)
    assert [(mark.step, mark.name) for mark in stages(run, metrics)] == [(1000, "warm-up ends"), (3, "best")]
    assert stages(run, Metrics([])) == []
