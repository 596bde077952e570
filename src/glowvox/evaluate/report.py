"""The one function that scores speech, whoever or whatever made it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import msgspec

from glowvox.audio.wave import Audio
from glowvox.errors import UsageError
from glowvox.evaluate.comparison import analyse, compared, own_measures
from glowvox.evaluate.judges.protocols import Rater, Recogniser, VoiceComparer
from glowvox.evaluate.memory import Judgement, Memory, fingerprint
from glowvox.evaluate.scores import ClipScore, Difference, Heard, Scores, scores_of
from glowvox.evaluate.words import character_errors, word_errors

SEED = 0  # one attempt a sentence, always this one
SHORTEST_S = 0.1  # no judge says anything of less
MEASURES = "measures, version 1"  # by which they are remembered: another number whenever `_measured` gives others


class Speaker(Protocol):
    """Whatever turns text into speech at its own default variation."""

    def say(self, text: str, *, seed: int) -> Audio:
        """The text, spoken; the same seed gives the same samples."""
        ...


@dataclass(frozen=True, eq=False)
class Item:
    """A clip to score: what it should say, its sound, and a recording of the same sentence where there is one."""

    id: str
    text: str
    audio: Audio
    reference: Audio | None = None


@dataclass(frozen=True)
class Judges:
    """Who listens. `normalise` makes spellings comparable and is needed as soon as there is a recogniser."""

    recognisers: tuple[Recogniser, ...] = ()
    raters: tuple[Rater, ...] = ()
    voice: VoiceComparer | None = None
    normalise: Callable[[str], str] | None = None

    def __post_init__(self) -> None:
        if self.recognisers and self.normalise is None:
            raise UsageError("a recogniser without a text normaliser: word errors would count capitals and commas")

    @property
    def identities(self) -> tuple[str, ...]:
        """Which models judge."""
        everyone = (*self.recognisers, *self.raters, *((self.voice,) if self.voice is not None else ()))
        return tuple(judge.identity for judge in everyone)


class Report(msgspec.Struct, frozen=True):
    """Sets scored by the same judges, and the differences between them."""

    judges: tuple[str, ...]
    rows: tuple[Scores, ...]
    differences: tuple[Difference, ...]
    seed: int = SEED
    variation: str = "as shipped"


def spoken(
    speaker: Speaker, sentences: Iterable[tuple[str, str]], recordings: Mapping[str, Audio | None]
) -> Iterator[Item]:
    """One attempt at each (id, text), at seed 0 and the speaker's own variation.

    recordings  real ones by id; those that are missing are not compared
    """
    for id, text in sentences:
        yield Item(id, text, speaker.say(text, seed=SEED), recordings.get(id))


def evaluate(
    items: Iterable[Item],
    judges: Judges,
    *,
    name: str,
    progress: Callable[[int], None] | None = None,
    memory: Memory | None = None,
) -> Scores:
    """Score every clip and sum up.

    progress  called after each clip with how many are done
    memory    of judgements; without one every clip is judged anew
    returns   rows per clip, in the order given, and totals
    """
    rows, notes = [], []
    for item in items:
        row, note = _score(item, judges, memory or Memory())
        rows.append(row)
        notes += [f"{item.id}: {note}"] if note else []
        if progress is not None:
            progress(len(rows))
    return scores_of(name, rows, notes)


def _score(item: Item, judges: Judges, memory: Memory) -> tuple[ClipScore, str]:
    """The row of one clip, and a remark where it could not be judged in full."""
    said = judges.normalise(item.text) if judges.normalise is not None else ""
    if item.audio.seconds < SHORTEST_S:
        # silence where speech should be: all its words are lost, and no rating pretends otherwise
        silent = {r.name: _heard(said, "", judges) for r in judges.recognisers}
        return ClipScore(item.id, item.text, item.audio.seconds, said, silent), "holds no sound; not rated"

    recall = partial(memory.recall, item.audio)
    heard: dict[str, Heard] = {}
    values: dict[str, float] = {}
    for recogniser in judges.recognisers:
        raw = recall(recogniser.identity, partial(_listened, recogniser, item))
        heard[recogniser.name] = _heard(said, raw.text, judges)
    for rater in judges.raters:
        values |= recall(rater.identity, partial(_rated, rater, item)).values
    against = "" if item.reference is None else f", against {fingerprint(item.reference)}"
    words = len(item.text.split())
    measured = recall(f"{MEASURES}, {words} words{against}", partial(_measured, item, words)).values
    if judges.voice is not None and "mcd_db" in measured:
        values |= recall(judges.voice.identity + against, partial(_likened, judges.voice, item)).values
    note = "" if measured else "holds no speech to measure"
    return ClipScore(item.id, item.text, item.audio.seconds, said, heard, values | measured), note


def _listened(recogniser: Recogniser, item: Item) -> Judgement:
    return Judgement(text=recogniser.hear(item.audio))


def _rated(rater: Rater, item: Item) -> Judgement:
    return Judgement(values=rater.score(item.audio))


def _measured(item: Item, words: int) -> Judgement:
    """What needs no judge; nothing where there is no speech."""
    clip = analyse(item.audio)
    if clip is None:
        return Judgement()
    reference = analyse(item.reference) if item.reference is not None else None
    return Judgement(values=own_measures(clip, words) | (compared(clip, reference) if reference is not None else {}))


def _likened(voice: VoiceComparer, item: Item) -> Judgement:
    assert item.reference is not None
    return Judgement(values={"likeness": voice.likeness(item.audio, item.reference)})


def _heard(said: str, raw: str, judges: Judges) -> Heard:
    assert judges.normalise is not None
    text = judges.normalise(raw)
    return Heard(text, word_errors(said, text), character_errors(said, text))
