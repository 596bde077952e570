"""Judge a voice by the fixed texts of examples/texts: words lost or repeated, and evenness over a long passage.

    python scripts/campaign.py words VOICE --recogniser WHISPER --json words.json
    python scripts/campaign.py evenness VOICE

VOICE is whatever `glowvox say --voice` takes; evenness needs an exported voice, which knows the times of its words.
Every text is said once, at seed 0 and the voice's own variation. `words` lists every place where the recogniser heard
something else, runs of two or more words lost or repeated first, and leaves with 1 where there is such a run; with
`--clips` it judges a folder of clips that another engine made. `evenness` leaves with 1 where pace or level drift.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from glowvox.audio.read import read_audio
from glowvox.audio.wave import Audio, join
from glowvox.cli.speaking import open_voice
from glowvox.evaluate.evenness import evenness
from glowvox.evaluate.judges.faster_whisper import FasterWhisper
from glowvox.evaluate.judges.normaliser import english_normaliser
from glowvox.evaluate.listing import Sentence, find_clip, read_sentences
from glowvox.evaluate.lost_words import HeardText, hold
from glowvox.evaluate.words import total, word_errors
from glowvox.files import write_bytes

TEXTS = Path(__file__).parent.parent / "examples" / "texts"


def main() -> int:
    """Do what is asked; gives the exit status."""
    options = _options()
    return words(options) if options.what == "words" else even(options)


def words(options: argparse.Namespace) -> int:
    """Say the texts, listen, and tell where the two differ."""
    sentences = read_sentences(options.texts)[: options.limit]
    judge, unify = FasterWhisper(options.recogniser), english_normaliser()
    found: list[HeardText] = []
    for sentence, audio in _spoken(options, sentences):
        found.append(hold(sentence.id, unify(sentence.text), unify(judge.hear(audio))))
        if len(found) % 20 == 0:
            print(f"{len(found)} of {len(sentences)}", file=sys.stderr)
    errors = total(word_errors(text.said, text.heard) for text in found)
    kinds = Counter(place.kind for text in found for place in text.places)
    print(f"{options.voice}, {options.texts.name} {_digest(options.texts)}, {judge.identity}")
    print(f"{len(found)} texts, {errors.total} words, {errors.errors} errors ({100 * (errors.rate or 0):.1f} %)")
    print(f"runs of two or more words: {kinds['lost']} lost, {kinds['repeated']} repeated, {kinds['added']} added")
    for kind in ("lost", "repeated", "added", "changed", "written"):
        for text in found:
            for place in text.places:
                if place.kind == kind:
                    print(f"  {kind:<9} {text.id:<12} {place.said or '-'} → {place.heard or '-'}")
    if options.json:
        write_bytes(options.json, msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    return 1 if kinds["lost"] or kinds["repeated"] else 0


def _spoken(options: argparse.Namespace, sentences: list[Sentence]) -> Iterator[tuple[Sentence, Audio]]:
    """The texts as sound: clips of a folder, else what the voice says."""
    if options.clips:
        for sentence in sentences:
            yield sentence, read_audio(find_clip(Path(options.voice), sentence.id)).audio
        return
    voice = open_voice(options.voice)
    for sentence in sentences:
        yield sentence, join(list(voice.stream(sentence.text, seed=0, speaker=options.speaker)))


def even(options: argparse.Namespace) -> int:
    """Say the passage in one go and measure its stretches."""
    voice = open_voice(options.voice)
    text = options.texts.read_text(encoding="utf-8")
    found = evenness(join(list(voice.stream(text, seed=0, speaker=options.speaker))))
    print(f"{options.voice}, {options.texts.name} {_digest(options.texts)}, {found.stretches[-1].end_s:.1f} s")
    print("from s    to s   phones/s   level dB")
    for stretch in found.stretches:
        print(f"{stretch.start_s:6.1f} {stretch.end_s:7.1f} {stretch.phones_per_s:10.2f} {stretch.level_db:10.1f}")
    print(
        f"pace: {100 * found.pace_drift:+.1f} % from first to last third, at most {100 * found.pace_spread:.1f} % off"
    )
    print(f"level: {found.level_drift_db:+.2f} dB likewise, at most {found.level_spread_db:.2f} dB off")
    print("even" if found.even else "not even")
    return 0 if found.even else 1


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="what", required=True)
    listen = verbs.add_parser("words", help="words lost or repeated")
    listen.add_argument("voice", help="a voice; with --clips a folder of clips named by the ids of the texts")
    listen.add_argument("--recogniser", type=Path, required=True, help="folder of a CTranslate2 Whisper model")
    listen.add_argument("--texts", type=Path, default=TEXTS / "varied.tsv")
    listen.add_argument("--clips", action="store_true", help="judge clips that another engine made")
    listen.add_argument("--limit", type=int, help="only so many texts")
    listen.add_argument("--json", type=Path, help="keep everything heard")
    measure = verbs.add_parser("evenness", help="pace and level over a passage")
    measure.add_argument("voice")
    measure.add_argument("--texts", type=Path, default=TEXTS / "passage.txt")
    for verb in (listen, measure):
        verb.add_argument("--speaker", help="of a voice of several")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
