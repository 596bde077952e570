"""Recordings of any common format into mono float samples, with a remark for everything that was done to them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import numpy.typing as npt

from glowvox.audio.resample import resample
from glowvox.audio.wave import Audio
from glowvox.errors import AudioError

if TYPE_CHECKING:
    from soundfile import SoundFile

CONVERT = "convert it to WAV or FLAC (for instance with ffmpeg) or take it out of the corpus"
AGAIN = "copy or record it again, or take it out of the corpus"
BLOCK = 1 << 20  # samples decoded at once
LOWEST_RATE, HIGHEST_RATE = 1000, 768_000  # Hz; beyond these a header is broken
MISSING_S = 0.010  # a file may lack this much of what its header promises


@dataclass(frozen=True, eq=False)
class Recording:
    """A file as it was found and the sound it holds.

    audio        mono; resampled when a rate was asked for
    source_rate  of the file (Hz)
    channels     of the file
    encoding     container and sample format, as "WAV PCM_24"
    notes        what was done or is odd, in plain words
    """

    audio: Audio
    source_rate: int
    channels: int
    encoding: str
    notes: tuple[str, ...]


def read_audio(path: Path, sample_rate: int | None = None) -> Recording:
    """Read WAV, FLAC, Ogg Vorbis, Opus, MP3, AIFF or whatever else libsndfile knows.

    sample_rate  wanted (Hz); default the file's own
    raises       AudioError naming the file: missing, empty, no audio, truncated, NaN or infinite samples
    """
    sound, source_rate, encoding = _decode(path)
    channels = sound.shape[1]
    if not sound.shape[0]:
        raise AudioError(f"{path}: holds no samples", hint=AGAIN)
    bad = int(sound.size - np.isfinite(sound).sum())
    if bad:
        raise AudioError(f"{path}: {bad} of {sound.size} samples are NaN or infinite", hint=AGAIN)
    notes: list[str] = []
    mono = _downmix(sound, notes)
    mono = _remark(mono, notes)
    if sample_rate is not None and sample_rate != source_rate:
        mono = resample(mono, source_rate, sample_rate)
        notes.append(f"resampled from {source_rate} to {sample_rate} Hz")
    return Recording(Audio(mono, sample_rate or source_rate), source_rate, channels, encoding, tuple(notes))


def _decode(path: Path) -> tuple[npt.NDArray[np.float32], int, str]:
    """Samples (S, channels), rate and encoding of a file."""
    import soundfile

    try:
        size = path.stat().st_size
        if path.is_dir():
            raise AudioError(f"{path}: is a folder, expected an audio file")
        if size == 0:
            raise AudioError(f"{path}: the file is empty (0 bytes)", hint=AGAIN)
        with path.open("rb") as stream:
            missing = _missing_share(stream, size)
            stream.seek(0)
            with soundfile.SoundFile(stream) as file:
                sound = _blocks(file)
                rate, encoding, declared = file.samplerate, f"{file.format} {file.subtype}", file.frames
    except FileNotFoundError:
        raise AudioError(f"{path}: no such file") from None
    except OSError as error:
        raise AudioError(f"{path}: cannot be read: {error.strerror or error}") from None
    except soundfile.LibsndfileError as error:
        raise AudioError(f"{path}: cannot be decoded: {error.error_string.strip()}", hint=CONVERT) from None
    except (RuntimeError, TypeError, ValueError) as error:
        raise AudioError(f"{path}: cannot be decoded: {error}", hint=CONVERT) from None
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise AudioError(f"{path}: sample rate {rate} Hz: expected {LOWEST_RATE} to {HIGHEST_RATE}", hint=AGAIN)
    _refuse_truncated(path, sound, rate, encoding, max(declared, round(len(sound) / (1 - missing))))
    return sound, rate, encoding


def _blocks(file: SoundFile) -> npt.NDArray[np.float32]:
    """Everything in a file, a block at a time: a broken header may promise more than any memory holds."""
    blocks = [np.zeros((0, file.channels), np.float32)]
    while len(block := file.read(BLOCK, dtype="float32", always_2d=True)):
        blocks.append(block)
    return np.concatenate(blocks)


def _refuse_truncated(path: Path, sound: npt.NDArray[np.float32], rate: int, encoding: str, declared: int) -> None:
    """A cut recording lacks words that its text has: it is refused rather than trained on."""
    if not encoding.startswith("MP3") and declared - len(sound) > MISSING_S * rate:  # MP3 only estimates its length
        promised, held = declared / rate, len(sound) / rate
        raise AudioError(
            f"{path}: truncated: its header promises {promised:.2f} s, the file holds {held:.2f} s", hint=AGAIN
        )


def _missing_share(stream: BinaryIO, size: int) -> float:
    """Share of a WAV's data chunk that its file lacks; 0 for other formats and for streaming headers."""
    head = stream.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return 0.0
    while len(chunk := stream.read(8)) == 8:
        name, length = chunk[:4], struct.unpack("<I", chunk[4:])[0]
        if name == b"data":
            present = size - stream.tell()
            streaming = length >= 0xFFFFFF00 or length == 0x7FFFFFFF
            return 0.0 if streaming or length <= present else (length - present) / length
        stream.seek(length + length % 2, 1)
    return 0.0


def _downmix(sound: npt.NDArray[np.float32], notes: list[str]) -> npt.NDArray[np.float32]:
    """One channel: the mean, unless that is over 4 dB quieter than the loudest channel (phase, or a dead one)."""
    channels = sound.shape[1]
    if channels == 1:
        return np.ascontiguousarray(sound[:, 0])
    mean: npt.NDArray[np.float32] = sound.mean(axis=1, dtype=np.float32)
    power = np.mean(np.square(sound, dtype=np.float64), axis=0)
    loudest = int(power.argmax())
    if np.mean(np.square(mean, dtype=np.float64)) >= power[loudest] * 10**-0.4:
        notes.append(f"downmixed from {channels} channels: took their mean")
        return mean
    opposite = np.mean(sound[:, loudest] * mean) * channels < 0.75 * power[loudest]
    why = "in opposite phase" if opposite else "of unequal level"
    which = ("the left one", "the right one")[loudest] if channels == 2 else f"number {loudest + 1}"
    notes.append(f"downmixed from {channels} channels {why}: took {which}")
    return np.ascontiguousarray(sound[:, loudest])


def _remark(mono: npt.NDArray[np.float32], notes: list[str]) -> npt.NDArray[np.float32]:
    """Note what is odd about a signal; scale it when it exceeds full scale."""
    peak = float(np.abs(mono).max())
    flat = _clipped(mono, peak)
    if flat >= 5e-4:
        notes.append(f"clipped: {100 * flat:.1f} % of samples")
    offset = float(mono.mean(dtype=np.float64))
    if abs(offset) > 0.01:
        notes.append(f"constant offset of {offset:+.3f}")
    if peak > 1.0:
        notes.append(f"peaks at {peak:.2f} of full scale: scaled down to 1")
        return mono / np.float32(peak)
    return mono


def _clipped(mono: npt.NDArray[np.float32], peak: float) -> float:
    """Share of samples in flat runs, of three or more, at the extreme values of the signal."""
    if peak < 0.05 or len(mono) < 3:
        return 0.0
    top = (mono >= mono.max() * (1 - 1e-4)) | (mono <= mono.min() * (1 - 1e-4))
    middle = np.pad(top[:-2] & top[1:-1] & top[2:], 2)
    return float((middle[:-2] | middle[1:-1] | middle[2:]).mean())
