"""`report.html` of a vocoder's run."""

from __future__ import annotations

from html import escape
from pathlib import Path

from glowvox.files import write_text
from glowvox.train import page
from glowvox.train.health import judge
from glowvox.train.metrics import Metrics
from glowvox.train.report import NEWEST, curve_sheet, link, opening, settings_text, skip_table, verdict_list
from glowvox.train.run import VocoderRun


def write_vocoder_report(run: VocoderRun, *, ending: str | None = None) -> Path:
    """Write a run's page from what its folder holds.

    ending  why training ended, once it has
    """
    metrics = Metrics(run.read_metrics())
    parts = [
        opening(run, metrics, ending),
        verdict_list(judge(metrics.records)),
        curve_sheet(run, metrics),
        _copies(run),
        skip_table(metrics),
        settings_text(run),
    ]
    path = run.folder / "report.html"
    write_text(path, page.page(f"{run.folder.resolve().name}: training report", parts))
    return path


def _copies(run: VocoderRun) -> str:
    """Held-out recordings, each followed by what the vocoder made of its mel, newest first."""
    folders = sorted(run.samples.glob("step-*"), reverse=True)[:NEWEST]
    if not folders:
        return ""
    strips = []
    for real in sorted(folders[0].glob("*.real.wav")):
        name = real.name.removesuffix(".real.wav")
        cards = [page.card("", page.sound("the recording", link(run, folders[0], real.name)))]
        for folder in folders:
            copy = folder / f"{name}.copy.wav"
            if copy.is_file():
                step = int(folder.name.removeprefix("step-"))
                cards.append(page.card(f"step {step:,}", page.sound("from its mel", link(run, folder, copy.name))))
        strips.append(f'<h3>{escape(name)}</h3>\n<div class="strip">{"".join(cards)}</div>')
    return page.section("Recordings that training does not see, and their copies", *strips)
