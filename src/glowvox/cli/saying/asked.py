"""What `glowvox say` was asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from glowvox.errors import UsageError

if TYPE_CHECKING:
    from glowvox.cli.speaking import Speaking
    from glowvox.runtime.manner import Options


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The options, by their names on the command line."""

    text: tuple[str, ...]
    files: tuple[Path, ...]
    output: str | None
    raw: bool
    batch: Path | None
    loop: bool
    output_dir: Path | None
    sound_format: str
    srt: Path | None
    vtt: Path | None
    textgrid: Path | None
    times: Path | None
    voice: str | None
    vocoder: Path | None
    speaker: str | None
    speed: float | None
    length_scale: float | None
    variation: float | None
    style: Path | None
    gate: float | None
    attention_temperature: float | None
    attention: Path | None
    volume: float
    sentence_pause: float | None
    seed: int
    lexicon: Path | None
    threads: int
    strict: bool
    quiet: bool
    as_json: bool

    @property
    def captions(self) -> dict[str, Path]:
        """The files of times that are wanted, by their kind."""
        kinds = {"srt": self.srt, "vtt": self.vtt, "textgrid": self.textgrid, "times": self.times}
        return {kind: path for kind, path in kinds.items() if path is not None}

    def manner(self) -> Options:
        """The keywords of `Voice.stream`.

        raises  UsageError for --speed and --length-scale together, and a length scale that is no number above 0,
                InputError for a style that cannot be read
        """
        speed = self.speed if self.speed is not None else 1.0
        if self.length_scale is not None:
            if self.speed is not None:
                raise UsageError("--length-scale is 1 / --speed: give one of them")
            if not self.length_scale > 0:
                raise UsageError(f"--length-scale {self.length_scale}: expected a number above 0; 2 is half as fast")
            speed = 1 / self.length_scale
        from glowvox.runtime.style import read_style

        return {
            "speed": speed,
            "variation": self.variation,
            "seed": self.seed,
            "speaker": self.speaker,
            "volume": self.volume,
            "sentence_pause": self.sentence_pause,
            "style": None if self.style is None else read_style(self.style),
            "gate": self.gate,
            "attention_temperature": self.attention_temperature,
        }

    def open_voice(self, *, threads: int) -> Speaking:
        """The voice that is to speak."""
        from glowvox.cli.speaking import open_voice

        return open_voice(self.voice, lexicon=self.lexicon, threads=threads, vocoder=self.vocoder)
