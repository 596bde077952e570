"""Whether a style moves speech toward its reference: pitch, spread of pitch and pace, pair by pair.

    python benchmarks/style_transfer.py RUN PREPARED,… [--speaker NAME] [--references NAME,NAME] [--pairs 10]
                                        [--split test] [--aggregation batch] [--strength 1] [--passes N]

RUN is a run or weights file of either model, PREPARED folders that were prepared for it. References are held-out clips
of the speaker, or of others, who are heard as the speaker then. Only one that differs from how the speaker reads by
itself, in all three measures by more than a listener needs to notice, can be moved toward; of those, the first of each
reference speaker in turn. Each gives a style of its own; three sentences are spoken at variation 0 with it and without,
and their means compared. A measure has moved toward the reference if the distance to the reference's own value became
smaller.
"""

from __future__ import annotations

import argparse
from itertools import islice, zip_longest
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from glowvox.audio.griffin_lim import griffin_lim
from glowvox.audio.mel import MelConfig
from glowvox.audio.pitch import pitch
from glowvox.cli.conversion import open_run
from glowvox.data.prepared import Prepared
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
NOTICED = (1.0, 0.3, 0.05)  # semitones, semitones, share: less is no difference to speak of


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
    said = voice.speak(" ".join(TEXTS), speaker=speaker, variation=0.0, style=style)
    rows = [measured(item.mel, len(item.symbols), voice.mel) for item in said]
    return Measures(*np.mean(rows, axis=0).tolist())


def differs(reference: Measures, plain: Measures) -> bool:
    """Whether a listener would notice it, in every measure."""
    height, spread, pace = (np.array(reference) - np.array(plain)).tolist()
    return abs(height) >= NOTICED[0] and abs(spread) >= NOTICED[1] and abs(pace) >= NOTICED[2] * plain.pace


def choose(voice: AnySpeaker, given: argparse.Namespace, plain: Measures) -> list[tuple[Measures, Reference]]:
    """The first clips of each reference speaker in turn that differ enough."""
    queues = []
    for name in (given.references or given.speaker).split(","):
        queue = []
        for folder in given.prepared.split(","):
            if name not in Prepared.load(Path(folder)).speakers:
                continue
            for clip in references(voice, Path(folder), speaker=name, splits=(given.split,)):
                found = measured(clip.mel.numpy(), len(clip.symbols), voice.mel)
                if clip.mel.shape[1] <= LONGEST and differs(found, plain):
                    queue.append((found, clip))
        print(f"{name}: {len(queue)} clips differ enough")
        queues.append(queue)
    turns = (pair for turn in zip_longest(*queues) for pair in turn if pair is not None)
    return list(islice(turns, given.pairs))


def main() -> None:
    """Measure all pairs and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("prepared", help="one or more folders, with commas")
    parser.add_argument("--speaker")
    parser.add_argument("--references", help="who is to be taken after; names with commas. Default: the speaker")
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--split", choices=["val", "test"], default="test")
    parser.add_argument("--aggregation", choices=["time-and-batch", "batch"], default="time-and-batch")
    parser.add_argument("--strength", type=float, default=Posterior.strength)
    parser.add_argument("--passes", type=int, help="of a Flowtron, as glowvox style has it")
    given = parser.parse_args()
    voice = open_run(given.run, None, purpose="measuring styles")
    given.speaker = given.speaker or voice.speakers[0]
    how = Posterior(given.aggregation, given.strength, passes=given.passes)
    plain = spoken(voice, given.speaker, None)
    print(f"{given.speaker}, without a style: " + row(plain))
    chosen = choose(voice, given, plain)
    toward = np.zeros(3, int)
    shifts = []
    for reference, clip in chosen:
        styled = spoken(voice, given.speaker, find_style(voice, [clip], how, heard_as=given.speaker))
        before, after = (np.abs(np.array(found) - np.array(reference)) for found in (plain, styled))
        toward += after < before
        shifts.append((before - after) / before)
        print(f"{clip.speaker:<9} {clip.id:<24} reference {row(reference)}   styled {row(styled)}")
    names = ("mean pitch", "spread of pitch", "pace")
    for name, count, share in zip(names, toward, np.nanmedian(shifts, axis=0), strict=True):
        print(f"{name}: toward the reference in {count} of {len(chosen)}, by {100 * share:.0f} % of the way (median)")


def row(found: Measures) -> str:
    """The numbers of one."""
    return f"{found.height:5.1f} st {found.spread:5.2f} st {found.pace:5.1f} /s"


if __name__ == "__main__":
    main()
