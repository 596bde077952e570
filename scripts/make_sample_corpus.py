"""Cut a small corpus out of a larger one in LJSpeech layout, by a seed and not by hand.

    python scripts/make_sample_corpus.py ../corpora/kathleen-en examples/kathleen-sample

Each of the corpus's own lists gives its first clips in the order of SHA-256 of "seed:id". Recordings are copied as they
are. This is how `examples/kathleen-sample` was made; its README is written by the script as well.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from pathlib import Path

README = """# kathleen-sample

{clips} sentences ({minutes:.1f} minutes) read by Kathleen, a native U.S. English speaker: {shares}.
A sample of the Kathleen voice dataset, to try the commands of glowvox on: too little to make an intelligible voice.

- Source: https://github.com/rhasspy/dataset-voice-kathleen (48 kHz takes; prompts: CMU Arctic, out of copyright)
- Licence: CC0 1.0, as the source's README and LICENSE say. Nothing has to be asked or credited; we do credit.
- Processing before sampling: the best take of each sentence, channels averaged, 22,050 Hz, high-pass at 55 Hz, trimmed,
  speech at -23 dBFS, Ogg Opus at 64 kb/s (decoders report 24,000 Hz).
- Chosen by `scripts/make_sample_corpus.py` with seed {seed}, from the lists of the full corpus; not picked by hand.

`metadata.csv` is `id|raw|normalised`; `train.txt`, `val.txt` and `test.txt` hold ids.
"""


def main() -> int:
    """Copy the chosen clips, their rows and lists."""
    arguments = _arguments()
    corpus, out = arguments.corpus, arguments.out
    rows = {line.split("|")[0]: line for line in _lines(corpus / "metadata.csv")}
    recordings = {path.stem: path for path in (corpus / "wavs").iterdir()}
    wanted = {"train": arguments.train, "val": arguments.val, "test": arguments.test}
    chosen = {split: _chosen(_lines(corpus / f"{split}.txt"), n, arguments.seed) for split, n in wanted.items()}
    ids = sorted(key for members in chosen.values() for key in members)
    size = sum(recordings[key].stat().st_size for key in ids)
    if size > arguments.most_bytes:
        print(f"{size:,} bytes of recordings, more than {arguments.most_bytes:,}: choose fewer", file=sys.stderr)
        return 1
    (out / "wavs").mkdir(parents=True)
    for key in ids:
        shutil.copyfile(recordings[key], out / "wavs" / recordings[key].name)
    _write(out / "metadata.csv", [rows[key] for key in ids])
    for split, members in chosen.items():
        _write(out / f"{split}.txt", sorted(members))
    shares = ", ".join(f"{len(members)} {split}" for split, members in chosen.items())
    text = README.format(clips=len(ids), minutes=_minutes(out), shares=shares, seed=arguments.seed)
    (out / "README.md").write_text(text, encoding="utf-8")
    print(f"{out}: {len(ids)} clips, {size:,} bytes")
    return 0


def _chosen(ids: list[str], count: int, seed: int) -> list[str]:
    return sorted(ids, key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).hexdigest())[:count]


def _minutes(out: Path) -> float:
    import soundfile

    return sum(soundfile.info(path).duration for path in (out / "wavs").iterdir()) / 60


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line]


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="folder with metadata.csv, wavs/ and the three lists")
    parser.add_argument("out", type=Path, help="folder to make; it must not exist")
    parser.add_argument("--train", type=int, default=124, help="clips of the train list (default 124)")
    parser.add_argument("--val", type=int, default=8, help="clips of the val list (default 8)")
    parser.add_argument("--test", type=int, default=8, help="clips of the test list (default 8)")
    parser.add_argument("--seed", type=int, default=0, help="which clips (default 0)")
    parser.add_argument("--most-bytes", type=int, default=3_900_000, help="refuse more than this (default 3,900,000)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
