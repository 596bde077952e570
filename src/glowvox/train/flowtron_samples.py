"""What a Flowtron says of test sentences, and how it reads a held-out recording, at one step.

samples/step-0002000/
├── samples.json               what the other files are, as of other runs
├── sentence-1.wav .png        a test sentence by Griffin-Lim; its mel, attention and gate
└── clip-1.png                 a recording: the attention and the gate of every step, without the prior
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import torch

from glowvox.audio.wave import write_wav
from glowvox.data.batch import collate
from glowvox.data.prepared import Clip
from glowvox.errors import MissingPart
from glowvox.files import write_text
from glowvox.train.attention_pictures import Reading, attention_picture
from glowvox.train.flowtron_speaker import FlowtronSpeaker, Recited, gate_curve
from glowvox.train.samples import ClipSample, SampleSheet, SentenceSample

log = logging.getLogger(__name__)


class FlowtronSampleWriter:
    """Writes the samples of one step after another for the same sentences, voice and recordings."""

    def __init__(self, folder: Path, *, sentences: Sequence[str], voice: str, clips: Sequence[Clip]) -> None:
        self.folder, self.voice = folder, voice
        self.sentences, self.clips = tuple(sentences), tuple(clips)

    def write(self, step: int, speaker: FlowtronSpeaker) -> SampleSheet:
        """Write all files of a step."""
        out = self.folder / f"step-{step:07d}"
        out.mkdir(parents=True, exist_ok=True)
        sheet = SampleSheet(
            step=step,
            sentences=tuple(self._sentence(out, step, number, speaker) for number in range(len(self.sentences))),
            clips=tuple(self._clip(out, step, number, speaker) for number in range(len(self.clips))),
        )
        write_text(out / "samples.json", msgspec.json.format(msgspec.json.encode(sheet), indent=1).decode())
        return sheet

    def _sentence(self, out: Path, step: int, number: int, speaker: FlowtronSpeaker) -> SentenceSample:
        text, name = self.sentences[number], f"sentence-{number + 1}"
        spoken = speaker.speak(text, speaker=self.voice)
        write_wav(out / f"{name}.wav", speaker.sound(spoken))
        longest = max(spoken, key=lambda item: item.mel.shape[1])
        picture = None
        if longest.mel.shape[1]:
            ending = "" if longest.ended else " (broken off: the gate never opened)"
            picture = _draw(
                reading_of(longest, speaker, self.voice), speaker, out / f"{name}.png", f"step {step}: {text}{ending}"
            )
        return SentenceSample(text=text, speaker=self.voice, audio=f"{name}.wav", picture=picture)

    def _clip(self, out: Path, step: int, number: int, speaker: FlowtronSpeaker) -> ClipSample:
        clip = self.clips[number]
        batch = collate([clip])
        gate, attention = gate_curve(speaker.model, batch.tokens, batch.mel, batch.speaker)
        reading = Reading(clip.symbols, np.ascontiguousarray(clip.mel().T), attention, gate)
        picture = _draw(reading, speaker, out / f"clip-{number + 1}.png", f"step {step}: {clip.id}: {clip.text}")
        return ClipSample(id=clip.id, text=clip.text, speaker=speaker.speakers[clip.speaker], alignment=picture)


def reading_of(item: Recited, speaker: FlowtronSpeaker, voice: str | None) -> Reading:
    """What was said, with the gate that ended it: the model reads its own mel again."""
    tokens = torch.tensor([speaker.symbols.encode(item.symbols)])
    number = torch.tensor([speaker.number(voice)])
    gate, _ = gate_curve(speaker.model, tokens, torch.from_numpy(item.mel)[None], number)
    return Reading(item.symbols, item.mel, item.attention, gate)


def _draw(reading: Reading, speaker: FlowtronSpeaker, path: Path, title: str) -> str | None:
    try:
        attention_picture(path, reading, speaker.mel, title=title)
    except MissingPart as error:  # the sounds are worth having without it
        log.warning("samples: %s", error)
        return None
    return path.name
