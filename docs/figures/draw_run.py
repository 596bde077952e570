"""Draw the pictures of reading-the-curves.md: python docs/figures/draw_run.py RUN [DIAGNOSTIC]

RUN is a run folder, DIAGNOSTIC one made with --overfit. Both need their prepared folders, or another by --prepared.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from glowvox.data.prepared import Prepared
from glowvox.train.curves import run_curves, sheet
from glowvox.train.metrics import Metrics
from glowvox.train.pictures import alignment_picture, mel_picture
from glowvox.train.report import stages
from glowvox.train.run import Run
from glowvox.train.samples import hear, shown
from glowvox.train.speaker import Speaker
from glowvox.train.start import chosen

OUT = Path(__file__).parent
SHOWN = 120  # frames of the mels


def draw_curves(run: Run, name: str, *, count: int) -> None:
    """The first curves of a run."""
    metrics = Metrics(run.read_metrics())
    text = sheet(run_curves(metrics)[:count], stages(run, metrics))
    (OUT / f"{name}.svg").write_text(text, encoding="utf-8")


def draw_recording(run: Run, name: str, prepared: Path | None) -> None:
    """The alignment of the recording that the report shows, and its mels, real and generated."""
    config = run.settings.train
    train, held_out = chosen(Prepared.load(prepared or config.prepared), config)
    clip = shown(train, held_out, diagnostic=config.overfit > 0)[0]
    heard = hear(Speaker.load(run.folder), clip)
    mel = run.settings.mel
    alignment_picture(OUT / f"{name}-alignment.png", heard.alignment, mel, title=clip.text)
    panels = {
        "real": heard.real[:, :SHOWN],
        "generated, real durations": heard.forced[:, :SHOWN],
        "generated, own durations": heard.free[:, :SHOWN],
    }
    mel_picture(OUT / f"{name}-mels.png", panels, mel, title=clip.text)


def main() -> None:
    """Draw all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("diagnostic", type=Path, nargs="?")
    parser.add_argument("--prepared", type=Path)
    asked = parser.parse_args()
    run = Run.load(asked.run)
    draw_curves(run, "run-curves", count=4)
    draw_recording(run, "run", asked.prepared)
    if asked.diagnostic:
        draw_recording(Run.load(asked.diagnostic), "overfit", asked.prepared)


if __name__ == "__main__":
    main()
