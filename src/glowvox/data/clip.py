"""One clip's features: what a worker computes, on this machine or another, and what it finds already done."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from glowvox.data.prepare_config import PrepareConfig
from glowvox.data.tokens import clip_symbols, front_end_of, lexicon_text
from glowvox.errors import AudioError, TextError
from glowvox.files import write_array

if TYPE_CHECKING:
    from glowvox.text.frontend import FrontEnd

VERSION = "2"  # part of every cache key; changes whenever the same settings give other features
TEXT_LIMITS = ("min_tokens", "max_tokens", "min_characters", "max_characters")
NPY_HEADER = 128  # bytes before the data of a two-dimensional .npy file


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
    front_end = front_end_of(config)
    spelling = (front_end.name, front_end.version, lexicon_text(config))
    return [_prepare_clip(job, config, front_end, spelling, Path(folder)) for job in jobs]


def mel_path(sound: str) -> str:
    """Where a mel is, relative to the prepared folder."""
    return f"mels/{sound}.npy"


def wave_path(sound: str) -> str:
    """Where a cleaned recording is, relative to the prepared folder."""
    return f"waves/{sound}.npy"


def pitch_path(sound: str) -> str:
    """Where the pitch of a recording is, relative to the prepared folder."""
    return f"pitch/{sound}.npy"


def _prepare_clip(
    job: Job, config: PrepareConfig, front_end: FrontEnd, spelling: tuple[str, ...], folder: Path
) -> Features:
    try:
        content = Path(job.audio).read_bytes()
    except OSError as error:
        fault = f"cannot be read: {error.strerror or error}"
        return Features(id=job.id, key="", sound="", kind="audio", fault=fault)
    sound = _digest(content, _sound_settings(config))
    key = _digest(sound.encode(), job.text.encode(), *(part.encode() for part in spelling), *_text_limits(config))
    previous = job.previous
    whole = previous is not None and _is_whole(folder, sound, previous.frames, config)
    if previous is not None and previous.key == key and (previous.fault or whole):
        return previous
    try:
        symbols = clip_symbols(job.text, front_end)
        if previous is not None and previous.sound == sound and whole:
            frames, cut, notes = previous.frames, previous.cut, previous.notes
        else:
            frames, cut, notes = _write_features(folder, sound, Path(job.audio), config)
    except (AudioError, TextError) as error:
        kind = "audio" if isinstance(error, AudioError) else "text"
        fault = error.message.removeprefix(f"{job.audio}: ")
        return Features(id=job.id, key=key, sound=sound, kind=kind, fault=fault)
    kind, fault = "text longer than audio", _too_many_tokens(len(symbols), frames)
    if not fault:
        kind, fault = "length of the text", config.length_fault(job.text, len(symbols))
    kind = kind if fault else ""
    return Features(
        id=job.id, key=key, sound=sound, symbols=symbols, frames=frames, cut=cut, notes=notes, kind=kind, fault=fault
    )


def _write_features(folder: Path, name: str, path: Path, config: PrepareConfig) -> tuple[int, int, list[str]]:
    """Write the clip's mel and, where wanted, its sound and pitch; gives the frames kept, those cut off, and remarks.

    The mel comes last, so that a clip whose mel is there is complete.
    """
    import numpy as np

    from glowvox.audio.mel import log_mel
    from glowvox.audio.pitch import GENEROUS, pitch
    from glowvox.audio.wave import pcm16
    from glowvox.data.sound import clean

    sound = clean(path, config)
    mel = log_mel(sound.samples, config.mel).T
    frames = len(mel) // config.frame_multiple * config.frame_multiple
    if not frames:
        raise AudioError(f"{path}: {len(mel)} frames of mel, expected at least {config.frame_multiple}")
    if config.sound:
        hop, rate = config.mel.hop, config.mel.sample_rate
        write_array(folder / wave_path(name), pcm16(sound.samples[: frames * hop]))
        f0 = pitch(sound.samples, rate, hop=hop, tracking=GENEROUS, padding=config.mel.padding).f0
        write_array(folder / pitch_path(name), f0[:frames])
    write_array(folder / mel_path(name), np.ascontiguousarray(mel[:frames], dtype=np.float32))
    return frames, len(mel) - frames, sound.notes


def _too_many_tokens(tokens: int, frames: int) -> str:
    if tokens <= frames:
        return ""
    return f"{tokens} tokens but only {frames} frames of mel: the text is longer than what is said"


def _is_whole(folder: Path, name: str, frames: int, config: PrepareConfig) -> bool:
    """Whether the files of a clip are on disk in full; one cut short by a power failure is written again."""
    sizes = {mel_path(name): 4 * frames * config.mel.bands}
    if config.sound:
        sizes |= {wave_path(name): 2 * frames * config.mel.hop, pitch_path(name): 4 * frames}
    return frames > 0 and all(
        (folder / path).is_file() and (folder / path).stat().st_size == NPY_HEADER + size
        for path, size in sizes.items()
    )


def _sound_settings(config: PrepareConfig) -> bytes:
    """All settings that a mel depends on."""
    sound = msgspec.to_builtins(msgspec.structs.replace(config, front_end="", lexicon=None, sound=False))
    for name in TEXT_LIMITS:
        del sound[name]
    return msgspec.json.encode((VERSION, sound))


def _text_limits(config: PrepareConfig) -> list[bytes]:
    """The limits of a text's length where any is set; none leaves the key as it was before there were limits."""
    limits = [getattr(config, name) for name in TEXT_LIMITS]
    return [] if limits == [1, None, 1, None] else [msgspec.json.encode(limits)]


def _digest(*parts: bytes) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()
