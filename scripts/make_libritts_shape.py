"""Lay a corpus of several speakers out as LibriTTS: SUBSET/SPEAKER/CHAPTER/NAME.wav with its texts beside it.

    python scripts/make_libritts_shape.py ../corpora/flite-multi-en data/LibriTTS --rate 24000

The corpus's own lists become the subsets train-clean-100, dev-clean and test-clean; speakers and chapters get numbers,
as there, told in SPEAKERS.txt. For trying the recipe without the real one,
which is large and whose subsets share no speakers.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from glowvox.audio.read import read_audio
from glowvox.audio.wave import write_wav
from glowvox.data.corpus import Corpus, read_corpus

SUBSETS = {"train": "train-clean-100", "val": "dev-clean", "test": "test-clean"}
CHAPTER = 30  # clips


def main() -> int:
    """Write every clip of the corpus's lists."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("out", type=Path, help="folder to make")
    parser.add_argument("--rate", type=int, default=24_000, help="sample rate (Hz)  [default: 24000]")
    asked = parser.parse_args()
    corpus = read_corpus(asked.corpus)
    clips = write(corpus, asked.out, asked.rate)
    sys.stdout.write(f"{asked.out}: {clips} clips of {len(numbers(corpus))} speakers\n")
    return 0


def numbers(corpus: Corpus) -> dict[str, int]:
    """A number for each speaker, in the order of the alphabet."""
    names = sorted({utterance.speaker for utterance in corpus.utterances})
    return {name: 100 + place for place, name in enumerate(names)}


def write(corpus: Corpus, out: Path, rate: int) -> int:
    """Write the clips and SPEAKERS.txt; gives their number."""
    number, split_of = numbers(corpus), corpus.split_of
    written: dict[int, int] = {}  # clips of each speaker: names must differ between subsets too
    for utterance in corpus.utterances:
        if utterance.id not in split_of:
            continue
        subset, speaker = SUBSETS[split_of[utterance.id]], number[utterance.speaker]
        place = written.get(speaker, 0)
        written[speaker] = place + 1
        chapter, line = 1000 * speaker + place // CHAPTER, place % CHAPTER
        folder = out / subset / str(speaker) / str(chapter)
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{speaker}_{chapter}_{line:06d}_000000"
        write_wav(folder / f"{name}.wav", read_audio(utterance.audio, rate).audio)
        for ending in ("original", "normalized"):
            (folder / f"{name}.{ending}.txt").write_text(utterance.text, encoding="utf-8")
    lines = [f"{value} | {name}\n" for name, value in number.items()]
    (out / "SPEAKERS.txt").write_text("".join(lines), encoding="utf-8")
    return sum(written.values())


if __name__ == "__main__":
    sys.exit(main())
