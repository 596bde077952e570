"""`report.html` of a Flowtron's run."""

from __future__ import annotations

from html import escape
from pathlib import Path

from glowvox.files import write_text
from glowvox.train import page
from glowvox.train.health import judge
from glowvox.train.metrics import Metrics
from glowvox.train.report import (
    NEWEST,
    VOCODER,
    curve_sheet,
    link,
    opening,
    settings_text,
    skip_table,
    text_section,
    verdict_list,
)
from glowvox.train.run import FlowtronRun
from glowvox.train.samples import SampleSheet, read_sheets

STARTED = "warm_start.txt"  # what was taken from other weights, where the run began with some

Sheets = list[tuple[Path, SampleSheet]]


def write_flowtron_report(run: FlowtronRun, *, ending: str | None = None) -> Path:
    """Write a run's page from what its folder holds.

    ending  why training ended, once it has
    """
    metrics = Metrics(run.read_metrics())
    sheets = list(reversed(read_sheets(run.samples)))[:NEWEST]
    parts = [
        opening(run, metrics, ending),
        verdict_list(judge(metrics.records)),
        curve_sheet(run, metrics),
        _sentences(run, sheets),
        _readings(run, sheets),
        skip_table(metrics),
        text_section(run, STARTED, "What it began with"),
        settings_text(run),
    ]
    path = run.folder / "report.html"
    write_text(path, page.page(f"{run.folder.resolve().name}: training report", parts))
    return path


def _sentences(run: FlowtronRun, sheets: Sheets) -> str:
    rows: dict[str, list[str]] = {}
    for folder, sheet in sheets:
        for sample in sheet.sentences:
            files = (sample.audio and page.sound("", link(run, folder, sample.audio))) or ""
            shown = (
                sample.picture and page.picture(f"attention over {sample.text}", link(run, folder, sample.picture))
            ) or ""
            rows.setdefault(sample.text, []).append(page.card(f"step {sheet.step:,}", files, shown))
    strips = [f'<h3>“{escape(text)}”</h3>\n<div class="strip">{"".join(cards)}</div>' for text, cards in rows.items()]
    return page.section("Test sentences, newest first", page.paragraph(VOCODER, quiet=True) if strips else "", *strips)


def _readings(run: FlowtronRun, sheets: Sheets) -> str:
    blocks = [
        page.folded(
            f"step {sheet.step:,}",
            *(
                page.picture(f"attention over {clip.text}", link(run, folder, clip.alignment))
                for clip in sheet.clips
                if clip.alignment
            ),
            opened=number == 0,
        )
        for number, (folder, sheet) in enumerate(sheets)
        if sheet.clips
    ]
    what = "Without the prior, as it will speak: a thin line from the lower left to the upper right is what is wanted."
    return page.section(
        "How it reads a recording that training does not see",
        page.paragraph(what, quiet=True) if blocks else "",
        *blocks,
    )
