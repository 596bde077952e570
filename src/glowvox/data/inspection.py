"""What one clip is like: what a worker measures for `data check`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from glowvox.data.clip import Job
from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.tokens import clip_symbols, front_end_of, guessed_words
from glowvox.errors import AudioError, TextError

if TYPE_CHECKING:
    from glowvox.text.frontend import FrontEnd


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """A clip measured.

    digest      of the file's bytes
    rate        of the file (Hz)
    seconds     of the file
    sound_s     between the silences at its ends
    speech_db   level of the speaking parts (dB re full scale)
    noise_db    level of the quietest twentieth of the frames
    notes       remarks of the audio reader
    tokens      of the text; 0 where it cannot be spoken
    frames      of mel
    guessed     words whose pronunciation no dictionary has
    text_fault  why the text cannot be used, else empty
    fault       why the recording cannot be used, else empty
    """

    id: str
    digest: str = ""
    rate: int = 0
    seconds: float = 0.0
    sound_s: float = 0.0
    speech_db: float = 0.0
    noise_db: float = 0.0
    notes: list[str] = []
    tokens: int = 0
    frames: int = 0
    guessed: list[str] = []
    text_fault: str = ""
    fault: str = ""


def inspect_clips(jobs: list[Job], config: PrepareConfig) -> list[Facts]:
    """Measure some clips; a clip's faults are in its facts."""
    front_end = front_end_of(config)
    return [_inspect(job, config, front_end) for job in jobs]


def _inspect(job: Job, config: PrepareConfig, front_end: FrontEnd) -> Facts:
    tokens, guessed, text_fault = 0, list[str](), ""
    try:
        tokens = len(clip_symbols(job.text, front_end))
        guessed = guessed_words(job.text, front_end)
    except TextError as error:
        text_fault = error.message
    facts = Facts(id=job.id, tokens=tokens, guessed=guessed, text_fault=text_fault)
    try:
        return _measure(facts, Path(job.audio), config)
    except (AudioError, OSError) as error:
        return msgspec.structs.replace(facts, fault=str(error).partition("\n")[0].removeprefix(f"{job.audio}: "))


def _measure(facts: Facts, path: Path, config: PrepareConfig) -> Facts:
    from glowvox.audio.level import speech_span
    from glowvox.audio.read import read_audio
    from glowvox.data.sound import noise_level_db, speech_level_db

    digest = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
    recording = read_audio(path)
    samples, rate = recording.audio.samples, recording.audio.sample_rate
    start, end = speech_span(samples, rate, config.trim_db, config.keep_s)
    sound_s = (end - start if config.trim else len(samples)) / rate
    return msgspec.structs.replace(
        facts,
        digest=digest,
        rate=recording.source_rate,
        seconds=len(samples) / rate,
        sound_s=sound_s,
        speech_db=speech_level_db(samples, rate),
        noise_db=noise_level_db(samples, rate),
        notes=list(recording.notes),
        frames=config.mel.frames(round(sound_s * config.mel.sample_rate)),
    )
