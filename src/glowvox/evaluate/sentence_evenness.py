"""Pace and level of a reading, sentence by sentence: for any engine, since sound is enough."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from glowvox.audio.level import frame_power
from glowvox.audio.wave import Audio
from glowvox.errors import UsageError
from glowvox.text.records import Sentence

SPEECH_DB = 40.0  # frames within this of the loudest one are speech
FRAME_S = 0.0232
FEWEST = 6  # sentences, two for each third


class Spoken(msgspec.Struct, frozen=True):
    """One sentence.

    phones_per_s  phonemes of its text a second of speech, pauses left out
    words_per_s   likewise
    level_db      root mean square of its speech (dB re full scale)
    """

    text: str
    speech_s: float
    phones_per_s: float
    words_per_s: float
    level_db: float


class Spread(msgspec.Struct, frozen=True):
    """A measure over the sentences: mean, standard deviation, and the last third less the first."""

    mean: float
    deviation: float
    drift: float


class SentenceEvenness(msgspec.Struct, frozen=True):
    """The sentences, and how far they differ."""

    sentences: tuple[Spoken, ...]
    phones_per_s: Spread
    words_per_s: Spread
    level_db: Spread


def sentence_evenness(sentences: Sequence[Sentence], clips: Sequence[Audio]) -> SentenceEvenness:
    """Measure a reading whose sentences are clips of their own.

    sentences  as a front end finds them
    raises     UsageError for too few, for other clips than sentences, or for one without words or sound
    """
    if len(sentences) != len(clips) or len(clips) < FEWEST:
        raise UsageError(
            f"evenness of {len(sentences)} sentences in {len(clips)} clips: at least {FEWEST} with one each are needed"
        )
    found = tuple(_spoken(sentence, clip) for sentence, clip in zip(sentences, clips, strict=True))
    return SentenceEvenness(
        found,
        _spread([spoken.phones_per_s for spoken in found]),
        _spread([spoken.words_per_s for spoken in found]),
        _spread([spoken.level_db for spoken in found]),
    )


def cut(audio: Audio, sentences: Sequence[Sentence]) -> list[Audio]:
    """A reading whose times of words are known, as a clip for each sentence.

    raises  UsageError for speech without times, or with a sentence that nobody says
    """
    clips = []
    for sentence in sentences:
        start, end = sentence.span
        inside = [word for word in audio.words if start <= word.span[0] < end]
        if not inside:
            raise UsageError(
                f"no word of '{sentence.text}' has a time: evenness is measured on speech that tells times"
            )
        first, last = (round(s * audio.sample_rate) for s in (inside[0].start_s, inside[-1].end_s))
        clips.append(Audio(audio.samples[first:last], audio.sample_rate, sentence.text))
    return clips


def _spoken(sentence: Sentence, clip: Audio) -> Spoken:
    frame = max(4, round(FRAME_S * clip.sample_rate))
    power = frame_power(clip.samples, frame, frame)
    phones = sum(len(word.phonemes) for word in sentence.words)
    if not phones or not power.max(initial=0.0) > 0:
        raise UsageError(f"'{sentence.text}': no phonemes or no sound to measure")
    speech = power[power > power.max() * 10 ** (-SPEECH_DB / 10)]
    seconds = len(speech) * frame / clip.sample_rate
    level = float(10 * np.log10(speech.mean()))
    return Spoken(sentence.text, seconds, phones / seconds, len(sentence.words) / seconds, level)


def _spread(values: Sequence[float]) -> Spread:
    third = len(values) // 3
    drift = float(np.mean(values[-third:]) - np.mean(values[:third]))
    return Spread(float(np.mean(values)), float(np.std(values)), drift)
