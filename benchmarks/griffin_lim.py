"""Copies of a corpus' recordings by Griffin-Lim, to be scored: as it is usually done, and as `griffin_lim` does it.

    python benchmarks/griffin_lim.py CORPUS OUT
    glowvox evaluate OUT/usual --texts CORPUS/metadata.csv --ids CORPUS/test.txt --recogniser WHISPER --distillmos

The usual magnitudes are the mel's times the pseudo-inverse of its filters, cut at zero; ours are refined from there.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from glowvox.audio.griffin_lim import REFINEMENTS, griffin_lim
from glowvox.audio.mel import MelConfig
from glowvox.audio.read import read_audio
from glowvox.data.corpus import read_corpus
from glowvox.evaluate.copies import mel_copy

KINDS = {"usual": 0, "refined": REFINEMENTS}


def main() -> None:
    """Write both copies of every recording of a split."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="folder of recordings with texts")
    parser.add_argument("out", type=Path, help="folder for the copies")
    parser.add_argument("--split", default="test", help="test, val or train")
    given = parser.parse_args()
    corpus, mel = read_corpus(given.corpus), MelConfig()
    for utterance in corpus.utterances:
        if corpus.split_of.get(utterance.id) != given.split:
            continue
        audio = read_audio(utterance.audio).audio
        for kind, refinements in KINDS.items():
            (given.out / kind).mkdir(parents=True, exist_ok=True)
            copy = mel_copy(audio, mel, partial(griffin_lim, config=mel, refinements=refinements))
            copy.save(given.out / kind / f"{utterance.id}.wav")


if __name__ == "__main__":
    main()
