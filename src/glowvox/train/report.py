"""`report.html`: a whole run on one page, made again from the files of its folder whenever there is news."""

from __future__ import annotations

import time
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from glowvox import config
from glowvox.files import write_text
from glowvox.train import page
from glowvox.train.beginning import BEGUN
from glowvox.train.checkpoint import step_of
from glowvox.train.curves import Mark, run_curves, svg
from glowvox.train.health import Verdict, judge
from glowvox.train.metrics import Metrics
from glowvox.train.run import AnyRun, Run
from glowvox.train.samples import ClipSample, SampleSheet, SentenceSample, read_sheets
from glowvox.train.summary import DataSummary, read_summary
from glowvox.train.words import counted, duration, time_left

VOCODER = (
    "The sound is made by Griffin-Lim, which needs no training: judge words and rhythm by it, not the tone of voice."
)
NEWEST = 12  # samplings of which pictures and players are on the page; older ones stay in their folders

Sheets = Sequence[tuple[Path, SampleSheet]]


def write_report(run: Run, *, ending: str | None = None) -> Path:
    """Write a run's page from what its folder holds.

    ending  why training ended, once it has
    """
    metrics = Metrics(run.read_metrics())
    sheets = list(reversed(read_sheets(run.samples)))[:NEWEST]
    diagnostic = run.settings.train.overfit > 0
    parts = [
        opening(run, metrics, ending),
        _diagnostic(run) if diagnostic else "",
        verdict_list(judge(metrics.records, diagnostic=diagnostic)),
        curve_sheet(run, metrics, diagnostic=diagnostic),
        _sentences(run, sheets),
        _clips(run, sheets, diagnostic=diagnostic),
        skip_table(metrics),
        _data(read_summary(run)),
        text_section(run, BEGUN, "What it began with, and what trains"),
        settings_text(run),
    ]
    path = run.folder / "report.html"
    write_text(path, page.page(f"{run.folder.resolve().name}: training report", parts))
    return path


def stages(run: AnyRun, metrics: Metrics) -> list[Mark]:
    """Where a run's curves are marked: the end of the warm-up, the best checkpoint."""
    marks = [Mark(run.settings.train.optimizer.warmup, "warm-up ends")]
    best = run.best()
    if best is not None:
        marks.append(Mark(step_of(best), "best"))
    return [mark for mark in marks if mark.step <= metrics.step]


def opening(run: AnyRun, metrics: Metrics, ending: str | None) -> str:
    """Name, progress and how long it will take."""
    steps = run.settings.train.steps
    pace = metrics.pace()
    facts = [
        f"step {metrics.step:,} of {steps:,} ({100 * metrics.step / steps:.0f} %)",
        f"{duration(metrics.seconds)} of training",
    ]
    if ending:
        facts.append(ending)
    elif pace and metrics.step < steps:
        facts.append(f"{time_left(pace * (steps - metrics.step))} if it goes on at this pace")
    best = run.best()
    if best is not None:
        facts.append(f"best checkpoint: {best.name}")
    written = f"Written {time.strftime('%Y-%m-%d %H:%M')}; load the page again for news."
    return f"<h1>{escape(run.folder.resolve().name)}</h1>\n{page.paragraph(' · '.join(facts))}\n" + page.paragraph(
        written, quiet=True
    )


def _diagnostic(run: Run) -> str:
    count = counted(run.settings.train.overfit, "clip")
    return (
        f'<div class="banner"><strong>This is a diagnostic, not a voice.</strong> It was trained on {count} only, to '
        "see whether the model can learn them by heart. Generated should come near real in rhythm, pauses and "
        "loudness. How well it does that says nothing about how it would speak any other text.</div>"
    )


def text_section(run: AnyRun, name: str, title: str) -> str:
    """A file of the run's folder as it stands; nothing where there is none."""
    path = run.folder / name
    if not path.is_file():
        return ""
    return page.section(title, f"<pre>{escape(path.read_text(encoding='utf-8'))}</pre>")


def verdict_list(verdicts: Sequence[Verdict]) -> str:
    """The verdicts with their colours."""
    rows = "\n".join(
        f'<li class="{v.status}"><span class="badge">{v.status}</span><span>{escape(v.name)}</span>'
        f'<span>{escape(v.sentence)} <span class="quiet">{escape(v.advice)}</span></span></li>'
        for v in verdicts
    )
    return page.section("How it stands", f'<ul class="verdicts">\n{rows}\n</ul>')


def curve_sheet(run: AnyRun, metrics: Metrics, *, diagnostic: bool = False) -> str:
    """All curves of a run."""
    marks = stages(run, metrics)
    pictures = [svg(curve, marks) for curve in run_curves(metrics, diagnostic=diagnostic)]
    return page.section("Curves", f'<div class="curves">{"".join(pictures)}</div>' if pictures else "")


def _sentences(run: Run, sheets: Sheets) -> str:
    rows: dict[tuple[str, str], list[str]] = {}
    for folder, sheet in sheets:
        for sample in sheet.sentences:
            rows.setdefault((sample.text, sample.speaker), []).append(_sentence(run, folder, sheet.step, sample))
    strips = [
        f'<h3>{escape(speaker)}: “{escape(text)}”</h3>\n<div class="strip">{"".join(cards)}</div>'
        for (text, speaker), cards in rows.items()
    ]
    return page.section("Test sentences, newest first", page.paragraph(VOCODER, quiet=True) if strips else "", *strips)


def _sentence(run: Run, folder: Path, step: int, sample: SentenceSample) -> str:
    title = f"step {step:,}"
    if sample.problem:
        return page.card(title, page.paragraph(sample.problem, quiet=True))
    return page.card(
        title,
        page.sound("", link(run, folder, sample.audio)) if sample.audio else "",
        page.picture(f"mel spectrogram of {sample.text}", link(run, folder, sample.picture)) if sample.picture else "",
    )


def _clips(run: Run, sheets: Sheets, *, diagnostic: bool) -> str:
    title = (
        "Real and generated, of the clips it was trained on"
        if diagnostic
        else "A recording beside what the model makes of it"
    )
    blocks = [
        page.folded(f"step {sheet.step:,}", *(_clip(run, folder, clip) for clip in sheet.clips), opened=number == 0)
        for number, (folder, sheet) in enumerate(sheets)
        if sheet.clips
    ]
    return page.section(title, page.paragraph(VOCODER, quiet=True) if blocks else "", *blocks)


def _clip(run: Run, folder: Path, clip: ClipSample) -> str:
    heading = f"<h3>{escape(clip.speaker)}, {escape(clip.id)}: “{escape(clip.text)}”</h3>"
    if clip.problem:
        return heading + page.paragraph(clip.problem, quiet=True)
    heard = (
        ("the recording, through the same Griffin-Lim", clip.real),
        ("generated, with the recording's durations", clip.forced),
        ("generated, with durations of its own", clip.free),
    )
    players = "".join(page.card("", page.sound(name, link(run, folder, file))) for name, file in heard if file)
    rows = [f'<div class="row">{players}</div>']
    for vocoded in clip.vocoded:
        parts = (("the recording", vocoded.real), ("recording's durations", vocoded.forced), ("own", vocoded.free))
        sounds = (page.card("", page.sound(f"{vocoded.vocoder}: {what}", link(run, folder, f))) for what, f in parts)
        rows.append(f'<div class="row">{"".join(sounds)}</div>')
    pictures = (("mel spectrograms, real and generated", clip.mels), ("alignment and durations", clip.alignment))
    shown = "".join(page.picture(what, link(run, folder, file)) for what, file in pictures if file)
    if clip.difference is None:
        apart = ""
    else:
        apart = page.paragraph(
            f"With the recording's durations, the generated mel is {clip.difference:.2f} from the real one on average "
            "(log magnitude).",
            quiet=True,
        )
    return f"{heading}{''.join(rows)}{apart}{shown}"


def skip_table(metrics: Metrics) -> str:
    """Where steps were skipped; empty where none was."""
    skips = metrics.skips()
    if not skips:
        return ""
    rows = [(f"{first + 1:,} to {last:,}", count) for first, last, count in skips[-50:]]
    why = "A step is skipped when its loss or gradient is not a finite number. The log names the clips."
    return page.section("Skipped steps", page.paragraph(why, quiet=True), page.table(("steps", "skipped"), rows))


def _data(summary: DataSummary | None) -> str:
    if summary is None:
        return page.section("Data", page.paragraph("The prepared folder of this run is not here any more."))
    rows = [(s.speaker, s.split, s.clips, s.minutes, s.tokens) for s in summary.shares]
    own = [share for share in summary.shares if share.split == "train"]
    sentence = (
        f"{counted(sum(s.clips for s in own), 'clip')}, {sum(s.minutes for s in own):.0f} minutes, "
        f"{counted(len({s.speaker for s in own}), 'speaker')} to train on; {summary.symbols} symbols of the front end "
        f"“{summary.front_end}”; from {summary.prepared}."
    )
    return page.section(
        "Data", page.paragraph(sentence), page.table(("speaker", "list", "clips", "minutes", "symbols"), rows)
    )


def settings_text(run: AnyRun) -> str:
    """The settings, folded."""
    text = config.dumps(run.settings.train)
    return page.section("Settings", page.folded("everything this run was begun with", f"<pre>{escape(text)}</pre>"))


def link(run: AnyRun, folder: Path, file: str) -> str:
    """Address of a sample, from the page."""
    return quote(f"{folder.relative_to(run.folder).as_posix()}/{file}")
