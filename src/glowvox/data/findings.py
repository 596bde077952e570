"""What measured clips have to be told about: faults, and those that stand out from the rest of their speaker."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from glowvox.data.inspection import Facts
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.problem import Place, Problem, Severity, counted
from glowvox.data.utterance import Utterance

SILENT_DB = -80.0
NOISY_DB = 12.0  # speech this little above the noise
LOUDER_DB = 12.0  # or quieter than the speaker's median
RATE_FACTOR = 1.8  # faster or slower than the speaker's median
LONG_ENOUGH_S = 0.5  # for its rate, level and noise to mean something
ENOUGH = 8  # clips of a speaker before one of them can stand out
SPREADS = 5.0  # median absolute deviations (as standard deviations) that a clip must lie out as well

Measured = Sequence[tuple[Utterance, Facts]]


class Remark(NamedTuple):
    """What to do about a remark of the audio reader that begins so."""

    begins: str
    kind: str
    remedy: str


REMARKS = (
    Remark("clipped", "clipped", "record it again with less gain; leave it out if it sounds harsh"),
    Remark("constant offset", "constant offset", "filter out what lies below 20 Hz"),
    Remark("peaks at", "over full scale", "export it with less gain"),
    Remark("downmixed", "stereo trouble", "export the good channel as mono"),
)
HARMLESS = ("resampled", ": took their mean")  # remarks that need no word


def clip_problems(utterance: Utterance, facts: Facts, config: PrepareConfig) -> Iterator[Problem]:
    """What is wrong with a clip by itself."""

    def problem(severity: Severity, kind: str, cause: str, remedy: str) -> Problem:
        return Problem(severity, kind, utterance.place, f"'{utterance.id}': {cause}", remedy, id=utterance.id)

    if facts.text_fault:
        remedy = f"write the words as they are said, or choose another front end than '{config.front_end}'"
        yield problem("error", "unspeakable text", facts.text_fault, remedy)
    if facts.fault:
        yield problem("error", "unusable audio", facts.fault, "record or copy it again, or delete the row")
        return
    if facts.speech_db <= SILENT_DB:
        yield problem("error", "silence", "nothing but silence", "record it again, or delete the row")
        return
    if facts.sound_s < config.min_seconds:
        cause = f"{facts.sound_s:.2f} s of sound, shorter than {config.min_seconds:g} s"
        yield problem("error", "too short", cause, "record it again, or delete the row")
    elif facts.sound_s > config.max_seconds:
        cause = f"{facts.sound_s:.1f} s of sound, longer than {config.max_seconds:g} s; it will be left out"
        yield problem("warning", "too long", cause, "cut it at a pause, or raise --max-seconds")
    elif not facts.text_fault and (length := config.length_fault(utterance.text, facts.tokens)):
        yield problem(
            "warning", "length of the text", f"{length}; it will be left out", "cut the clip, or set the limit"
        )
    elif facts.tokens > facts.frames:
        cause = f"{facts.tokens} tokens for {facts.frames} frames of mel: the text is longer than what is said"
        yield problem("error", "text longer than audio", cause, "check that text and recording belong together")
    if facts.seconds >= LONG_ENOUGH_S and facts.speech_db - facts.noise_db < NOISY_DB:
        cause = f"speech only {facts.speech_db - facts.noise_db:.0f} dB above its quietest parts"
        yield problem("warning", "noisy", cause, "listen to it: noise is learnt along with the voice")
    for note in facts.notes:
        if not any(harmless in note for harmless in HARMLESS):
            remark = next((r for r in REMARKS if note.startswith(r.begins)), Remark("", "audio", "listen to it"))
            yield problem("warning", remark.kind, note, remark.remedy)


def outliers(measured: Measured) -> Iterator[Problem]:
    """Clips whose speaking rate or level is unlike the rest of their speaker's."""
    by_speaker: dict[str, list[tuple[Utterance, Facts]]] = defaultdict(list)
    for utterance, facts in measured:
        if facts.sound_s >= LONG_ENOUGH_S and facts.tokens and facts.speech_db > SILENT_DB:
            by_speaker[utterance.speaker].append((utterance, facts))
    for clips in by_speaker.values():
        rates = [math.log(_letters(u.text) / f.sound_s) for u, f in clips]
        for place in _far(rates, math.log(RATE_FACTOR)):
            utterance, facts = clips[place]
            middle = math.exp(median(rates))
            fast = rates[place] > median(rates)
            cause = (
                f"'{utterance.id}': {math.exp(rates[place]):.1f} letters a second, the speaker's middle is {middle:.1f}"
            )
            more = (
                "does the text say more than the recording?" if fast else "does the recording say more than the text?"
            )
            yield Problem("warning", "speaking rate", utterance.place, cause, more, id=utterance.id)
        levels = [facts.speech_db for _, facts in clips]
        for place in _far(levels, LOUDER_DB):
            utterance, middle = clips[place][0], median(levels)
            cause = f"'{utterance.id}': speech at {levels[place]:.0f} dB, the speaker's middle is {middle:.0f} dB"
            yield Problem(
                "warning", "level", utterance.place, cause, "listen to it: is it the same take?", id=utterance.id
            )


def same_recordings(measured: Measured) -> Iterator[Problem]:
    """Recordings that stand in the corpus twice."""
    first: dict[str, Utterance] = {}
    for utterance, facts in measured:
        kept = first.setdefault(facts.digest, utterance)
        if facts.fault or kept is utterance:
            continue
        cause = f"'{utterance.id}' is the same recording as '{kept.id}' ({kept.place})"
        if kept.text == utterance.text:
            yield Problem("warning", "same recording", utterance.place, cause, "delete one of the two", id=utterance.id)
        else:
            remedy = "their texts differ: correct one, delete the other"
            yield Problem("warning", "same recording", utterance.place, cause, remedy, id=utterance.id)


def rate_problems(measured: Measured, config: PrepareConfig) -> Iterator[Problem]:
    """Sample rates that differ, and those too low for the mel's highest band."""
    rates = Counter(facts.rate for _, facts in measured if facts.rate)
    if len(rates) > 1:
        found = ", ".join(f"{rate:,} Hz ({count})" for rate, count in rates.most_common())
        cause = f"several sample rates: {found}"
        yield Problem("note", "sample rates", Place("recordings"), cause, "nothing to do: all are resampled")
    for rate in sorted(rates):
        if rate / 2 < config.mel.high:
            first = next(utterance for utterance, facts in measured if facts.rate == rate)
            cause = f"{rates[rate]:,} at {rate:,} Hz (the first is '{first.id}'): nothing above {rate / 2:,.0f} Hz, but"
            cause += f" the features go up to {config.mel.high:,.0f} Hz"
            remedy = "use recordings of at least twice that, or the voice will sound dull"
            yield Problem("warning", "low sample rate", first.place, cause, remedy, id=first.id)


def guesses(measured: Measured) -> Iterator[Problem]:
    """Words whose pronunciation is a guess, in one line."""
    words = Counter(word for _, facts in measured for word in facts.guessed)
    if words:
        shown = ", ".join(word for word, _ in words.most_common(12)) + (" …" if len(words) > 12 else "")
        cause = f"in no dictionary, and guessed: {counted(len(words), 'word')}: {shown}"
        remedy = "look at them with `glowvox explain WORD`; --lexicon FILE corrects them"
        yield Problem("note", "guessed words", Place("texts"), cause, remedy)


def problems_of(utterances: Iterable[Utterance], facts: Mapping[str, Facts], config: PrepareConfig) -> list[Problem]:
    """All of the above for a corpus."""
    measured = [(utterance, facts[utterance.id]) for utterance in utterances]
    found = [problem for utterance, seen in measured for problem in clip_problems(utterance, seen, config)]
    whole = [(utterance, seen) for utterance, seen in measured if not seen.fault]
    return [*found, *outliers(whole), *same_recordings(whole), *rate_problems(whole, config), *guesses(measured)]


def _letters(text: str) -> int:
    return max(1, sum(letter.isalnum() for letter in text))


def _far(values: Sequence[float], least: float) -> list[int]:
    """Places of values far from the median: by `least`, and by several times the usual spread."""
    if len(values) < ENOUGH:
        return []
    middle = median(values)
    spread = 1.4826 * median(abs(value - middle) for value in values)
    limit = max(least, SPREADS * spread)
    return [place for place, value in enumerate(values) if abs(value - middle) > limit]
