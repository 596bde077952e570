"""Whether a style moves speech toward its reference: pitch, spread of pitch and pace, pair by pair.

    python benchmarks/style_transfer.py RUN PREPARED [--speaker NAME] [--references NAME,NAME] [--pairs 10]
                                        [--aggregation batch]

RUN is a run or weights file of either model, PREPARED a folder that was prepared for it. References are held-out clips
of the speaker, or of others, who are heard as the speaker then: the highest and the lowest by mean pitch. Each gives a
style of its own; three sentences are spoken at variation 0 with it and without, and their means compared. A measure has
moved toward the reference if the distance to the reference's own value became smaller.
"""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from glowvox.audio.griffin_lim import griffin_lim
from glowvox.audio.mel import MelConfig
from glowvox.audio.pitch import pitch
from glowvox.cli.conversion import open_run
from glowvox.evaluate.intonation import pitch_spread
from glowvox.runtime.style import Style
from glowvox.train.speakers import AnySpeaker
from glowvox.train.styling import Posterior, Reference, find_style, references

TEXTS = (
    "The young engineer had waited all winter for a letter, and now it had come.",
    "Most of the boats were back before the storm broke over the harbour.",
    "She asked him twice whether he had locked the garden gate.",
)
LONGEST = 1_000  # frames of a reference


class Measures(NamedTuple):
    """What is compared."""

    height: float  # mean pitch of voiced frames (semitones above 100 Hz)
    spread: float  # of it (semitones)
    pace: float  # symbols a second


def measured(mel: npt.NDArray[np.float32], symbols: int, config: MelConfig) -> Measures:
    """Measures of a mel (M, T), of the sound that Griffin-Lim makes of it."""
    f0 = pitch(griffin_lim(mel, config, seed=0), config.sample_rate, hop=config.hop).f0
    voiced = f0[f0 > 0]
    height = float(np.mean(12 * np.log2(voiced / 100))) if len(voiced) else float("nan")
    return Measures(height, pitch_spread(f0), symbols / (mel.shape[1] * config.hop / config.sample_rate))


def spoken(voice: AnySpeaker, speaker: str, style: Style | None) -> Measures:
    """Means over the texts, at variation 0."""
    rows = []
    for text in TEXTS:
        said = voice.speak(text, speaker=speaker, variation=0.0, style=style)[0]
        rows.append(measured(said.mel, len(said.symbols), voice.mel))
    return Measures(*np.mean(rows, axis=0).tolist())


def main() -> None:
    """Measure all pairs and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("prepared", type=Path)
    parser.add_argument("--speaker")
    parser.add_argument("--references", help="who is to be taken after; names with commas. Default: the speaker")
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--clips", type=int, default=40, help="held-out clips of each to choose references from")
    parser.add_argument("--aggregation", choices=["time-and-batch", "batch"], default="time-and-batch")
    given = parser.parse_args()
    voice = open_run(given.run, None, purpose="measuring styles")
    speaker = given.speaker or voice.speakers[0]
    kept: list[tuple[Measures, Reference]] = []
    for name in (given.references or speaker).split(","):
        clips = references(voice, given.prepared, speaker=name, splits=("val", "test"))
        short = (clip for clip in clips if clip.mel.shape[1] <= LONGEST)
        for clip in islice(short, given.clips):
            kept.append((measured(clip.mel.numpy(), len(clip.symbols), voice.mel), clip))
    kept.sort(key=lambda pair: pair[0].height)
    half = given.pairs // 2
    chosen = kept[:half] + kept[-(given.pairs - half) :]
    plain = spoken(voice, speaker, None)
    print(f"{speaker}, without a style: " + row(plain))
    toward = np.zeros(3, int)
    shifts = []
    for reference, clip in chosen:
        style = find_style(voice, [clip], Posterior(given.aggregation), heard_as=speaker)
        styled = spoken(voice, speaker, style)
        before, after = (np.abs(np.array(found) - np.array(reference)) for found in (plain, styled))
        toward += after < before
        shifts.append((before - after) / np.maximum(before, 1e-9))
        print(f"{clip.id:<24} reference {row(reference)}   styled {row(styled)}")
    names = ("mean pitch", "spread of pitch", "pace")
    for name, count, share in zip(names, toward, np.nanmedian(shifts, axis=0), strict=True):
        print(f"{name}: toward the reference in {count} of {len(chosen)}, by {100 * share:.0f} % of the way (median)")


def row(found: Measures) -> str:
    """The numbers of one."""
    return f"{found.height:5.1f} st {found.spread:5.2f} st {found.pace:5.1f} /s"


if __name__ == "__main__":
    main()
