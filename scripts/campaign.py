"""Judge a voice by the fixed texts of examples/texts: words lost or repeated, and evenness over a long passage.

    python scripts/campaign.py words VOICE --recogniser WHISPER --json words.json
    python scripts/campaign.py words VOICE --speaker heart --speaker michael --recogniser WHISPER --scores SCORES \\
        --beside Piper=SCORES/clips/piper --as places
    python scripts/campaign.py words CLIPS --clips --recogniser WHISPER
    python scripts/campaign.py evenness VOICE --beside Piper=SCORES/clips/piper --as rows

VOICE is whatever `glowvox say --voice` takes; evenness needs an exported voice, which knows the times of its words.
Every text is said once, at seed 0 and the voice's own variation. `words` lists every place where the recogniser heard
something else, with its cause as far as the texts tell it, runs of two or more words lost or repeated first, and
leaves with 1 where there is such a run. With `--scores` the clips and what was heard in them are those that
`score_voice.py` keeps in its folder, made where they are not there; with `--clips` a folder of clips, ID.wav, is
judged. `evenness` says the passage in one go and leaves with 1 where pace or level drift. `--beside` puts another
engine's clips in the next row: of `words` ID.wav, of `evenness` passage-01.wav and on, a sentence each; and it marks
the places where the recogniser misheard both. `--as rows` and `--as places` are Markdown for a page.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
from score_tables import markdown
from score_voice import Loaded, Sentence

from glowvox.audio.read import read_audio
from glowvox.audio.wave import Audio, join
from glowvox.cli.speaking import open_voice, voice_place
from glowvox.evaluate.causes import Cause, cause
from glowvox.evaluate.evenness import Evenness, evenness
from glowvox.evaluate.judges.faster_whisper import FasterWhisper
from glowvox.evaluate.judges.normaliser import english_normaliser
from glowvox.evaluate.listing import find_clip, read_sentences
from glowvox.evaluate.lost_words import HeardText, hold
from glowvox.evaluate.memory import Judgement, Memory
from glowvox.evaluate.sentence_evenness import SentenceEvenness, cut, sentence_evenness
from glowvox.evaluate.words import total, word_errors
from glowvox.files import write_bytes
from glowvox.text.frontend import make_front_end

TEXTS = Path(__file__).parent.parent / "examples" / "texts"
RUNS: tuple[Cause, ...] = ("lost words", "repeated words")  # what no voice may have
ORDER: tuple[Cause, ...] = (
    *RUNS,
    "added words",
    "lost word",
    "repeated word",
    "added word",
    "changed word",
    "homophone",
    "recogniser spelling",
    "number format",
)


class Disagreement(msgspec.Struct, frozen=True):
    """A place where something else was heard; `both` where another engine's clip was misheard at the same words."""

    id: str
    cause: Cause
    said: str
    heard: str
    both: bool


class Campaign(msgspec.Struct, frozen=True):
    """What was heard of all texts."""

    name: str
    texts: list[HeardText]
    places: list[Disagreement]

    def count(self, kind: Cause) -> int:
        """How many places have this cause."""
        return sum(place.cause == kind for place in self.places)

    @property
    def whole(self) -> bool:
        """Whether no run of two or more words was lost or repeated."""
        return not any(self.count(kind) for kind in RUNS)

    @property
    def errors(self) -> str:
        """The word error as text."""
        errors = total(word_errors(text.said, text.heard) for text in self.texts)
        return (
            f"{len(self.texts)} texts, {errors.total} words, {errors.errors} errors ({100 * (errors.rate or 0):.1f} %)"
        )


def main() -> int:
    """Do what is asked; gives the exit status."""
    options = _options()
    return words(options) if options.what == "words" else even(options)


def words(options: argparse.Namespace) -> int:
    """Say the texts, listen, and tell where the two differ."""
    sentences = [Sentence(s.id, s.text) for s in read_sentences(options.texts)][: options.limit]
    judge = FasterWhisper(options.recogniser)
    memory = Memory(options.scores / "memory" if options.scores else None)

    def heard(clips: Iterator[tuple[Sentence, Audio]]) -> list[HeardText]:
        return list(_heard(clips, len(sentences), judge, memory))

    others = [(name, heard(_clips(folder, sentences))) for name, folder in _beside(options)]
    known = {(text.id, place.said) for _, texts in others for text in texts for place in text.places if place.said}
    ours = [_campaign(name, heard(clips), known) for name, clips in _ours(options, sentences)]
    found = [*ours, *(_campaign(name, texts, set()) for name, texts in others)]
    if options.form == "rows":
        print(_rows(found))
    else:
        print(f"{options.texts.name} {_digest(options.texts)}, {judge.identity}")
        tell = _places if options.form == "places" else _lines
        print("\n".join(line for one in ours for line in tell(one)))
    if options.json:
        write_bytes(options.json, msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    return 0 if all(one.whole for one in ours) else 1


def _ours(
    options: argparse.Namespace, sentences: Sequence[Sentence]
) -> Iterator[tuple[str, Iterator[tuple[Sentence, Audio]]]]:
    """Who is judged, by name, with the sound of every sentence."""
    if options.clips:
        yield Path(options.voice).name, _clips(Path(options.voice), sentences)
        return
    voice = Loaded(voice_place(options.voice), options.vocoder)
    for speaker in options.speaker or [None]:
        said = voice.clips(speaker, options.scores / "clips" if options.scores else None)
        yield speaker or voice.place.stem, ((sentence, said(sentence)) for sentence in sentences)


def _heard(
    clips: Iterator[tuple[Sentence, Audio]], count: int, judge: FasterWhisper, memory: Memory
) -> Iterator[HeardText]:
    unify = english_normaliser()
    for number, (sentence, audio) in enumerate(clips, start=1):
        raw = memory.recall(audio, judge.identity, _listening(judge, audio))
        yield hold(sentence.id, unify(sentence.text), unify(raw.text))
        if number % 20 == 0:
            print(f"{number} of {count}", file=sys.stderr)


def _listening(judge: FasterWhisper, audio: Audio) -> Callable[[], Judgement]:
    return lambda: Judgement(text=judge.hear(audio))


def _campaign(name: str, texts: list[HeardText], known: set[tuple[str, str]]) -> Campaign:
    """The places by cause, runs first."""
    front_end = make_front_end("english")
    places = [
        Disagreement(text.id, cause(text, place, front_end), place.said, place.heard, (text.id, place.said) in known)
        for text in texts
        for place in text.places
    ]
    return Campaign(name, texts, sorted(places, key=lambda place: ORDER.index(place.cause)))


def _lines(found: Campaign) -> Iterator[str]:
    yield f"{found.name}: {found.errors}"
    lost, repeated, added = (found.count(kind) for kind in ORDER[:3])
    yield f"runs of two or more words: {lost} lost, {repeated} repeated, {added} added"
    for place in found.places:
        both = "  (another engine too)" if place.both else ""
        yield f"  {place.cause:<20} {place.id:<12} {place.said or '-'} → {place.heard or '-'}{both}"


def _rows(found: Sequence[Campaign]) -> str:
    """A row for each engine: its word error, and how many places there are of each cause."""
    head = ["", "heard", "runs lost or repeated", *ORDER[2:]]
    counts = [[str(one.count(kind)) for kind in ORDER[2:]] for one in found]
    runs = [str(sum(one.count(kind) for kind in RUNS)) for one in found]
    rows = [[one.name, one.errors, run, *row] for one, run, row in zip(found, runs, counts, strict=True)]
    return markdown([head, *rows])


def _places(found: Campaign) -> Iterator[str]:
    """Every place as Markdown."""
    both = sum(place.both for place in found.places)
    where = f"{len(found.places)} places, {both} of them misheard of another engine too (†)"
    yield f"\n## {found.name}\n\n{found.errors}; {where}.\n"
    cells = [[p.id, p.said or "–", (p.heard or "–") + (" †" if p.both else ""), p.cause] for p in found.places]
    yield markdown([["text", "said", "heard", "cause"], *cells])


def _beside(options: argparse.Namespace) -> list[tuple[str, Path]]:
    parted = (given.partition("=") for given in options.beside)
    return [(name, Path(folder)) for name, _, folder in parted]


def _clips(folder: Path, sentences: Sequence[Sentence]) -> Iterator[tuple[Sentence, Audio]]:
    """The texts as clips of a folder."""
    for sentence in sentences:
        yield sentence, read_audio(find_clip(folder, sentence.id)).audio


def even(options: argparse.Namespace) -> int:
    """Say the passage in one go and measure its stretches and sentences."""
    voice = open_voice(options.voice)
    text = options.texts.read_text(encoding="utf-8")
    sentences = make_front_end("english")(text)
    by_stretch: dict[str, Evenness] = {}
    by_sentence: dict[str, SentenceEvenness] = {}
    for speaker in options.speaker or [None]:
        name = speaker or Path(options.voice).name
        speech = join(list(voice.stream(text, seed=0, speaker=speaker)))
        by_stretch[name] = evenness(speech)
        by_sentence[name] = sentence_evenness(sentences, cut(speech, sentences))
    for other, folder in _beside(options):
        clips = [read_audio(find_clip(folder, f"passage-{n:02d}")).audio for n in range(1, len(sentences) + 1)]
        by_sentence[other] = sentence_evenness(sentences, clips)
    if options.form == "rows":
        print(_sentences_as_markdown(by_sentence))
    else:
        _tell_stretches(by_stretch, by_sentence)
    for name, found in by_stretch.items():
        print(f"\n{name}, by stretches of twenty words: {'even' if found.even else 'NOT EVEN'}; {_drifts(found)}")
    return 0 if all(found.even for found in by_stretch.values()) else 1


def _tell_stretches(by_stretch: dict[str, Evenness], by_sentence: dict[str, SentenceEvenness]) -> None:
    for name, found in by_stretch.items():
        print(f"{name}, {found.stretches[-1].end_s:.1f} s\nfrom s    to s   phones/s   level dB")
        for stretch in found.stretches:
            place = f"{stretch.start_s:6.1f} {stretch.end_s:7.1f}"
            print(f"{place} {stretch.phones_per_s:10.2f} {stretch.level_db:10.1f}")
    for name, measured in by_sentence.items():
        pace, level = measured.phones_per_s, measured.level_db
        line = f"{pace.mean:.2f} ± {pace.deviation:.2f} phones/s, {level.mean:.1f} ± {level.deviation:.2f} dB"
        print(f"{len(measured.sentences)} sentences of {name}: {line}")


def _drifts(found: Evenness) -> str:
    pace = f"pace {100 * found.pace_drift:+.1f} % from first to last third, at most {100 * found.pace_spread:.1f} % off"
    return f"{pace}; level {found.level_drift_db:+.2f} dB likewise, at most {found.level_spread_db:.2f} dB off"


def _sentences_as_markdown(found: dict[str, SentenceEvenness]) -> str:
    """A row for each engine: means, deviations over the sentences, last third less first."""
    rows = [["", "sentences", "phonemes a second", "± %", "drift %", "words a second", "± %", "level dB", "±", "drift"]]
    for name, one in found.items():
        phones, spoken, level = one.phones_per_s, one.words_per_s, one.level_db
        shares = [100 * part / phones.mean for part in (phones.deviation, phones.drift)]
        cells = [f"{phones.mean:.1f}", f"{shares[0]:.1f}", f"{shares[1]:+.1f}", f"{spoken.mean:.2f}"]
        cells += [f"{100 * spoken.deviation / spoken.mean:.1f}"]
        cells += [f"{level.mean:.1f}", f"{level.deviation:.2f}", f"{level.drift:+.2f}"]
        rows.append([name, str(len(one.sentences)), *(cell.replace("-", "−") for cell in cells)])
    return markdown(rows)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="what", required=True)
    listen = verbs.add_parser("words", help="words lost or repeated")
    listen.add_argument("voice", help="a voice; with --clips a folder of clips named by the ids of the texts")
    listen.add_argument("--recogniser", type=Path, required=True, help="folder of a CTranslate2 Whisper model")
    listen.add_argument("--texts", type=Path, default=TEXTS / "varied.tsv")
    listen.add_argument("--vocoder", type=Path, help="to speak through, where VOICE is weights or a run")
    listen.add_argument("--clips", action="store_true", help="judge a folder of clips")
    listen.add_argument("--scores", type=Path, help="the folder in which score_voice.py keeps clips and judgements")
    listen.add_argument("--limit", type=int, help="only so many texts")
    listen.add_argument("--json", type=Path, help="keep everything heard")
    measure = verbs.add_parser("evenness", help="pace and level over a passage")
    measure.add_argument("voice")
    measure.add_argument("--texts", type=Path, default=TEXTS / "passage.txt")
    for verb, forms in ((listen, ("text", "rows", "places")), (measure, ("text", "rows"))):
        verb.add_argument("--speaker", action="append", help="of a voice of several; may be repeated")
        verb.add_argument("--beside", action="append", default=[], metavar="NAME=CLIPS", help="clips of another engine")
        verb.add_argument("--as", dest="form", choices=forms, default="text", help="rows and places are Markdown")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
