"""Copy part of a corpus in LJSpeech layout and spoil some of its clips, to see whether `glowvox data audit` finds them.

    python scripts/plant_errors.py ../corpora/kathleen-en planted --errors 30

The clips of the lists named come in the order of SHA-256 of "seed:id"; the first of them are spoiled, in turn:

    swapped text    the texts of the clips of this kind are handed round among them
    missing word    a word of at least four letters is taken out of the text
    another word    a word of at least four letters is replaced by one of another clip
    added sentence  the text of another clip is put behind
    cut recording   the last 40 % of the recording are cut off
    wrong clip      the recording is that of another clip

`planted.tsv` names them: id, kind, and the text as it should be.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import shutil
import sys
from pathlib import Path

KINDS = ("swapped text", "missing word", "another word", "added sentence", "cut recording", "wrong clip")


def main() -> int:
    """Copy, spoil, and write down what was spoilt."""
    arguments = _arguments()
    corpus, out = arguments.corpus, arguments.out
    texts = {cells[0]: cells[-1] for line in _lines(corpus / "metadata.csv") if (cells := line.split("|"))}
    recordings = {path.stem: path for path in (corpus / "wavs").iterdir()}
    listed = [key for name in arguments.lists for key in _lines(corpus / f"{name}.txt")]
    chosen = _chosen(listed, arguments.clips or len(listed), arguments.seed)
    if arguments.errors + len(KINDS) > len(chosen):
        print(f"{arguments.errors} errors cannot be planted in {len(chosen)} clips", file=sys.stderr)
        return 1
    (out / "wavs").mkdir(parents=True)
    spoilt = {key: KINDS[place % len(KINDS)] for place, key in enumerate(chosen[: arguments.errors])}
    written = _spoilt_texts(texts, spoilt, chosen[arguments.errors :], arguments.seed)
    for key in chosen:
        _copy(key, spoilt.get(key), recordings, out / "wavs", chosen)
    _write(out / "metadata.csv", [f"{key}|{written.get(key, texts[key])}" for key in sorted(chosen)])
    _write(out / "train.txt", sorted(chosen))
    _write(out / "planted.tsv", [f"{key}\t{kind}\t{texts[key]}" for key, kind in spoilt.items()])
    print(f"{out}: {len(chosen)} clips, {len(spoilt)} of them spoilt")
    return 0


def _spoilt_texts(texts: dict[str, str], spoilt: dict[str, str], whole: list[str], seed: int) -> dict[str, str]:
    """The texts of those clips whose text is spoilt."""
    draw = random.Random(seed)
    swapped = [key for key, kind in spoilt.items() if kind == "swapped text"]
    written = {key: texts[other] for key, other in zip(swapped, swapped[1:] + swapped[:1], strict=True)}
    for key, kind in spoilt.items():
        words = list(re.finditer(r"[A-Za-z']{4,}", texts[key]))
        other = texts[draw.choice(whole)]
        if kind == "added sentence":
            written[key] = f"{texts[key]} {other}"
        elif kind in ("missing word", "another word") and words:
            word = draw.choice(words)
            new = draw.choice(re.findall(r"[A-Za-z']{4,}", other) or ["nothing"]) if kind == "another word" else ""
            written[key] = re.sub(r"  +", " ", texts[key][: word.start()] + new + texts[key][word.end() :]).strip()
    return written


def _copy(key: str, kind: str | None, recordings: dict[str, Path], folder: Path, chosen: list[str]) -> None:
    import soundfile

    if kind == "cut recording":
        samples, rate = soundfile.read(recordings[key])
        soundfile.write(folder / f"{key}.wav", samples[: round(0.6 * len(samples))], rate)
        return
    source = recordings[chosen[-1 - chosen.index(key)]] if kind == "wrong clip" else recordings[key]
    shutil.copyfile(source, folder / f"{key}{source.suffix}")


def _chosen(ids: list[str], count: int, seed: int) -> list[str]:
    return sorted(ids, key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).hexdigest())[:count]


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line]


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="folder with metadata.csv, wavs/ and lists")
    parser.add_argument("out", type=Path, help="folder to make; it must not exist")
    parser.add_argument("--lists", nargs="+", default=["train"], help="whose clips (default: train)")
    parser.add_argument("--clips", type=int, default=0, help="of them (default: all)")
    parser.add_argument("--errors", type=int, default=30, help="clips to spoil (default 30)")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
