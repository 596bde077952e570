"""Sound files written as the sound arrives: WAV, FLAC, MP3, Ogg Vorbis and Opus, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

from glowvox.audio.pcm import Samples, pcm16
from glowvox.audio.resample_stream import StreamResampler
from glowvox.audio.riff import LARGEST, MARK, wav_header
from glowvox.config import near
from glowvox.errors import AudioError, GlowvoxError, UsageError
from glowvox.files import replacing

if TYPE_CHECKING:
    from soundfile import SoundFile


class Format(NamedTuple):
    """How libsndfile calls a format, and the rates it can hold; none listed means any."""

    container: str
    encoding: str
    rates: tuple[int, ...] = ()


FORMATS = {
    ".wav": Format("WAV", "PCM_16"),
    ".flac": Format("FLAC", "PCM_16"),
    ".mp3": Format("MP3", "MPEG_LAYER_III", (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)),
    ".ogg": Format("OGG", "VORBIS"),
    ".opus": Format("OGG", "OPUS", (24000,)),
}
BLOCK = 4096  # samples handed to an encoder at once: Vorbis keeps whatever it gets on the stack


class SoundWriter(Protocol):
    """Takes sound piece by piece."""

    def write(self, samples: Samples) -> None:
        """Append samples (S,), full scale ±1.

        raises  AudioError when a sample is not a finite number
        """
        ...


def format_of(path: Path) -> Format:
    """The format that a file's ending asks for.

    raises  UsageError for an ending that is none of ours
    """
    ending = path.suffix.lower()
    if ending not in FORMATS:
        said = f"the ending '{path.suffix}' is no sound format" if ending else "a sound file needs an ending"
        raise UsageError(f"{path}: {said}{near(ending, list(FORMATS))}", hint=f"known: {', '.join(FORMATS)}")
    return FORMATS[ending]


def check_target(path: Path) -> None:
    """Refuse, before any work is done, a file that could not be written in the end.

    raises  UsageError for an unknown ending, a missing folder, or a name that is a folder or a device
    """
    format_of(path)
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the folder {path.parent} does not exist", hint="make the folder first")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: cannot write: it is a folder or a device", hint="give the name of a file")


@contextmanager
def writing(path: Path, sample_rate: int, *, synthetic: bool) -> Iterator[SoundWriter]:
    """A writer whose file takes its place when the block ends well; memory does not grow with the sound.

    sample_rate  of what will be written (Hz); formats that cannot hold it are resampled, Opus always to 24 kHz
    synthetic    whether the file says in its comment that a machine speaks
    raises       as `check_target`; AudioError for samples that are not finite; GlowvoxError for a full disk
    """
    wanted = format_of(path)
    with replacing(path) as stream:
        if wanted.container == "WAV":
            file = WavFile(stream, sample_rate, synthetic=synthetic)
            yield file
            file.finish()
        else:
            with _encoding(path, stream, wanted, sample_rate, synthetic=synthetic) as encoder:
                yield encoder


class WavFile:
    """A WAV file that is written as its sound arrives; its size is filled in at the end where the stream allows it.

    On a pipe the size stays the largest there is, which players take for "until the end".
    """

    def __init__(self, stream: BinaryIO, sample_rate: int, *, synthetic: bool) -> None:
        self.stream = stream
        self.sample_rate = sample_rate
        self.synthetic = synthetic
        self.size = 0
        self.start = stream.tell() if stream.seekable() else None
        stream.write(wav_header(sample_rate, None, synthetic=synthetic))

    def write(self, samples: Samples) -> None:
        """Append samples (S,), full scale ±1.

        raises  AudioError when a sample is not a finite number, or the sound outgrows the format
        """
        content = pcm16(samples).tobytes()
        self.size += len(content)
        if self.start is not None and self.size > LARGEST:
            raise AudioError("a WAV file holds at most 4 GiB", hint="write .flac, .opus or .mp3")
        self.stream.write(content)

    def finish(self) -> None:
        """Fill in the size."""
        if self.start is not None:
            self.stream.seek(self.start)
            self.stream.write(wav_header(self.sample_rate, self.size, synthetic=self.synthetic))
            self.stream.seek(0, 2)


@contextmanager
def _encoding(
    path: Path, stream: BinaryIO, wanted: Format, sample_rate: int, *, synthetic: bool
) -> Iterator[SoundWriter]:
    import soundfile

    rate = next((r for r in wanted.rates if r >= sample_rate), max(wanted.rates, default=sample_rate))
    target = _Target(stream)
    try:
        with soundfile.SoundFile(
            target, "w", samplerate=rate, channels=1, format=wanted.container, subtype=wanted.encoding
        ) as file:
            if synthetic:
                file.comment = MARK
            encoder = _Encoder(file, StreamResampler(sample_rate, rate))
            yield encoder
            encoder.finish()
    except (soundfile.LibsndfileError, AssertionError) as error:  # an assertion on how many samples were taken
        raise target.error or GlowvoxError(f"{path}: cannot write {path.suffix}: {error}") from None
    if target.error:
        raise target.error


class _Target:
    """A stream for libsndfile, through whose calls no exception passes: the first is kept, then nothing is written."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.error: OSError | None = None

    def write(self, content: bytes) -> int:
        if self.error is None:
            try:
                return self.stream.write(content)
            except OSError as error:
                self.error = error
        return 0

    def seek(self, offset: int, whence: int = 0) -> int:
        if self.error is None:
            try:
                return self.stream.seek(offset, whence)
            except OSError as error:
                self.error = error
        return 0

    def tell(self) -> int:
        return self.stream.tell() if self.error is None else 0

    def read(self, size: int = -1) -> bytes:
        return b""


class _Encoder:
    """Hands sound to libsndfile in small blocks, at the rate of the file."""

    def __init__(self, file: SoundFile, resampler: StreamResampler) -> None:
        self.file = file
        self.resampler = resampler

    def write(self, samples: Samples) -> None:
        self._append(self.resampler.feed(samples))

    def finish(self) -> None:
        self._append(self.resampler.flush())

    def _append(self, samples: Samples) -> None:
        content = pcm16(samples)
        for start in range(0, len(content), BLOCK):
            self.file.write(content[start : start + BLOCK])
