"""What the papers claim, measured: Glow-TTS beside Flowtron with the same vocoder, texts and machine.

    python benchmarks/claims.py GLOW_TTS FLOWTRON CORPUS --vocoder PLACE --recogniser FOLDER
      [--speaker heart] [--texts 10] [--gate 0.5] [--seconds 1,3,6,15,30]

The first two are runs or weights files, CORPUS the folder of a speaker whom both know. Printed are: processor time of
the acoustic model, rounds interleaved (Kim et al. 2020, section 5.2: 15.7 times an autoregressive model's speed); word
error against length of text, of texts joined from sentences of the test list; pitch and pace against variation
(Valle et al. 2020, section 4.3); realised against asked speed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from glowvox.audio.pitch import pitch
from glowvox.audio.wave import Audio
from glowvox.data.corpus import read_corpus
from glowvox.evaluate.intonation import pitch_spread
from glowvox.evaluate.judges.faster_whisper import FasterWhisper
from glowvox.evaluate.judges.normaliser import english_normaliser
from glowvox.evaluate.words import Errors, total, word_errors
from glowvox.train.flowtron_speaker import Attending, FlowtronSpeaker
from glowvox.train.speaker import Speaker
from glowvox.train.vocoders import Vocoder

Say = Callable[[str, float], Audio]  # text and variation
VARIATIONS = (0.0, 0.3, 0.5, 0.8)
SPEEDS = (0.7, 1.0, 1.4)
WORDS_A_SECOND = 3.2


class Reader(NamedTuple):
    """One of the two models."""

    name: str
    say: Say
    mels: Callable[[str, float], float]  # seconds of audio that the acoustic model made mels of, at a speed
    usual: float  # variation


def main() -> None:
    """Measure and print one table after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("glow_tts", type=Path)
    parser.add_argument("flowtron", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--vocoder", type=Path, required=True)
    parser.add_argument("--recogniser", type=Path, required=True)
    parser.add_argument("--speaker", default="heart")
    parser.add_argument("--texts", type=int, default=10)
    parser.add_argument("--gate", type=float, default=0.5)
    parser.add_argument("--seconds", default="1,3,6,15,30")
    given = parser.parse_args()
    torch.set_num_threads(1)
    vocoder = Vocoder.load(given.vocoder)
    glow = Speaker.load(given.glow_tts, vocoder=vocoder)
    readers = (glow_tts(glow, given.speaker), flowtron(given, vocoder))
    corpus = read_corpus(given.corpus)
    texts = [u.text for u in corpus.utterances if u.id in corpus.splits["test"]]
    print_time(readers, texts[: given.texts])
    print_variations(readers, texts[: given.texts])
    print_speeds(readers, texts[: given.texts])
    judge = FasterWhisper(given.recogniser)
    print_lengths(readers, texts, [float(part) for part in given.seconds.split(",")], judge, given.texts)


def glow_tts(voice: Speaker, speaker: str) -> Reader:
    """The model with durations."""

    def mels(text: str, speed: float) -> float:
        spoken = voice.speak(text, speaker=speaker, speed=speed)
        return seconds(sum(item.mel.shape[1] for item in spoken), voice)

    return Reader("Glow-TTS", lambda text, spread: voice.say(text, speaker=speaker, variation=spread), mels, 0.2)


def flowtron(given: argparse.Namespace, vocoder: Vocoder) -> Reader:
    """The model with attention."""
    voice = FlowtronSpeaker.load(given.flowtron, vocoder=vocoder)
    speaker = given.speaker if given.speaker in voice.speakers else None
    attending = Attending(gate=given.gate)

    def say(text: str, spread: float) -> Audio:
        return voice.say(text, speaker=speaker, variation=spread, attending=attending)

    def mels(text: str, speed: float) -> float:
        spoken = voice.speak(text, speaker=speaker, speed=speed, attending=attending)
        return seconds(sum(item.mel.shape[1] for item in spoken), voice)

    return Reader("Flowtron", say, mels, 0.5)


def seconds(frames: int, voice: Speaker | FlowtronSpeaker) -> float:
    """Duration of mel frames."""
    return frames * voice.mel.hop / voice.mel.sample_rate


def print_time(readers: Sequence[Reader], texts: Sequence[str]) -> None:
    """Processor seconds a second of audio, of the acoustic model alone, one thread."""
    rates: dict[str, list[float]] = {reader.name: [] for reader in readers}
    for reader in readers:
        reader.mels(texts[0], 1.0)  # warm
    for text in texts:
        for reader in readers:
            begun = time.process_time()
            made = reader.mels(text, 1.0)
            rates[reader.name].append((time.process_time() - begun) / made)
    middle = {name: float(np.median(values)) for name, values in rates.items()}
    for name, value in middle.items():
        print(f"{name}: {value:.4f} processor seconds a second of audio")
    print(f"Flowtron takes {middle['Flowtron'] / middle['Glow-TTS']:.1f} times as long\n")


def print_variations(readers: Sequence[Reader], texts: Sequence[str]) -> None:
    """Mean pitch, its spread within a clip, and pace, against variation."""
    print("| model | variation | mean F0, Hz | spread (st) | words a second | seconds |\n|---|---|---|---|---|---|")
    for reader in readers:
        for spread in VARIATIONS:
            rows = [measured(reader.say(text, spread), text) for text in texts]
            mean = np.nanmean(np.array(rows), axis=0)
            print(f"| {reader.name} | {spread} | {mean[0]:.0f} | {mean[1]:.2f} | {mean[2]:.2f} | {mean[3]:.2f} |")
    print()


def measured(audio: Audio, text: str) -> tuple[float, float, float, float]:
    """Mean F0 (Hz), its spread (semitones), words a second, seconds."""
    f0 = pitch(audio.samples, audio.sample_rate, hop=256).f0
    length = len(audio.samples) / audio.sample_rate
    voiced = f0[f0 > 0]
    return float(voiced.mean()) if len(voiced) else float("nan"), pitch_spread(f0), len(text.split()) / length, length


def print_speeds(readers: Sequence[Reader], texts: Sequence[str]) -> None:
    """Speed that was asked for and what came of it."""
    for reader in readers:
        plain, *others = (sum(reader.mels(text, speed) for text in texts) for speed in (1.0, *SPEEDS))
        found = (f"{speed}: {plain / other:.3f}" for speed, other in zip(SPEEDS, others, strict=True))
        print(f"{reader.name}, speed asked and realised: " + ", ".join(found))
    print()


def print_lengths(
    readers: Sequence[Reader], texts: Sequence[str], lengths: Sequence[float], judge: FasterWhisper, most: int
) -> None:
    """Word error of texts of about so many seconds, each one sentence to the models: joined by commas."""
    print("| about | texts | " + " | ".join(f"{reader.name} WER %" for reader in readers) + " |")
    print("|---|---|" + "---|" * len(readers))
    for length in lengths:
        joined = of_length(texts, round(length * WORDS_A_SECOND))[: max(2, round(most * min(1.0, 6 / length)))]
        cells = [f"{100 * (heard(reader, joined, judge).rate or 0):.1f}" for reader in readers]
        print(f"| {length:g} s | {len(joined)} | " + " | ".join(cells) + " |", flush=True)


def heard(reader: Reader, texts: Sequence[str], judge: FasterWhisper) -> Errors:
    """Errors over all texts."""
    found, normalised = [], english_normaliser()
    for text in texts:
        sound = reader.say(text, reader.usual)
        found.append(word_errors(normalised(text), normalised(judge.hear(sound))))
    return total(found)


def of_length(texts: Sequence[str], words: int) -> list[str]:
    """Texts of about so many words: beginnings of long ones, or several joined by commas into one sentence."""
    found, now = [], list[str]()
    for text in texts:
        now += text.rstrip(".?!").split() if not now else [",", *text.rstrip(".?!").split()]
        if len(now) >= words:
            found.append(" ".join(now[:words]).replace(" ,", ",").rstrip(",") + ".")
            now = []
    return found


if __name__ == "__main__":
    main()
