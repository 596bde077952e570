"""Programs that play sound: their options, and how sound is handed to them."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from glowvox.audio.pcm import Samples, pcm16
from glowvox.audio.write import WavFile
from glowvox.errors import GlowvoxError

RATE = "RATE"  # stands for the sample rate in the commands below
ON_A_PIPE = {
    "paplay": ("--raw", "--format=s16le", f"--rate={RATE}", "--channels=1"),
    "aplay": ("-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", RATE),
    "ffplay": ("-nodisp", "-autoexit", "-loglevel", "error", "-f", "s16le", "-ar", RATE, "-i", "-"),
}
FROM_A_FILE: dict[str, tuple[str, ...]] = {"pw-play": (), "afplay": (), "play": ("-q",)}


class CannotPlay(GlowvoxError):
    """No player here, or none that found a device."""

    code = "playback"


class Player(Protocol):
    """Something that sound can be handed to as it arrives."""

    def write(self, samples: Samples) -> None:
        """Append samples (S,); may wait until there is room.

        raises  CannotPlay when the player has failed
        """
        ...

    def finish(self) -> None:
        """Wait until everything is out.

        raises  CannotPlay when the player has failed
        """
        ...

    def stop(self) -> None:
        """Be silent at once."""
        ...


class PipePlayer:
    """A program that plays what comes down its standard input."""

    def __init__(self, name: str, sample_rate: int) -> None:
        self.name = name
        options = [option.replace(RATE, str(sample_rate)) for option in ON_A_PIPE[name]]
        self.process = subprocess.Popen([name, *options], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self.process.stdin is not None
        self.pipe = self.process.stdin

    def write(self, samples: Samples) -> None:
        try:
            self.pipe.write(pcm16(samples).tobytes())
            self.pipe.flush()
        except OSError:
            raise CannotPlay(f"{self.name} stopped playing") from None

    def finish(self) -> None:
        try:
            self.pipe.close()
        except OSError:
            raise CannotPlay(f"{self.name} stopped playing") from None
        if self.process.wait():
            raise CannotPlay(f"{self.name} could not play")

    def stop(self) -> None:
        self.process.kill()
        with suppress(OSError):
            self.pipe.close()
        self.process.wait()


class FilePlayer:
    """A program, or Windows itself, that plays a file: it starts when everything is there."""

    def __init__(self, name: str, sample_rate: int) -> None:
        self.name = name
        self.folder = tempfile.TemporaryDirectory(prefix="glowvox-")
        self.path = Path(self.folder.name) / "speech.wav"
        self.stream = self.path.open("wb")
        self.file = WavFile(self.stream, sample_rate, synthetic=False)

    def write(self, samples: Samples) -> None:
        self.file.write(samples)

    def finish(self) -> None:
        self.file.finish()
        self.stream.close()
        try:
            self._play()
        except (OSError, RuntimeError, subprocess.CalledProcessError):
            raise CannotPlay(f"{self.name} could not play") from None
        self.folder.cleanup()

    def stop(self) -> None:
        self.stream.close()
        self.folder.cleanup()

    def _play(self) -> None:
        if self.name == "winsound":
            import winsound

            winsound.PlaySound(str(self.path), winsound.SND_FILENAME)  # type: ignore[attr-defined,unused-ignore]
        else:
            subprocess.run([self.name, *FROM_A_FILE[self.name], str(self.path)], check=True, capture_output=True)
