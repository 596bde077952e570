"""Sounds and pictures of a model as it stands at one step.

samples/step-0002000/
├── samples.json              what the other files are
├── sentence-1-1-NAME.wav .png  a test sentence as the speaker NAME says it
└── clip-1-*.wav .png         a recording: its alignment, and its mel beside what the model makes of its text
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import torch

from glowvox.audio.griffin_lim import griffin_lim
from glowvox.audio.mel import MelConfig
from glowvox.audio.wave import Audio, write_wav
from glowvox.data.batch import Batch, collate
from glowvox.data.prepared import Clip
from glowvox.errors import GlowvoxError, MissingPart
from glowvox.files import write_text
from glowvox.models.glow_tts import GlowTTSOutput, log_likelihood
from glowvox.train.pictures import Alignment, alignment_picture, mel_picture
from glowvox.train.sounding import within_scale
from glowvox.train.speaker import Speaker
from glowvox.train.vocoders import Vocoder

log = logging.getLogger(__name__)

SPEAKERS = 3  # whose voices are sampled, those with most clips first
DIAGNOSTIC_CLIPS = 3  # clips shown of a diagnostic run


class SentenceSample(msgspec.Struct, frozen=True, kw_only=True):
    """A test sentence; files are named relative to their folder."""

    text: str
    speaker: str
    audio: str | None = None
    picture: str | None = None
    problem: str | None = None


class Vocoded(msgspec.Struct, frozen=True, kw_only=True):
    """The mels of a recording, real and generated, through one trained vocoder."""

    vocoder: str
    real: str
    forced: str
    free: str


class ClipSample(msgspec.Struct, frozen=True, kw_only=True):
    """A recording: `forced` is generated with the recording's own durations, `free` with the model's."""

    id: str
    text: str
    speaker: str
    real: str | None = None
    forced: str | None = None
    free: str | None = None
    alignment: str | None = None
    mels: str | None = None
    vocoded: tuple[Vocoded, ...] = ()
    difference: float | None = None  # mean distance of the forced mel from the real one, in units of the mel
    problem: str | None = None


class SampleSheet(msgspec.Struct, frozen=True, kw_only=True):
    """`samples.json`."""

    step: int
    sentences: tuple[SentenceSample, ...] = ()
    clips: tuple[ClipSample, ...] = ()


def read_sheets(folder: Path) -> list[tuple[Path, SampleSheet]]:
    """The samples of a run by step, as (folder, sheet); a folder that is not finished is passed over."""
    found = []
    for path in folder.glob("step-*/samples.json"):
        try:
            found.append((path.parent, msgspec.json.decode(path.read_bytes(), type=SampleSheet)))
        except (OSError, msgspec.MsgspecError):
            continue
    return sorted(found, key=lambda item: item[1].step)


def voices(clips: Sequence[Clip], names: Sequence[str]) -> list[str]:
    """The speakers to sample: those with most training clips."""
    return [names[number] for number, _ in Counter(clip.speaker for clip in clips).most_common(SPEAKERS)]


def shown(train: Sequence[Clip], held_out: Sequence[Clip], *, diagnostic: bool) -> list[Clip]:
    """The recordings to sample: one of middle length that training does not see, or some of a diagnostic's few.

    It is one of the most recorded speaker's, where that speaker has any held out.
    """
    if diagnostic:
        return list(train[:DIAGNOSTIC_CLIPS])
    first = Counter(clip.speaker for clip in train).most_common(1)[0][0]
    pool = [clip for clip in held_out if clip.speaker == first] or list(held_out) or list(train)
    return [sorted(pool, key=lambda clip: clip.frames)[len(pool) // 2]]


class SampleWriter:
    """Writes the samples of one step after another for the same sentences and recordings.

    sentences  each spoken by all `voices`, or (text, speaker) by that one
    """

    def __init__(
        self,
        folder: Path,
        *,
        sentences: Sequence[str | tuple[str, str]],
        voices: Sequence[str],
        clips: Sequence[Clip],
        vocoders: Sequence[Vocoder] = (),
    ) -> None:
        self.folder = folder
        self.vocoders = tuple(vocoders)
        self.sentences = tuple(sentences)
        self.voices = tuple(voices)
        self.clips = tuple(clips)
        self._said: set[str] = set()

    def write(self, step: int, speaker: Speaker) -> SampleSheet:
        """Write all files of a step; what could not be made is named in the sheet and in the log, once."""
        out = self.folder / f"step-{step:07d}"
        out.mkdir(parents=True, exist_ok=True)
        sheet = SampleSheet(
            step=step,
            sentences=tuple(
                self._sentence(out, f"sentence-{number}-{place}-{_file_name(voice)}", text, voice, speaker)
                for number, sentence in enumerate(self.sentences, start=1)
                for place, (text, voice) in enumerate(self._spoken(sentence), start=1)
            ),
            clips=tuple(self._clip(out, step, number, speaker) for number in range(len(self.clips))),
        )
        write_text(out / "samples.json", msgspec.json.format(msgspec.json.encode(sheet), indent=1).decode())
        return sheet

    def _spoken(self, sentence: str | tuple[str, str]) -> list[tuple[str, str]]:
        return [(sentence, voice) for voice in self.voices] if isinstance(sentence, str) else [sentence]

    def _sentence(self, out: Path, name: str, text: str, voice: str, speaker: Speaker) -> SentenceSample:
        try:
            mel = np.concatenate([item.mel for item in speaker.speak(text, speaker=voice)], axis=1)
            write_wav(out / f"{name}.wav", speaker.say(text, speaker=voice))
        except (GlowvoxError, ValueError) as error:
            return SentenceSample(text=text, speaker=voice, problem=self._say(f"sentence '{text}': {error}"))
        picture = self._draw(
            lambda path: mel_picture(path, {voice: mel}, speaker.settings.mel, title=f"{out.name}: {text}"),
            out / f"{name}.png",
        )
        return SentenceSample(text=text, speaker=voice, audio=f"{name}.wav", picture=picture)

    def _clip(self, out: Path, step: int, number: int, speaker: Speaker) -> ClipSample:
        clip = self.clips[number]
        known = ClipSample(id=clip.id, text=clip.text, speaker=speaker.speakers[clip.speaker])
        name = f"clip-{number + 1}"
        config = speaker.settings.mel
        try:
            heard = hear(speaker, clip)
            for part, mel in heard.mels():
                write_wav(out / f"{name}-{part}.wav", _audio(griffin_lim(mel, config), config))
            vocoded = tuple(_vocoded(out, name, number, vocoder, heard) for number, vocoder in enumerate(self.vocoders))
        except GlowvoxError as error:
            return msgspec.structs.replace(known, problem=self._say(f"clip {clip.id}: {error}"))
        title = f"step {step}: {clip.id}: {clip.text}"
        panels = {"real": heard.real, "generated, real durations": heard.forced, "generated, own durations": heard.free}
        return msgspec.structs.replace(
            known,
            real=f"{name}-real.wav",
            forced=f"{name}-forced.wav",
            free=f"{name}-free.wav",
            vocoded=vocoded,
            difference=round(float(np.abs(heard.forced - heard.real).mean()), 4),
            alignment=self._draw(
                lambda path: alignment_picture(path, heard.alignment, config, title=title),
                out / f"{name}-alignment.png",
            ),
            mels=self._draw(lambda path: mel_picture(path, panels, config, title=title), out / f"{name}-mels.png"),
        )

    def _draw(self, draw: Callable[[Path], None], path: Path) -> str | None:
        """The picture's file name, or None where matplotlib is missing: the sounds are worth having without it."""
        try:
            draw(path)
        except MissingPart as error:
            self._say(str(error))
            return None
        return path.name

    def _say(self, problem: str) -> str:
        if problem not in self._said:
            self._said.add(problem)
            log.warning("samples: %s", problem)
        return problem


class Heard(msgspec.Struct, frozen=True):
    """A recording and what a model makes of its text; mels are (M, T)."""

    alignment: Alignment
    real: npt.NDArray[np.float32]
    forced: npt.NDArray[np.float32]
    free: npt.NDArray[np.float32]

    def mels(self) -> tuple[tuple[str, npt.NDArray[np.float32]], ...]:
        """The mels by the names that files are given."""
        return (("real", self.real), ("forced", self.forced), ("free", self.free))


@torch.no_grad()
def hear(speaker: Speaker, clip: Clip) -> Heard:
    """Align a recording, and generate its text with the recording's durations and with the model's own.

    raises  InputError where the clip has fewer frames than tokens
    """
    model = speaker.model
    batch = collate([clip])
    several = model.speaker_table is not None
    who = batch.speaker if several else None
    out = model(batch.tokens, batch.token_lengths, batch.mel, batch.frames, who)
    variation = speaker.settings.variation
    forced = model.generate(
        batch.tokens, batch.token_lengths, speaker=who, variation=variation, durations=out.durations.float()
    )
    free = model.generate(batch.tokens, batch.token_lengths, speaker=who, variation=variation)
    return Heard(
        alignment=_alignment(speaker, clip, batch, out),
        real=np.ascontiguousarray(clip.mel()[: int(out.frame_mask.sum())].T),
        forced=forced.mel[0].numpy(),
        free=free.mel[0].numpy(),
    )


def _alignment(speaker: Speaker, clip: Clip, batch: Batch, out: GlowTTSOutput) -> Alignment:
    model = speaker.model
    cond = model.condition(batch.speaker if model.speaker_table is not None else None, 1)
    encoded = model.encoder(batch.tokens, out.token_mask, cond)
    mean, log_scale = model.searched(batch.tokens, encoded)
    likelihood = log_likelihood(out.latent, mean, log_scale)[0]  # (T, N)
    return Alignment(
        symbols=clip.symbols,
        durations=out.durations[0].long().numpy(),
        predicted=(out.log_duration[0].exp() - model.duration_offset).numpy(),
        likelihood=likelihood.T.numpy(),
        prior=out.mean[0].numpy(),
    )


def _vocoded(out: Path, name: str, number: int, vocoder: Vocoder, heard: Heard) -> Vocoded:
    """Write the mels of a recording through a vocoder."""
    files = {}
    for part, mel in heard.mels():
        files[part] = f"{name}-{part}-vocoder-{number + 1}.wav"
        write_wav(out / files[part], _audio(vocoder(mel), vocoder.mel))
    return Vocoded(vocoder=vocoder.name, **files)


def _audio(samples: npt.NDArray[np.float32], config: MelConfig) -> Audio:
    return Audio(within_scale(samples), config.sample_rate)


def _file_name(speaker: str) -> str:
    """A speaker's name as part of a file name: letters, digits, dashes."""
    return "".join(letter if letter.isalnum() else "-" for letter in speaker) or "speaker"
