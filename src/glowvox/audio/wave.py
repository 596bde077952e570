"""Mono audio in memory, what is said in it and when, and its way into files, players and notebooks."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from glowvox.audio.pcm import Samples, pcm16
from glowvox.audio.timing import Timed
from glowvox.errors import AudioError
from glowvox.files import write_bytes

__all__ = ["Audio", "Samples", "join", "pcm16", "wav_bytes", "write_wav"]


@dataclass(frozen=True, eq=False)
class Audio:
    """One channel of sound, and for speech that was made here what it says.

    samples      (S,) float32, full scale is ±1
    sample_rate  samples a second (Hz)
    text         what is said, as it was given; empty for a recording
    seed         of the speech
    words        when each word is said, with its characters in `text`
    phonemes     when each phoneme is said, likewise
    """

    samples: Samples
    sample_rate: int
    text: str = ""
    seed: int = 0
    words: tuple[Timed, ...] = ()
    phonemes: tuple[Timed, ...] = ()

    def __post_init__(self) -> None:
        if self.samples.ndim != 1:
            raise AudioError(f"audio of shape {self.samples.shape}: expected one channel, (samples,)")
        if self.sample_rate <= 0:
            raise AudioError(f"sample rate {self.sample_rate}: expected a positive number of Hz")

    @property
    def seconds(self) -> float:
        """Duration (s)."""
        return len(self.samples) / self.sample_rate

    def save(self, path: str | Path) -> None:
        """Write .wav, .flac, .mp3, .ogg or .opus, whole or not at all; speech carries the mark that it is synthetic.

        raises  UsageError for another ending, AudioError for samples that are not finite, GlowvoxError for a place
                that cannot be written
        """
        from glowvox.audio.write import writing

        with writing(Path(path), self.sample_rate, synthetic=bool(self.text)) as file:
            file.write(self.samples)

    def play(self) -> None:
        """Play it to the end, through miniaudio where it is installed, else through a player of the system.

        raises  GlowvoxError where nothing here can play
        """
        from glowvox.audio.play import play

        play([self.samples], self.sample_rate)

    def to_pcm16(self) -> bytes:
        """The samples as 16-bit little-endian integers, two bytes each.

        raises  AudioError when a sample is not a finite number
        """
        return pcm16(self.samples).tobytes()

    def to_wav_bytes(self) -> bytes:
        """A whole 16-bit WAV file; speech carries the mark that it is synthetic.

        raises  AudioError when a sample is not a finite number
        """
        from glowvox.audio.riff import wav_header

        content = self.to_pcm16()
        return wav_header(self.sample_rate, len(content), synthetic=bool(self.text)) + content

    def __len__(self) -> int:
        return len(self.samples)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[np.generic]:  # noqa: FBT001
        return np.array(self.samples, dtype=dtype, copy=copy)

    def _repr_html_(self) -> str:
        """A player for notebooks, with the sound inside the page."""
        import base64

        content = base64.b64encode(self.to_wav_bytes()).decode("ascii")
        return f'<audio controls src="data:audio/wav;base64,{content}"></audio>'


def join(pieces: Iterable[Audio]) -> Audio:
    """Pieces of one speech put end to end; each piece's times, which count from its own start, are moved along.

    Rate, text and seed are those of the first piece.

    raises  AudioError where there is no piece, or the rates differ
    """
    parts = list(pieces)
    if not parts:
        raise AudioError("nothing to join: there is no piece of audio")
    first = parts[0]
    words: list[Timed] = []
    phonemes: list[Timed] = []
    done = 0
    for piece in parts:
        if piece.sample_rate != first.sample_rate:
            raise AudioError(f"cannot join audio of {first.sample_rate} Hz and of {piece.sample_rate} Hz")
        start = done / first.sample_rate
        words += [word.later(start) for word in piece.words]
        phonemes += [phoneme.later(start) for phoneme in piece.phonemes]
        done += len(piece.samples)
    samples = np.concatenate([piece.samples for piece in parts])
    return Audio(samples, first.sample_rate, first.text, first.seed, tuple(words), tuple(phonemes))


def wav_bytes(audio: Audio) -> bytes:
    """A whole 16-bit mono PCM WAV file with nothing in it but the sound.

    raises  AudioError when a sample is not a finite number
    """
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(audio.sample_rate)
        out.writeframes(pcm16(audio.samples).tobytes())
    return file.getvalue()


def write_wav(path: Path, audio: Audio) -> None:
    """Write 16-bit mono PCM; the file appears whole or not at all.

    raises  AudioError when a sample is not finite, GlowvoxError when the folder is missing or cannot be written
    """
    write_bytes(path, wav_bytes(audio))
