"""Whether one, two and three words are spoken whole: the first and the last word audible, nothing but quiet at the end.

    python benchmarks/short_texts.py --voice VOICE [--speaker NAME] [--recogniser DIR]

Levels are of each word's loudest 20 ms, against the loudest of the text. A word more than 25 dB below it, or a last
20 ms less than 30 dB below it, is a fault, and so is a text of which --recogniser (a Whisper model for faster-whisper)
hears no word; where there is a fault the exit status is 1.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from glowvox.audio.wave import Audio
from glowvox.cli.bench import word_error
from glowvox.cli.speaking import open_voice
from glowvox.evaluate.panel import Panel
from glowvox.evaluate.speed import columns

TEXTS = (
    "Yes.", "No.", "Stop!", "Hello.", "Who?", "Seven.", "Thanks.", "Good morning.", "Not yet.", "Wait here.",
    "Come in!", "Thank you.", "Which one?", "Please sit down.", "I told you.", "It is late.", "Are you there?",
    "See you soon.",
)  # fmt: skip
FAINTEST_WORD, LOUDEST_END = -25.0, -30.0  # dB


def levels(audio: Audio) -> tuple[float, float, float]:
    """Of the first word, the last word and the last 20 ms, in dB against the loudest 20 ms of the text."""
    size = round(0.02 * audio.sample_rate)
    power = np.convolve(audio.samples.astype(float) ** 2, np.ones(size) / size, "valid") + 1e-12
    loudest = power.max()

    def of(start_s: float, end_s: float) -> float:
        first = min(round(start_s * audio.sample_rate), len(power) - 1)
        last = max(first + 1, round(end_s * audio.sample_rate) - size)
        return float(10 * np.log10(power[first:last].max() / loudest))

    first, last = audio.words[0], audio.words[-1]
    return of(first.start_s, first.end_s), of(last.start_s, last.end_s), float(10 * np.log10(power[-1] / loudest))


def between_silences(audio: Audio) -> Audio:
    """The sound with half a second of silence on both sides, as a listener hears it."""
    return Audio(np.pad(audio.samples, audio.sample_rate // 2), audio.sample_rate, audio.text)


def main() -> None:
    """Speak every text, print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voice", required=True, help="a voice of glowvox")
    parser.add_argument("--speaker", help="by name; the voice's first by default")
    parser.add_argument("--recogniser", type=Path, help="folder of a CTranslate2 Whisper model")
    given = parser.parse_args()
    judges = Panel(recogniser=given.recogniser).load() if given.recogniser else None
    voice = open_voice(given.voice)
    rows = [["text", "audio s", "first word dB", "last word dB", "end dB", "words wrong", ""]]
    faults = 0
    for text in TEXTS:
        audio = next(iter(voice.stream(text, speaker=given.speaker)))
        first, last, end = levels(audio)
        wrong = word_error(text, between_silences(audio), judges)
        faulty = min(first, last) < FAINTEST_WORD or end > LOUDEST_END or (wrong is not None and wrong >= 1)
        faults += faulty
        heard = "" if wrong is None else f"{100 * wrong:.0f} %"
        figures = [f"{audio.seconds:.2f}", f"{first:.1f}", f"{last:.1f}", f"{end:.1f}", heard]
        rows.append([text, *figures, "FAULT" if faulty else ""])
    print(f"{columns(rows)}\n\n{faults} of {len(TEXTS)} texts with a fault")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
