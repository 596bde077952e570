"""One clip's features: what a worker computes, on this machine or another, and what it finds already done."""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from glowvox.audio.mel import MelConfig
from glowvox.config import Settings
from glowvox.errors import AudioError, ConfigError, GlowvoxError, TextError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from glowvox.text.frontend import FrontEnd

VERSION = "1"  # part of every cache key; changes whenever the same settings give other features


class PrepareConfig(Settings):
    """How a corpus becomes features."""

    front_end: str = "english"
    lexicon: str | None = None  # file of the user's own pronunciations
    mel: MelConfig = MelConfig()
    trim_db: float | None = 40.0  # silence at the ends: this far below the loudest frame (dB); "null" trims nothing
    keep_s: float = 0.05  # of that silence kept at each end (s)
    speech_db: float | None = -23.0  # level of the speaking parts (dB re full scale)
    peak_db: float = -1.0  # never louder than this, whatever `speech_db` asks (dB re full scale)
    min_seconds: float = 0.3
    max_seconds: float = 20.0
    frame_multiple: int = 2  # the model's squeeze: mels are cut to a multiple of it

    def __post_init__(self) -> None:
        if self.trim_db is not None and self.trim_db <= 0:
            raise ConfigError(f"trim_db = {self.trim_db}: expected how far below the speech, as 40")
        if self.keep_s < 0 or self.min_seconds < 0:
            raise ConfigError(f"keep_s = {self.keep_s}, min_seconds = {self.min_seconds}: expected no negative time")
        if self.max_seconds <= self.min_seconds:
            raise ConfigError(f"max_seconds = {self.max_seconds}: expected more than min_seconds, {self.min_seconds}")
        if self.frame_multiple < 1:
            raise ConfigError(f"frame_multiple = {self.frame_multiple}: expected at least 1")
        if self.peak_db > 0 or (self.speech_db is not None and self.speech_db > self.peak_db):
            levels = f"speech_db = {self.speech_db}, peak_db = {self.peak_db}"
            raise ConfigError(f"{levels}: expected speech_db <= peak_db <= 0")


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker is sent about a clip."""

    id: str
    text: str
    audio: str
    previous: Features | None = None


class Features(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a clip after preparing it; a line of the cache.

    key          digest of all that went in
    sound        digest of the recording and of the settings that shape its mel; names the mel's file
    symbols      of the whole clip, as a model reads them
    frames       of the stored mel
    cut          frames dropped to reach the frame multiple
    notes        remarks on the recording
    kind, fault  why the clip was left out, else empty
    """

    id: str
    key: str
    sound: str
    symbols: list[str] = []
    frames: int = 0
    cut: int = 0
    notes: list[str] = []
    kind: str = ""
    fault: str = ""


def prepare_clips(jobs: list[Job], config: PrepareConfig, folder: str) -> list[Features]:
    """Prepare some clips, writing their mels below `folder`; clips found done are not done again.

    raises  GlowvoxError when the mels cannot be written; a clip's own faults are in its `fault`
    """
    front_end = _front_end(config.front_end, config.lexicon)
    return [_prepare_clip(job, config, front_end, Path(folder)) for job in jobs]


def mel_path(sound: str) -> str:
    """Where a mel is, relative to the prepared folder."""
    return f"mels/{sound}.npy"


def _prepare_clip(job: Job, config: PrepareConfig, front_end: FrontEnd, folder: Path) -> Features:
    try:
        content = Path(job.audio).read_bytes()
    except OSError as error:
        fault = f"{job.audio}: cannot be read: {error.strerror or error}"
        return Features(id=job.id, key="", sound="", kind="audio", fault=fault)
    sound = _digest(content, _sound_settings(config))
    key = _digest(sound.encode(), _text_settings(job, config, front_end))
    previous = job.previous
    path = folder / mel_path(sound)
    if previous is not None and previous.key == key and (previous.fault or path.is_file()):
        return previous
    try:
        if previous is not None and previous.sound == sound and previous.frames and path.is_file():
            frames, cut, notes = previous.frames, previous.cut, previous.notes
        else:
            mel, cut, notes = _mel(Path(job.audio), config)
            _write_mel(path, mel)
            frames = len(mel)
        symbols = _symbols(job.text, front_end)
    except (AudioError, TextError) as error:
        kind = "audio" if isinstance(error, AudioError) else "text"
        return Features(id=job.id, key=key, sound=sound, kind=kind, fault=error.message)
    fault = _too_many_tokens(len(symbols), frames)
    kind = "text longer than audio" if fault else ""
    return Features(
        id=job.id, key=key, sound=sound, symbols=symbols, frames=frames, cut=cut, notes=notes, kind=kind, fault=fault
    )


def _symbols(text: str, front_end: FrontEnd) -> list[str]:
    from glowvox.text.frontend import token_names

    sentences = front_end(text)
    if not any(word.phonemes for sentence in sentences for word in sentence.words):
        raise TextError(f"nothing in it can be spoken by the front end '{front_end.name}'")
    return token_names(sentences)


def _mel(path: Path, config: PrepareConfig) -> tuple[npt.NDArray[np.float32], int, list[str]]:
    """The clip's mel (frames, bands), the frames cut off, and remarks."""
    import numpy as np

    from glowvox.audio.mel import log_mel
    from glowvox.data.sound import clean

    samples, notes = clean(path, config)
    mel = log_mel(samples, config.mel).T
    frames = len(mel) // config.frame_multiple * config.frame_multiple
    if not frames:
        raise AudioError(f"{path}: {len(mel)} frames of mel, expected at least {config.frame_multiple}")
    return np.ascontiguousarray(mel[:frames], dtype=np.float32), len(mel) - frames, notes


def _too_many_tokens(tokens: int, frames: int) -> str:
    if tokens <= frames:
        return ""
    return f"{tokens} tokens but only {frames} frames of mel: the text is longer than what is said"


def _write_mel(path: Path, mel: npt.NDArray[np.float32]) -> None:
    """The file appears whole or not at all."""
    import numpy as np

    name = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            np.save(stream, mel, allow_pickle=False)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError as error:
        raise GlowvoxError(
            f"{path}: cannot write: {error.strerror or error}",
            hint="make room or choose another folder; the same command goes on where it stopped",
        ) from None
    finally:
        if name is not None:
            with suppress(OSError):
                os.unlink(name)


def _sound_settings(config: PrepareConfig) -> bytes:
    shape = (VERSION, config.mel, config.trim_db, config.keep_s, config.speech_db, config.peak_db)
    limits = (config.min_seconds, config.max_seconds, config.frame_multiple)
    return msgspec.json.encode((*shape, *limits), order="deterministic")


def _text_settings(job: Job, config: PrepareConfig, front_end: FrontEnd) -> bytes:
    return msgspec.json.encode((job.text, front_end.name, front_end.version, _lexicon_text(config.lexicon)))


def _digest(*parts: bytes) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


@functools.lru_cache(maxsize=2)
def _lexicon_text(lexicon: str | None) -> str:
    return Path(lexicon).read_text(encoding="utf-8") if lexicon else ""


@functools.lru_cache(maxsize=2)
def _front_end(name: str, lexicon: str | None) -> FrontEnd:
    from glowvox.text.frontend import make_front_end

    return make_front_end(name, lexicon=Path(lexicon) if lexicon else None)
