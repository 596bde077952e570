"""When each phone and word of a recording is spoken, by the alignment search of a trained model."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from glowvox.audio.mel import log_mel
from glowvox.data.corpus import read_corpus
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.sound import clean
from glowvox.data.utterance import Utterance
from glowvox.errors import AudioError, CorpusError, InputError, TextError
from glowvox.evaluate.tiers import Alignment, Interval, Tier
from glowvox.nn.alignment import require_room
from glowvox.text.blanks import BLANK
from glowvox.text.frontend import Sentence, token_names
from glowvox.text.symbols import BOUNDARY
from glowvox.train.speaker import Speaker

log = logging.getLogger(__name__)

SILENT = "pau"  # label of start, end, punctuation and word boundaries


def align_corpus(place: Path, corpus: Path, *, split: str = "all", speaker: str | None = None) -> Iterator[Alignment]:
    """Alignments of a corpus's recordings, in its order; recordings that cannot be aligned are logged and passed over.

    place    a run folder or weights file
    split    one of the corpus's lists, or "all"
    speaker  name in the voice to align every clip as; None takes each clip's own
    raises   CorpusError if the corpus cannot be read or names a speaker that the voice does not know
    """
    voice = Speaker.load(place)
    voice.number(speaker)
    found = read_corpus(corpus)
    chosen = set(found.splits.get(split, ())) if split != "all" else None
    for utterance in found.utterances:
        if chosen is not None and utterance.id not in chosen:
            continue
        name = speaker or utterance.speaker
        if len(voice.speakers) > 1 and name not in voice.speakers:
            raise CorpusError(
                f"{corpus}: the voice does not know its speaker '{name}'",
                hint=f"say whose voice is nearest: --speaker {' or '.join(voice.speakers)}",
            )
        try:
            yield align_recording(voice, utterance, name if len(voice.speakers) > 1 else None)
        except (AudioError, TextError, InputError) as error:
            log.warning("%s: left out: %s", utterance.id, error.message.removeprefix("alignment: "))


@torch.no_grad()
def align_recording(voice: Speaker, utterance: Utterance, speaker: str | None) -> Alignment:
    """One recording's phones and words.

    raises  AudioError, TextError or InputError where the recording or its text cannot be used
    """
    config = PrepareConfig(mel=voice.settings.mel)
    sound = clean(utterance.audio, config)
    mel = torch.from_numpy(log_mel(sound.samples, config.mel))[None]
    sentences = voice.front_end(utterance.text)
    symbols, words = labelled(sentences, framed=voice.front_end.framed)
    count, frames = torch.tensor([len(symbols)]), torch.tensor([mel.shape[2]])
    require_room(count, voice.model.whole(mel, frames)[1], (utterance.id,))
    out = voice.model(
        torch.tensor([voice.symbols.encode(symbols)]),
        count,
        mel,
        frames,
        torch.tensor([voice.number(speaker)]) if len(voice.speakers) > 1 else None,
    )
    frame_s = config.mel.hop / config.mel.sample_rate
    phones = _phones(symbols, out.durations[0].numpy(), frame_s, sound.start / config.mel.sample_rate)
    seconds = sound.whole / config.mel.sample_rate
    phones[-1] = Interval(phones[-1].start_s, seconds, phones[-1].label)  # with what was trimmed off the end
    tiers = (
        Tier("phones", tuple(phone for phone in phones if phone.end_s > phone.start_s)),
        Tier("words", tuple(_words(words, phones))),
    )
    return Alignment(utterance.id, seconds, tiers)


def labelled(sentences: Sequence[Sentence], *, framed: bool) -> tuple[list[str], list[tuple[str, list[int]]]]:
    """The symbols of a whole clip, and each word with the places of its phonemes among them."""
    symbols = token_names(sentences, framed=framed)
    words: list[tuple[str, list[int]]] = []
    first = int(framed)
    for sentence in sentences:
        for word in sentence.words:
            places = [
                first + index
                for index, token in enumerate(sentence.tokens)
                if word.span[0] <= token.span[0] and token.span[1] <= word.span[1] and token.symbol[-1].isalnum()
            ]
            if places and (not words or places != words[-1][1]):
                words.append((word.text, places))
        if sentence.tokens:
            first += len(sentence.tokens) + int(framed)  # the boundary that follows
    return symbols, words


def _phones(symbols: Sequence[str], durations: npt.NDArray[np.int64], frame_s: float, start_s: float) -> list[Interval]:
    """One interval a symbol, the times between them counted from the start of the recording.

    A word boundary of one frame, the least the search can give it, is no pause: its neighbours share the frame. So they
    do with a blank of any length.
    """
    ends = start_s + durations.cumsum() * frame_s
    starts = np.concatenate([[0.0], ends[:-1]])
    for place, symbol in enumerate(symbols):
        if (symbol == BOUNDARY and durations[place] == 1) or (symbol == BLANK and 0 < place < len(symbols) - 1):
            middle = (starts[place] + ends[place]) / 2
            ends[place - 1 : place + 1] = starts[place : place + 2] = middle
    labels = (symbol if symbol[-1].isalnum() else SILENT for symbol in symbols)
    return [Interval(float(s), float(e), label) for s, e, label in zip(starts, ends, labels, strict=True)]


def _words(words: Sequence[tuple[str, list[int]]], phones: Sequence[Interval]) -> list[Interval]:
    return [Interval(phones[places[0]].start_s, phones[places[-1]].end_s, text) for text, places in words]
