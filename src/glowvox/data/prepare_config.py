"""The settings by which a corpus becomes features."""

from __future__ import annotations

from glowvox.audio.mel import MelConfig
from glowvox.config import Settings
from glowvox.errors import ConfigError


class PrepareConfig(Settings, frozen=True, kw_only=True):
    """How a corpus becomes features; the defaults suit speech of any level, with or without silence around it."""

    front_end: str = "english"
    lexicon: str | None = None  # file of the user's own pronunciations
    mel: MelConfig = MelConfig()
    trim: bool = True  # cut silence off both ends
    trim_db: float = 40.0  # silence is this far below the loudest frame (dB)
    keep_s: float = 0.05  # of that silence kept at each end (s)
    level: bool = True  # bring all clips to one level
    speech_db: float = -23.0  # of their speaking parts (dB re full scale)
    peak_db: float = -1.0  # or less, where the peak would pass this (dB re full scale)
    min_seconds: float = 0.05  # shorter clips are left out
    max_seconds: float = 20.0  # and longer ones
    min_tokens: int = 1  # clips of fewer symbols are left out
    max_tokens: int | None = None  # and of more
    min_characters: int = 1  # clips whose text, as written, has fewer are left out
    max_characters: int | None = None  # and more
    frame_multiple: int = 2  # the model's squeeze: mels are cut to a multiple of it
    sound: bool = False  # keep the cleaned recordings and their pitch as well, which vocoders learn from

    def __post_init__(self) -> None:
        if self.trim_db <= 0:
            raise ConfigError(f"trim_db = {self.trim_db}: expected how far below the speech, as 40")
        if self.keep_s < 0 or self.min_seconds < 0:
            raise ConfigError(f"keep_s = {self.keep_s}, min_seconds = {self.min_seconds}: expected no negative time")
        if self.max_seconds <= self.min_seconds:
            raise ConfigError(f"max_seconds = {self.max_seconds}: expected more than min_seconds, {self.min_seconds}")
        for kind in ("tokens", "characters"):
            least, most = getattr(self, f"min_{kind}"), getattr(self, f"max_{kind}")
            if least < 0 or (most is not None and most < max(1, least)):
                raise ConfigError(f"min_{kind} = {least}, max_{kind} = {most}: expected 0 <= min_{kind} <= max_{kind}")
        if self.frame_multiple < 1:
            raise ConfigError(f"frame_multiple = {self.frame_multiple}: expected at least 1")
        if not self.speech_db <= self.peak_db <= 0:
            levels = f"speech_db = {self.speech_db}, peak_db = {self.peak_db}"
            raise ConfigError(f"{levels}: expected speech_db <= peak_db <= 0")

    def length_fault(self, text: str, tokens: int) -> str:
        """Why a clip is left out for the length of its text; empty where it is not.

        tokens  symbols of the whole clip
        """
        for count, kind in ((len(text), "characters"), (tokens, "tokens")):
            least, most = getattr(self, f"min_{kind}"), getattr(self, f"max_{kind}")
            if count < least:
                return f"{count} {kind}, expected at least {least}"
            if most is not None and count > most:
                return f"{count} {kind}, expected at most {most}"
        return ""
