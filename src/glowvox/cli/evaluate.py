"""`glowvox evaluate`: score recordings, copies of them, what a run says, or alignments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click
import msgspec

from glowvox.errors import UsageError

if TYPE_CHECKING:
    from glowvox.audio.mel import MelConfig
    from glowvox.audio.wave import Audio
    from glowvox.evaluate.copies import Vocode
    from glowvox.evaluate.report import Item, Judges
    from glowvox.evaluate.scores import Scores
    from glowvox.train.vocoders import Vocoder

EXISTING = click.Path(path_type=Path, exists=True)


class RunSpeaker(Protocol):
    """What speaks for a run, a weights file or an exported voice."""

    @property
    def mel(self) -> MelConfig:
        """The mel that the run was trained on."""
        ...

    @property
    def speakers(self) -> tuple[str, ...]:
        """Names of its voices."""
        ...

    def say(self, text: str, *, seed: int = 0, speaker: str | None = None) -> Audio:
        """The text at the run's default variation."""
        ...


@dataclass(frozen=True)
class Entry:
    """A sentence to judge and where its sound is.

    recording  a real one of the sentence, where there is one
    clip       what is to be judged; `None` where a run will say it
    """

    id: str
    text: str
    speaker: str
    recording: Path | None
    clip: Path | None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The options, by their names on the command line."""

    wavs: Path | None
    texts: Path | None
    ids: Path | None
    reference: Path | None
    run: str | None
    corpus: Path | None
    split: str
    speaker: str | None
    real: bool
    copies: bool
    vocoder: Path | None
    recogniser: Path | None
    pocketsphinx: bool
    dnsmos: bool
    distillmos: bool
    likeness: bool
    alignments: Path | None
    memory: Path | None
    json_out: Path | None


@click.command(name="evaluate")
@click.argument("wavs", metavar="[WAVS_DIR]", required=False, type=EXISTING)
@click.option("--texts", type=EXISTING, help="Table of sentences: id|text or id|raw|normalised; tabs in a .tsv.")
@click.option(
    "--ids", type=EXISTING, help="File with the ids to score, one a line. Default: all of the table or split."
)
@click.option("--reference", type=EXISTING, help="Folder of real recordings, same ids. With --alignments: a table.")
@click.option(
    "--run", "--voice", "run", metavar="PLACE", help="Run folder, weights file or name of a voice that speaks."
)
@click.option("--corpus", type=EXISTING, help="Corpus folder that the sentences and recordings come from.")
@click.option("--split", default="test", show_default=True, help="Which of the corpus's lists: train, val or test.")
@click.option("--speaker", help="Speaker of the run to speak with. Default: the speaker of each recording.")
@click.option("--real", is_flag=True, help="A row for the real recordings.")
@click.option("--copies", is_flag=True, help="A row for Griffin-Lim copies of the recordings through the same mel.")
@click.option(
    "--vocoder",
    type=click.Path(path_type=Path),
    help="Run folder or weights of a vocoder: the run speaks through it, and --copies gets a second row.",
)
@click.option("--recogniser", type=EXISTING, help="Folder of a CTranslate2 Whisper model: gives word error.")
@click.option("--pocketsphinx", is_flag=True, help="Word error of a weak recogniser: a smoke test only.")
@click.option("--dnsmos", is_flag=True, help="DNSMOS ratings (package speechmos).")
@click.option("--distillmos", is_flag=True, help="DistillMOS ratings (package distillmos).")
@click.option("--likeness", is_flag=True, help="Likeness of speakers (package resemblyzer).")
@click.option("--alignments", type=EXISTING, help="Phone times to judge: a table, .json, .TextGrid or folder of them.")
@click.option(
    "--memory",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that keeps what judges said: no clip is judged twice.",
)
@click.option("--json", "json_out", type=click.Path(path_type=Path), help="Also write all scores here; - for stdout.")
def command(**options: object) -> None:
    """Score speech: the words a recogniser hears, predicted ratings, spectrum, pitch and timing.

    \b
    Three things can be scored:
      a folder of clips        glowvox evaluate CLIPS --texts metadata.csv --ids test.txt
      what a run says          glowvox evaluate --run RUN --corpus CORPUS --real --copies
      alignments               glowvox evaluate --alignments found.tsv --reference phones.tsv

    Clips are held against recordings of the same sentences where there are some (--reference or --corpus): mel-cepstral
    distortion, pitch and timing need nothing else. Judges of words and naturalness are packages of their own and are
    asked for one by one; what is missing is named with the line that installs it. A run speaks each sentence once, at
    seed 0 and its own variation. --real and --copies put the recordings themselves, and what is left of them after
    the mel spectrogram, in the rows above: a score means little without them.

    \b
    Example, all on one line:
      glowvox evaluate --run runs/kathleen --corpus corpora/kathleen-en --real --copies
        --recogniser whisper-tiny.en --dnsmos --distillmos --json scores.json

    Tables go to stdout, progress to stderr. docs/evaluation.md says what each score means.
    """
    asked = msgspec.convert(options, Asked)
    text, json_text = _score_alignments(asked) if asked.alignments is not None else _score_speech(asked)
    if asked.json_out is not None and str(asked.json_out) != "-":
        from glowvox.files import write_text

        write_text(asked.json_out, json_text)
    click.echo(json_text if str(asked.json_out) == "-" else text, nl=False)


def _score_alignments(asked: Asked) -> tuple[str, str]:
    """Boundary errors as text and JSON, for all clips and for each speaker."""
    from glowvox.evaluate.boundaries import boundary_scores, by_speaker
    from glowvox.evaluate.listing import read_ids, read_sentences
    from glowvox.evaluate.rendering import as_json, boundaries_as_text
    from glowvox.evaluate.tables import PHONES, read_alignments

    if asked.reference is None or asked.alignments is None:
        raise UsageError(
            "--alignments needs --reference, a table of the true times",
            hint="for instance: glowvox evaluate --alignments found.tsv --reference phones.tsv",
        )
    found = {a.id: a.tier(PHONES).intervals for a in read_alignments(asked.alignments)}
    true = {a.id: a.tier(PHONES).intervals for a in read_alignments(asked.reference)}
    ids = read_ids(asked.ids) if asked.ids is not None else sorted(found.keys() & true.keys())
    scores = {"all": boundary_scores(found, true, ids)}
    if asked.texts is not None:
        groups = by_speaker(ids, {s.id: s.speaker for s in read_sentences(asked.texts) if s.speaker})
        scores |= {name: boundary_scores(found, true, group) for name, group in groups.items()}
    return boundaries_as_text(scores), as_json(scores)


def _score_speech(asked: Asked) -> tuple[str, str]:
    """Scores of clips as text and JSON."""
    from glowvox.evaluate.panel import Panel
    from glowvox.evaluate.rendering import as_json, as_text
    from glowvox.evaluate.report import Report
    from glowvox.evaluate.scores import compare_scores

    _refuse_contradictions(asked)
    entries = _entries_of_corpus(asked) if asked.corpus is not None else _entries_of_folder(asked)
    judges = Panel(
        recogniser=asked.recogniser,
        pocketsphinx=asked.pocketsphinx,
        dnsmos=asked.dnsmos,
        distillmos=asked.distillmos,
        likeness=asked.likeness,
    ).load()
    if not judges.identities:
        click.echo("measuring only; --recogniser DIR, --dnsmos and --distillmos judge words and naturalness", err=True)
    rows = list(_rows(asked, entries, judges))
    differences = tuple(compare_scores(rows[-1], row) for row in rows[:-1])
    report = Report(judges.identities, tuple(rows), differences)
    return as_text(report), as_json(report)


def _refuse_contradictions(asked: Asked) -> None:
    if asked.wavs is None and asked.corpus is None:
        raise UsageError(
            "nothing to score: give a folder of clips with --texts, or --run RUN with --corpus CORPUS",
            hint="glowvox evaluate --help shows all forms",
        )
    if asked.wavs is not None and (asked.corpus is not None or asked.run is not None):
        raise UsageError("a folder of clips cannot be combined with --run or --corpus: score them one after the other")
    if asked.wavs is not None and asked.texts is None:
        raise UsageError("a folder of clips needs --texts, the table of what they say")
    if asked.corpus is not None and asked.reference is not None:
        raise UsageError("--reference goes with a folder of clips: --corpus brings its own recordings")
    if asked.corpus is not None and not (asked.run is not None or asked.real or asked.copies):
        raise UsageError("--corpus alone says nothing to score: add --run RUN, --real or --copies")
    if asked.wavs is not None and asked.real and asked.reference is None:
        raise UsageError("--real needs --reference: without it the folder's own clips are the recordings")


def _entries_of_folder(asked: Asked) -> list[Entry]:
    from glowvox.evaluate.listing import choose, find_clip, read_sentences

    assert asked.wavs is not None
    assert asked.texts is not None
    sentences = read_sentences(asked.texts)
    if asked.ids is not None:
        sentences = choose(sentences, asked.ids)
    entries = []
    for sentence in sentences:
        clip = find_clip(asked.wavs, sentence.id)
        recording = find_clip(asked.reference, sentence.id) if asked.reference is not None else None
        entries.append(Entry(sentence.id, sentence.text, sentence.speaker, recording, clip))
    return entries


def _entries_of_corpus(asked: Asked) -> list[Entry]:
    from glowvox.data.corpus import read_corpus
    from glowvox.errors import CorpusError
    from glowvox.evaluate.listing import read_ids

    assert asked.corpus is not None
    corpus = read_corpus(asked.corpus)
    if asked.split not in corpus.splits:
        raise UsageError(f"--split {asked.split}: the corpus has {', '.join(corpus.splits)}")
    unusable = sum(problem.severity in ("fatal", "error") for problem in corpus.problems)
    if unusable:
        message = f"{asked.corpus}: {unusable} entries cannot be used and are not scored; glowvox data check lists them"
        click.echo(message, err=True)
    utterances = {u.id: u for u in corpus.utterances}
    ids = read_ids(asked.ids) if asked.ids is not None else corpus.splits[asked.split]
    missing = [id for id in ids if id not in utterances]
    if missing or not ids:
        what = f"'{missing[0]}' is not a usable clip of it" if missing else f"its {asked.split} list is empty"
        raise CorpusError(f"{asked.corpus}: {what}", hint=f"glowvox data check {asked.corpus} shows what is wrong")
    return [Entry(id, utterances[id].text, utterances[id].speaker, utterances[id].audio, None) for id in ids]


def _rows(asked: Asked, entries: list[Entry], judges: Judges) -> Iterator[Scores]:
    """Recordings, their copies, then what is being judged: the last row is the one the others are there for."""
    from glowvox.audio.mel import MelConfig
    from glowvox.cli.progress import progress
    from glowvox.evaluate.memory import Memory
    from glowvox.evaluate.report import evaluate

    vocoder = _vocoder(asked.vocoder)
    name_of_run, speaker = _speaker(asked.run, vocoder) if asked.run is not None else ("", None)
    sets: list[tuple[str, Iterable[Item]]] = []
    if asked.real:
        sets.append(("real", _recorded(entries)))
    if asked.copies:
        given = vocoder or speaker
        sets.append(("copies", _copied(entries, MelConfig() if given is None else given.mel)))
        if vocoder is not None:
            sets.append((f"copies, {vocoder.name}", _copied(entries, vocoder.mel, vocoder)))
    if asked.wavs is not None:
        place = len(sets) if asked.reference is not None else 0  # without a reference it is the recordings itself
        sets.insert(place, (asked.wavs.resolve().name, _folder(entries)))
    if speaker is not None:
        sets.append((name_of_run, _said(entries, speaker, asked.speaker)))
    for name, items in sets:
        with progress(name) as tell:
            told = _of(len(entries), tell)
            scores = evaluate(items, judges, name=name, progress=told, memory=Memory(asked.memory))
        yield scores


def _of(total: int, tell: Callable[[int, int], None]) -> Callable[[int], None]:
    """Tell how many are done of a known total."""
    return lambda done: tell(done, total)


def _speaker(run: str, vocoder: Vocoder | None) -> tuple[str, RunSpeaker]:
    """Name of the row and the voice."""
    from glowvox.cli.extras import needs_train
    from glowvox.cli.speaking import voice_place
    from glowvox.runtime.bundle import is_voice

    place = voice_place(run)
    if is_voice(place):
        from glowvox.cli.exported_speaker import ExportedSpeaker

        if vocoder is not None:
            raise UsageError(f"--vocoder goes with a run; the voice {place} has its own")
        return place.resolve().stem, ExportedSpeaker(place)
    with needs_train("speaking with a run"):
        from glowvox.train.speakers import load_speaker
    return place.resolve().stem, load_speaker(place, vocoder=vocoder)


def _vocoder(place: Path | None) -> Vocoder | None:
    from glowvox.cli.extras import needs_train

    if place is None:
        return None
    with needs_train("a trained vocoder"):
        from glowvox.train.vocoders import Vocoder
    return Vocoder.load(place)


def _audio(path: Path) -> Audio:
    from glowvox.audio.read import read_audio

    return read_audio(path).audio


def _recorded(entries: list[Entry]) -> Iterator[Item]:
    """The recordings themselves; nothing to hold them against."""
    from glowvox.evaluate.report import Item

    for entry in entries:
        yield Item(entry.id, entry.text, _audio(_source(entry)))


def _copied(entries: list[Entry], mel: MelConfig, vocode: Vocode | None = None) -> Iterator[Item]:
    from glowvox.evaluate.copies import mel_copy
    from glowvox.evaluate.report import Item

    for entry in entries:
        recording = _audio(_source(entry))
        yield Item(entry.id, entry.text, mel_copy(recording, mel, vocode), recording)


def _folder(entries: list[Entry]) -> Iterator[Item]:
    from glowvox.evaluate.report import Item

    for entry in entries:
        assert entry.clip is not None
        reference = _audio(entry.recording) if entry.recording is not None else None
        yield Item(entry.id, entry.text, _audio(entry.clip), reference)


def _said(entries: list[Entry], run: RunSpeaker, voice: str | None) -> Iterator[Item]:
    from glowvox.evaluate.report import spoken

    for entry in entries:
        recording = _audio(entry.recording) if entry.recording is not None else None
        one = _OneVoice(run, _voice_for(entry, run, voice))
        yield from spoken(one, [(entry.id, entry.text)], {entry.id: recording})


def _voice_for(entry: Entry, run: RunSpeaker, voice: str | None) -> str | None:
    """The voice asked for, else that of the recording; a run with one voice needs no name."""
    if voice is None and len(run.speakers) <= 1:
        return None
    name = voice or entry.speaker
    if name in run.speakers:
        return name
    who = f"--speaker {voice}" if voice else f"{entry.id} is spoken by '{entry.speaker}'"
    raise UsageError(f"{who}: the run's voices are {', '.join(run.speakers)}", hint="name one of them with --speaker")


@dataclass(frozen=True)
class _OneVoice:
    """A run that speaks with one of its voices."""

    run: RunSpeaker
    voice: str | None

    def say(self, text: str, *, seed: int) -> Audio:
        return self.run.say(text, seed=seed, speaker=self.voice)


def _source(entry: Entry) -> Path:
    path = entry.recording or entry.clip
    assert path is not None
    return path
