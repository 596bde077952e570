"""The table of scores of a voice: its speakers beside recordings, copies of them and other engines, on the same texts.

    python scripts/score_voice.py texts CORPORA FOLDER
    python scripts/score_voice.py scores CORPORA FOLDER --voice VOICE --vocoder WEIGHTS --recogniser WHISPER \\
        --distillmos --dnsmos --other Piper=FOLDER/clips/piper > scores.md

CORPORA holds heart-en, michael-en, kathleen-en and lj-part (those that are there are taken: their test and val lists);
with them go the 64 sentences and the 200 varied texts of examples/texts. `texts` writes all of it to FOLDER/texts.tsv
for another engine to speak. `scores` speaks every text once, at seed 0 and the variation the voice ships with, into
FOLDER/clips/NAME-DIGEST, a folder for each speaker of these weights, and what judges say goes to FOLDER/memory: a clip
is made once and judged once, so that a new voice costs its own rows only. Tables go to stdout as Markdown, with paired
bootstrap intervals. Without --voice the other rows are made; --limit takes the first texts of each set, for a trial.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import msgspec
from score_tables import Table, differences_table, scores_table, targets_table

from glowvox.audio.mel import MelConfig
from glowvox.audio.read import read_audio
from glowvox.audio.wave import Audio, join, write_wav
from glowvox.cli.speaking import Speaking, open_voice, voice_place
from glowvox.data.corpus import read_corpus
from glowvox.evaluate.copies import Vocode, mel_copy
from glowvox.evaluate.judges.dnsmos import Dnsmos
from glowvox.evaluate.listing import find_clip, read_sentences
from glowvox.evaluate.memory import Memory
from glowvox.evaluate.panel import Panel
from glowvox.evaluate.report import Item, Judges, evaluate
from glowvox.evaluate.scores import Scores, scores_of
from glowvox.files import write_text
from glowvox.text.frontend import make_front_end

TEXTS = Path(__file__).parent.parent / "examples" / "texts"
CORPORA = ("heart-en", "michael-en", "kathleen-en", "lj-part")
REAL = ("kathleen-en", "lj-part")  # people, who are nobody's of these voices
GRIFFIN_LIM, RECORDINGS = "Griffin-Lim copies", "recordings"


class Sentence(msgspec.Struct, frozen=True):
    """A text to judge, with its recording where there is one."""

    id: str
    text: str
    recording: Path | None = None


class TextSet(msgspec.Struct, frozen=True):
    """Sentences of one kind.

    speakers  of the voice that are judged on them; empty for all
    noise     whether DNSMOS rates them too, which takes longer than all the rest and needs no more texts
    """

    name: str
    sentences: tuple[Sentence, ...]
    speakers: tuple[str, ...] = ()
    noise: bool = True


def main() -> int:
    """Do what is asked; gives the exit status."""
    options = _options()
    sets = text_sets(options.corpora, options.limit)
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.what == "texts":
        return write_texts(sets, options.folder / "texts.tsv")
    judges = Panel(recogniser=options.recogniser, dnsmos=options.dnsmos, distillmos=options.distillmos).load()
    fewer = replace(judges, raters=tuple(rater for rater in judges.raters if not isinstance(rater, Dnsmos)))
    memory = Memory(options.folder / "memory")
    found = {chosen.name: score_set(chosen, options, judges if chosen.noise else fewer, memory) for chosen in sets}
    for text in sections(found, judges, read_heading(options)):
        print(text, end="\n\n")
    return 0


def write_texts(sets: Sequence[TextSet], path: Path) -> int:
    """Every text, and the sentences of the passage, as a table for another engine; gives the exit status."""
    passage = [Sentence(f"passage-{number:02d}", text) for number, text in enumerate(passage_sentences(), start=1)]
    sentences = [*(sentence for chosen in sets for sentence in chosen.sentences), *passage]
    write_text(path, "".join(f"{sentence.id}\t{sentence.text}\n" for sentence in sentences))
    print(f"{path}: {len(sentences)} texts")
    return 0


def read_heading(options: argparse.Namespace) -> str:
    """What was judged: names and digests."""
    given = (voice_place(options.voice) if options.voice else None, options.vocoder)
    parts = [f"`{place.name}` {digest(place)}" for place in given if place]
    return " with ".join(parts)


def text_sets(corpora: Path, limit: int | None) -> list[TextSet]:
    """The sentences in sets: each corpus of one of the voices, people's corpora together, our own, the varied ones."""
    recorded = {name: _held_out(corpora / name)[:limit] for name in CORPORA if (corpora / name).is_dir()}
    sets = [TextSet(name, found, (name.removesuffix("-en"),)) for name, found in recorded.items() if name not in REAL]
    sets = [chosen if chosen.name != "heart-en" else TextSet(chosen.name, chosen.sentences) for chosen in sets]
    people = tuple(sentence for name in REAL for sentence in recorded.get(name, ()))
    sets += [TextSet("kathleen-en, lj-part", people)] if people else []
    for name, file in (("our own", "own.tsv"), ("varied", "varied.tsv")):
        texts = [Sentence(s.id, s.text) for s in read_sentences(TEXTS / file)]
        sets.append(TextSet(name, tuple(texts[:limit]), noise=name != "varied"))
    return sets


def passage_sentences() -> list[str]:
    """The sentences of the passage, as the English front end finds them."""
    passage = (TEXTS / "passage.txt").read_text(encoding="utf-8")
    return [sentence.text for sentence in make_front_end("english")(passage)]


def _held_out(folder: Path) -> tuple[Sentence, ...]:
    corpus = read_corpus(folder)
    utterances = {u.id: u for u in corpus.utterances}
    ids = [*corpus.splits["test"], *corpus.splits["val"]]
    return tuple(Sentence(id, utterances[id].text, utterances[id].audio) for id in ids)


def score_set(chosen: TextSet, options: argparse.Namespace, judges: Judges, memory: Memory) -> list[Scores]:
    """A row for everyone who says these sentences."""
    found = []
    for name, clips in rows(chosen, options):
        print(f"{chosen.name}: {name}", file=sys.stderr, flush=True)
        items = (_item(sentence, clips(sentence)) for sentence in chosen.sentences)
        found.append(evaluate(items, judges, name=name, memory=memory))
    return found


def _item(sentence: Sentence, audio: Audio) -> Item:
    reference = read_audio(sentence.recording).audio if sentence.recording is not None else None
    return Item(sentence.id, sentence.text, audio, reference)


def rows(chosen: TextSet, options: argparse.Namespace) -> Iterator[tuple[str, Callable[[Sentence], Audio]]]:
    """Everyone who says a set, by name, and where the sound is from."""
    clips = options.folder / "clips"
    if all(sentence.recording is not None for sentence in chosen.sentences):
        yield RECORDINGS, lambda sentence: read_audio(_recording(sentence)).audio
        yield GRIFFIN_LIM, partial(_once, clips / "griffin-lim", partial(_copied, MelConfig(), None))
        if options.vocoder:
            yield (
                "vocoder copies",
                partial(_once, clips / f"vocoder-{digest(options.vocoder)}", Copier(options.vocoder)),
            )
    if options.voice:
        voice = loaded(voice_place(options.voice), options.vocoder)
        for speaker in options.speaker or voice.speakers:
            if not chosen.speakers or speaker in chosen.speakers:
                yield speaker, voice.clips(speaker, clips)
    for other in options.other:
        name, _, folder = other.partition("=")
        yield name, partial(_given, Path(folder))


def digest(place: Path) -> str:
    """Eight digits that stand for a file, or for the files of a folder."""
    files = sorted(path for path in place.iterdir() if path.is_file()) if place.is_dir() else [place]
    found = hashlib.sha256()
    for path in files:
        found.update(path.read_bytes())
    return found.hexdigest()[:8]


class Loaded:
    """A voice that is opened when it has something to say."""

    opened: Speaking | None = None

    def __init__(self, place: Path, vocoder: Path | None) -> None:
        exported = place.suffix not in (".safetensors",) and not (place / "run.toml").is_file()
        self.place, self.vocoder = place, None if exported else vocoder
        self.digest = digest(place) + (digest(self.vocoder) if self.vocoder else "")

    @property
    def voice(self) -> Speaking:
        """The voice itself."""
        if self.opened is None:
            self.opened = open_voice(str(self.place), vocoder=self.vocoder)
        return self.opened

    @property
    def speakers(self) -> tuple[str, ...]:
        """Who speaks."""
        return self.voice.speakers

    def clips(self, speaker: str | None, folder: Path | None) -> Callable[[Sentence], Audio]:
        """How a speaker says a sentence, at the voice's own variation.

        folder  where the clips of all voices are kept; None keeps none
        """

        def said(sentence: Sentence) -> Audio:
            return join(list(self.voice.stream(sentence.text, seed=0, speaker=speaker)))

        return said if folder is None else partial(_once, folder / f"{speaker or 'voice'}-{self.digest}", said)


@cache
def loaded(place: Path, vocoder: Path | None) -> Loaded:
    """A voice, the same for all sets."""
    return Loaded(place, vocoder)


class Copier:
    """Copies through a vocoder's weights, which are loaded when there is something to copy."""

    vocode: Vocode | None = None

    def __init__(self, place: Path) -> None:
        self.place = place

    def __call__(self, sentence: Sentence) -> Audio:
        """The recording of a sentence, through the vocoder."""
        if self.vocode is None:
            from glowvox.train.vocoders import Vocoder

            self.vocoder = Vocoder.load(self.place)
            self.vocode = self.vocoder
        return _copied(self.vocoder.mel, self.vocode, sentence)


def _recording(sentence: Sentence) -> Path:
    assert sentence.recording is not None
    return sentence.recording


def _copied(mel: MelConfig, vocode: Vocode | None, sentence: Sentence) -> Audio:
    return mel_copy(read_audio(_recording(sentence)).audio, mel, vocode)


def _once(folder: Path, make: Callable[[Sentence], Audio], sentence: Sentence) -> Audio:
    """The clip of a sentence in a folder, made where it is not there."""
    path = folder / f"{sentence.id}.wav"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        write_wav(path, make(sentence))
    return read_audio(path).audio


def _given(folder: Path, sentence: Sentence) -> Audio:
    return read_audio(find_clip(folder, sentence.id)).audio


def sections(found: dict[str, list[Scores]], judges: Judges, heading: str) -> Iterator[str]:
    """The tables of all sets, those without recordings but the varied ones summed up, and the targets."""
    plain = [name for name in found if name not in ("varied", "michael-en")]
    joined = _joined([found[name] for name in plain])
    if heading:
        yield f"Judged: {heading}, each text once, seed 0."
    for name, scores in found.items():
        yield f"**{name}** ({len(scores[0].clips)} texts)\n\n{scores_table(scores)}"
    if joined:
        yield f"**{', '.join(plain)}** ({len(joined[0].clips)} texts)\n\n{scores_table(joined)}"
    everything = [Table(name, scores) for name, scores in found.items()]
    if joined:
        everything.append(Table("all plain texts", joined))
    yield differences_table(everything)
    yield targets_table(everything)
    yield "\n".join(f"Judged by {judge}." for judge in judges.identities)


def _joined(sets: Sequence[list[Scores]]) -> list[Scores]:
    """Rows that stand in all sets, each with the clips of all."""
    shared = [row.name for row in sets[0] if all(any(row.name == other.name for other in rows) for rows in sets)]
    return [
        scores_of(name, [clip for rows in sets for row in rows if row.name == name for clip in row.clips])
        for name in shared
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="what", required=True)
    texts = verbs.add_parser("texts", help="write all texts to FOLDER/texts.tsv")
    scores = verbs.add_parser("scores", help="make and judge what is missing, and print the tables")
    for verb in (texts, scores):
        verb.add_argument("corpora", type=Path)
        verb.add_argument("folder", type=Path)
        verb.add_argument("--limit", type=int, help="only the first texts of each set")
    scores.add_argument("--voice", help="whatever `glowvox say --voice` takes")
    scores.add_argument("--vocoder", type=Path, help="weights: for copies of recordings, and to speak through")
    scores.add_argument("--speaker", action="append", help="only this speaker of the voice; may be repeated")
    scores.add_argument("--other", action="append", default=[], metavar="NAME=CLIPS", help="clips of another engine")
    scores.add_argument("--recogniser", type=Path, help="folder of a CTranslate2 Whisper model: word error")
    scores.add_argument("--distillmos", action="store_true")
    scores.add_argument("--dnsmos", action="store_true", help="not on the varied texts")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
